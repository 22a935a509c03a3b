"""Where models run: in worker processes, apart from the pages, which only read what comes back.

``jobs``     what is handed in, and the ticket by which it comes back
``pool``     the queue, and who is served next
``worker``   one process as the server sees it: watched, cancelled, replaced when it dies
``inside``   what the process itself does; ``warmed`` makes it ready
``allowed``  how large a run may be
``record``   what a page is told of one run
``play``     one run, told while it is played; ``telling`` and ``drawing`` make the record
"""

from dashboards.playing.jobs import Cancelled, Job, PlayError, Ticket, in_words
from dashboards.playing.pool import Pool, the_pool
from dashboards.playing.record import Network, Place, Record

__all__ = [
    "Cancelled", "Job", "Network", "Place", "PlayError", "Pool", "Record", "Ticket", "in_words", "the_pool",
]  # fmt: skip
