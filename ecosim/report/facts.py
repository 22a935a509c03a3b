"""What the page says, as plain data: numbers already in words, tables as rows. No HTML here."""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping
from itertools import permutations
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from ecosim import measures
from ecosim.events import listed, where, who
from ecosim.parameters import declarations
from ecosim.report.economy import economy_facts
from ecosim.report.economy_words import activity
from ecosim.report.ingredients import ingredients
from ecosim.report.place_figures import Places
from ecosim.report.words import count, headline, number
from ecosim.scenario import Scenario
from ecosim.state import FIRM, LAB, LAYERS, OTHER, State

if TYPE_CHECKING:
    from ecosim.model import EcosystemModel

__all__ = ["Table", "page_facts"]

Table = dict[str, Any]  # caption, columns, rows
_TOP = 15
_SHOWN_EVENTS = 30
_MECHANISMS = {"value_chain": "value chain", "firm_life": "firm life", "startups": "start-ups"}
_FEW = 3  # sectors of an attractor, when their first crossings are part of its story
# Kinds of events, the most telling first; a kind that is not here (a process's own) comes with the first.
_TELLING = (
    "emergence", "R passes 1", "attractor opens", "attractor ends", "seeded", "policy starts", "policy is spent",
    "policy ends", "market adopts", "family grows", "alliances of a year", "alliance forms", "alliances merge",
    "alliance dissolves", "start-ups", "exits", "new generation", "first crossing",
)  # fmt: skip
_LAYERS = {
    "cluster": "inside a cluster", "bridge": "between clusters", "science": "with a laboratory",
    "digital": "digital and world",
}  # fmt: skip


def page_facts(
    model: EcosystemModel,
    manifest: Mapping[str, Any],
    months: pd.DataFrame,
    events: pd.DataFrame,
    crossings: pd.DataFrame,
    places: Places,
    folder: str,
) -> dict[str, Any]:
    """Return all that the template needs, the figures aside."""
    state, scenario = model.state, model.played_scenario
    emerged = measures.emergence(state) if len(months) else None
    sizes = measures.cascade_sizes(state)
    told, log = _events(events, scenario)
    economy = economy_facts(state, months)
    earned = activity(state, months)
    return {
        "title": scenario.title or scenario.name,
        "story": [part.strip() for part in re.split(r"\n\s*\n", scenario.story) if part.strip()],
        "name": scenario.name,
        "status": manifest["status"],
        "reason": manifest.get("reason", ""),
        "played": len(months),
        "planned": manifest["months_planned"],
        "seed": model.seed,
        "ended": manifest.get("ended"),
        "what": _what(state, manifest),
        "headline": headline(state, months, emerged) + ([earned] if earned else []),
        "economy": economy,
        "emerged": emerged,
        "floor": number(state.parameters.record.emergence_floor),
        "encounters": number(len(state.attractors) - len(scenario.attractors)),
        "attractors": _attractors(state, len(scenario.attractors)),
        "pairs": _pairs(crossings, len(state.sector_names)),
        "sectors": len(state.sector_names),
        "pairs_crossed": len(crossings),
        "layers": _layers(months),
        "clusters": _clusters(places),
        "families": number(len(sizes)),
        "founder": _founder(state) if len(sizes) else "",
        "largest": int(sizes[0]) if len(sizes) else 0,
        "ingredients": ingredients(state, months),
        "events": told,
        "all_events": log if len(log) > len(told) else [],
        "changed": _parameters(model, changed=True),
        "parameters": _parameters(model, changed=False),
        "money": economy["activity"] is not None,
        **_reproduce(model, manifest, folder),
    }


def _table(caption: str, columns: list[str], rows: list[list[str]], text_columns: int = 1) -> Table:
    """A table; the first `text_columns` columns hold text, the others numbers."""
    return {"caption": caption, "columns": columns, "rows": rows, "text_columns": text_columns}


# -- what was run ---------------------------------------------------------------------------------------------


def _what(state: State, manifest: Mapping[str, Any]) -> list[tuple[str, str]]:
    alive = state.alive
    kinds = np.bincount(state.organisations["kind"][alive], minlength=3)
    parts = [
        count(kinds[kind], one, several)
        for kind, one, several in (
            (FIRM, "firm", None),
            (LAB, "laboratory", "laboratories"),
            (OTHER, "other", "others"),
        )
        if kinds[kind]
    ]
    rows = [("Organisations", f"{number(int(alive.sum()))} ({', '.join(parts) or 'none'})")]
    rows.append(("Clusters", number(len(state.clusters))))
    regions = [name for name in state.regions if name]
    if regions:
        rows.append(("Regions", _some(regions, 6)))
    rows.append(("Sectors", f"{number(len(state.sector_names))}: {_some(state.sector_names, 8)}"))
    on = [_MECHANISMS.get(name, name) for name, value in vars(state.parameters.mechanisms).items() if value]
    if on:
        rows.append(("Society and economy", ", ".join(on)))
    rows.append(("Months", f"{number(state.month)} of {number(manifest['months_planned'])}, counted from 0"))
    rows.append(("Scenario", str(manifest["scenario"])))
    rows.append(("Seed", str(manifest["seed"])))
    return rows


def _some(names: list[str], most: int) -> str:
    shown = ", ".join(names[:most])
    return shown if len(names) <= most else f"{shown} and {len(names) - most} more"


def _attractors(state: State, named: int) -> Table | None:
    attractors = state.attractors
    if named == 0:
        return None
    rows = []
    for k in range(min(named, len(attractors))):
        end = "the end" if attractors.end[k] >= state.month else str(attractors.end[k] - 1)
        when = f"{attractors.start[k]} to {end}" if attractors.start[k] < state.month else "after the run"
        rows.append([attractors.name[k], attractors.kind[k], when, number(attractors.strength[k])])
    caption = "The attractors of the scenario (strength in units of the drive)"
    return _table(caption, ["attractor", "kind", "months", "strength"], rows, 3)


# -- tables ---------------------------------------------------------------------------------------------------


def _pairs(crossings: pd.DataFrame, sectors: int) -> Table:
    top = crossings.head(_TOP)
    rows = [
        [f"{first} and {second}", number(int(hybrids)), _month(int(month))]
        for first, second, hybrids, month in zip(
            top["first_sector"], top["second_sector"], top["hybrids"], top["first_month"], strict=True
        )
    ]
    possible = sectors * (sectors - 1) // 2
    caption = f"The most frequent of {number(len(crossings))} pairs of sectors ({number(possible)} are possible)"
    return _table(caption, ["sectors", "hybrids", "first in month"], rows)


def _month(month: int) -> str:
    return str(month) if month >= 0 else "before 0"


def _layers(months: pd.DataFrame) -> Table | None:
    sums = {
        layer: int(sum(months[f"births_{kind}_{layer}"].sum() for kind in ("spontaneous", "recombinant")))
        for layer in LAYERS
        if f"births_spontaneous_{layer}" in months
    }
    total = sum(sums.values())
    if total == 0:
        return None
    rows = [[_LAYERS[layer], number(value), f"{value / total:.0%}"] for layer, value in sums.items()]
    return _table("Meetings in which hybrids were born, by layer of the medium", ["layer", "hybrids", "share"], rows)


def _clusters(places: Places) -> Table:
    order = np.argsort(-places.hybrids, kind="stable")[:_TOP]
    order = order[places.hybrids[order] > 0]
    rows = [
        [
            places.names[k],
            number(int(places.members[k])),
            number(int(places.hybrids[k])),
            number(float(places.per_member[k])),
        ]
        for k in order
    ]
    caption = "The clusters whose members hold the most hybrids at the end"
    return _table(caption, ["cluster", "members", "hybrids held", "per member"], rows)


def _founder(state: State) -> str:
    """Return who founded the largest family, and with what."""
    rows = measures.hybrids(state)
    brick = int(np.bincount(state.bricks["family"][rows]).argmax())
    sectors, birth = listed(measures.sector_set(state, brick)), int(state.bricks["birth"][brick])
    when = f"in month {birth}" if birth >= 0 else "before the first month"
    return f"It goes back to a hybrid of {sectors}, made {when} by {who(state, brick)} ({where(state, brick)})."


def _events(events: pd.DataFrame, scenario: Scenario) -> tuple[list[tuple[int, str]], list[tuple[int, str]]]:
    """Return the events that say most, and all of them, as (month, sentence); encounters of clusters are left out.

    In a large ecosystem hundreds of pairs of sectors cross in the first month, and would hide all that comes later.
    """
    expected = [
        f": first hybrid of {first} and {second},"
        for attractor in scenario.attractors
        if len(attractor.sectors) <= _FEW
        for first, second in permutations(attractor.sectors, 2)
    ]
    rows: list[tuple[int, str]] = []
    ranks: list[int] = []
    for month, kind, sentence in zip(events["month"], events["kind"], events["sentence"], strict=True):
        if kind == "encounter":
            continue
        awaited = kind not in _TELLING or any(words in sentence for words in expected)
        ranks.append(0 if awaited else _TELLING.index(kind))
        rows.append((int(month), str(sentence)))
    telling = sorted(range(len(rows)), key=lambda place: ranks[place])[:_SHOWN_EVENTS]
    return [rows[place] for place in sorted(telling)], rows


def _parameters(model: EcosystemModel, changed: bool) -> Table:
    values, differs = model.parameters.to_dict(), model.parameters.changed()
    rows = []
    for declaration in declarations():
        group = declaration.path.split(".")[0]
        if changed and declaration.name not in differs.get(group, {}):
            continue
        value = values[group][declaration.name]
        words = [declaration.path, declaration.role, declaration.english, declaration.unit]
        rows.append([*words, _value(value), _value(declaration.default)])
    caption = "Parameters that differ from their defaults" if changed else "All parameters"
    columns = ["parameter", "role", "what it is", "unit", "value", "default"]
    return _table(caption, columns, rows, 4)


def _value(value: bool | int | float) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"{value:,}" if isinstance(value, int) else f"{value:g}"


# -- how to make it again -------------------------------------------------------------------------------------


def _reproduce(model: EcosystemModel, manifest: Mapping[str, Any], folder: str) -> dict[str, Any]:
    quoted = shlex.quote(folder)
    again = shlex.quote(f"{folder}-again")
    scenario = shlex.quote(f"{folder}/scenario.toml")
    versions = [(name, version) for name, version in manifest["versions"].items() if version]
    if manifest.get("commit"):
        versions.append(("commit", manifest["commit"]))
    return {
        "folder": folder,
        "run_command": f"ecosim run {scenario} --seed {model.seed} --months {model.month} --out {again}",
        "replay_command": f"ecosim replay {quoted}",
        "default_schedule": manifest["default_schedule"],
        "custom_processes": manifest["custom_processes"],
        "replayable": bool(manifest.get("fingerprint")),
        "versions": versions,
        "machine": manifest.get("machine", ""),
        "inputs": [(entry["file"], entry["original"], entry["sha256"]) for entry in manifest["inputs"].values()],
        "fingerprint": manifest.get("fingerprint_digest"),
    }
