"""What happened, in sentences: a table of (month, kind, sentence) for a reader who wants the story of a run.

Reads the state, changes nothing. Attractors and alliances write their own sentences while the run is played; the rest
is derived from the columns, the accounts and the evaluations at the end.

``log``        all of them, in order, and not without end
``knowledge``  hybrids, families, R
``society``    alliances, policies, markets, start-ups and exits
``words``      what sentences share
"""

from ecosim.events.log import KINDS, LIMIT, event_log
from ecosim.events.words import listed, where, who

__all__ = ["KINDS", "LIMIT", "event_log", "listed", "where", "who"]
