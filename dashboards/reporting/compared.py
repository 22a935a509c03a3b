"""A comparison over many histories that was made in this session, in words, for the report. Plays nothing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dashboards.comparing.entries import entries
from dashboards.comparing.sentences import MAIN
from dashboards.comparing.showing import difference_table, results
from dashboards.comparing.work import Runs
from dashboards.setup import Setup, World
from dashboards.text import Words

__all__ = ["compared"]

_COLUMNS = 5  # of the table of differences: scenario, outcome, baseline, difference with interval, reading


def compared(
    now: Setup,
    kept: Sequence[tuple[str, Setup]],
    world: World,
    runs: Runs,
    histories: int,
    say: Words,
    dials: bool = True,
) -> dict[str, Any] | None:
    """Return the main differences from the baseline with their intervals, None where nothing was compared.

    now, kept, world, dials : as `dashboards.comparing.entries.entries` takes them; runs : of the session
    histories : that were asked for
    """
    listed = entries(now, kept, world, dials)
    found = results(listed, range(now.seed, now.seed + histories), runs, ratios=False)
    wanted = [*MAIN, "policy_spending"]
    narrowed = [
        type(one)(one.entry, one.place, [e for e in one.effects if e.outcome in wanted and e.pairs > 1], [])
        for one in found
    ]
    pairs = [effect.pairs for one in narrowed for effect in one.effects]
    if not pairs:
        return None
    table = difference_table(narrowed, say)
    lead = say("report.comparison_lead", histories=say.number(max(pairs)), first=now.seed)
    if not dials:
        lead = f"{lead} {say('report.comparison_here')}"
    return {
        "lead": lead,
        "caption": say("report.comparison_caption"),
        "columns": table["columns"][:_COLUMNS],
        "rows": [row[:_COLUMNS] for row in table["rows"]],
    }
