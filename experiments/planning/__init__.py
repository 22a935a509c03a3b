"""Before and during a sweep: what it will cost (`plan`), how far it is (`status`). Nothing here writes to its folder.

``pilot``    a few runs, played here and now
``plan``     what they say of the whole sweep
``precision``  confidence widths to expect
``status``   what is done, how fast, and what to do next
"""

# The functions go by the names of their modules; both modules are light and import what they need when they are called.
from experiments.planning.plan import Plan, plan
from experiments.planning.status import Status, status

__all__ = ["Plan", "Status", "plan", "status"]
