"""The month's core rules once more: slow, obvious, plain Python, written from the design and not from the kernels.

Organisations and bricks are objects, portfolios are lists, spent pairs are a set of pairs, carriers are counted
whenever somebody asks. No NumPy array, no compiled function and nothing of `ecosim.kernels` or `ecosim.processes` is
used. The draws are those that the design documents (`draws`), so that the twin and the compiled model can be compared
brick by brick, month by month.

`draws`  the random numbers; `world`  the things and how they are read from a state of month 0; `core`  the rules;
`trust`  the rule of trust, when it is on; `compare`  what differs between a twin and the columns that the compiled
model wrote.
"""

from .compare import differences
from .core import play_month
from .world import World, read

__all__ = ["World", "differences", "play_month", "read"]
