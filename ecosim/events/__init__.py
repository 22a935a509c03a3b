"""What happened, in sentences: a table of (month, kind, sentence) for a reader who wants the story of a run.

Reads the state, changes nothing. Attractors and alliances write down what happened while the run is played; the rest
is derived from the columns, the accounts and the evaluations at the end. All of it are facts (`ecosim.state.Fact`),
put into words last, in the language that is asked for; a sentence of a user's own process is told as it is.

``log``        all of them, in order, and not without end
``knowledge``  hybrids, families, R
``society``    alliances, policies, markets, start-ups and exits
``words``      what they share
``telling``    facts in the words of a language: ``text/en.toml``, ``text/fr.toml``
"""

from ecosim.events.log import KINDS, LIMIT, event_log
from ecosim.events.telling import LANGUAGES, Name, kind_words
from ecosim.events.words import inventors, listed, named, where, who

__all__ = [
    "KINDS", "LANGUAGES", "LIMIT", "Name", "event_log", "inventors", "kind_words", "listed", "named", "where", "who",
]  # fmt: skip
