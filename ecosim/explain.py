"""What a run would be made from, in words: its story, its mechanisms, every parameter, and what the scenario assumes.

Nothing is built or run for it, so it knows neither state nor model: it answers before anything heavy is imported.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import fields

from ecosim.declaration import Declaration, Value
from ecosim.inputs import Inputs
from ecosim.parameters import Parameters, declarations
from ecosim.parameters.society import Mechanisms
from ecosim.specs import HOME_MARKET, LEVERS, AcculturationSpec, AttractorSpec, MarketSpec, PolicySpec

__all__ = ["explain"]

_WIDTH = 110  # columns
_NEEDS = {"frames": "markets", "users": "markets", "exits": "firm_life"}  # what else must be on to have an effect


def explain(inputs: Inputs, months: int | None = None) -> str:
    """Return what a run of `inputs` would be made from, as text of at most 110 columns.

    Parameters
    ----------
    inputs : a scenario with its files read
    months : how many to play; None: as the scenario says
    """
    scenario = inputs.scenario
    parts = [
        [f"{scenario.name}: {scenario.title}", *_wrapped(scenario.story, "", "")],
        [f"{scenario.months if months is None else months} months. This is what a run would be made from."],
        _mechanisms(scenario.parameters),
        *_parameters(scenario.parameters),
        ["The scenario's own assumptions"],
        *_assumptions(inputs),
    ]
    return "\n\n".join("\n".join(line.rstrip() for line in part) for part in parts)


# -- mechanisms and parameters --------------------------------------------------------------------------------


def _mechanisms(parameters: Parameters) -> list[str]:
    mechanisms = parameters.mechanisms
    states = {item.name: bool(getattr(mechanisms, item.name)) for item in fields(mechanisms)}
    lines = ["Mechanisms of society and economy"]
    for word, state in (("on", True), ("off", False)):
        names = [name for name, on in states.items() if on is state]
        lines += _wrapped(", ".join(names) or "none", f"  {word + ':':5}", " " * 7)
    for name, needed in _NEEDS.items():
        if states[name] and not states[needed]:
            lines.append(f"  {name} is on but has no effect: mechanisms.{needed} is off")
    return lines


def _parameters(parameters: Parameters) -> Iterator[list[str]]:
    """Yield the heading, then the lines of each group."""
    values, changed = parameters.to_dict(), parameters.changed()
    count = sum(len(group) for group in changed.values())
    assumed = sum(_is_assumed(item) for item in declarations())
    yield [
        f"Parameters: {len(declarations())}, of which {count} differ from their default (marked *)",
        f"  name, value and unit, allowed, role; what it is; where its default comes from ({assumed} times from an "
        "ASSUMPTION)",
    ]
    for group, named in values.items():
        lines = [f"[{group}]"]
        for item in declarations():
            if item.path.startswith(f"{group}."):
                differs = item.name in changed.get(group, {})
                lines += _parameter(item, named[item.name], differs)
        yield lines


def _parameter(item: Declaration, value: Value, differs: bool) -> list[str]:
    default = f" (default {_text(item.default)})" if differs else ""
    allowed = "true or false" if item.type is bool else f"{item.low:g} to {item.high:g}"
    what = f"{_text(value)} {item.unit}{default}"
    heading = f"{'*' if differs else ' '} {item.name:22} {what:44} {allowed:18} {item.role}"
    return [heading, *_wrapped(f"{item.english} [{_source(item)}]", " " * 6, " " * 6)]


def _is_assumed(item: Declaration) -> bool:
    return "assum" in item.source.lower()


def _source(item: Declaration) -> str:
    """Return where the default comes from; an assumption, or a value that is assumed, stands in capitals."""
    return item.source.replace("assumption", "ASSUMPTION").replace("assumed", "ASSUMED")


# -- what the scenario says itself ----------------------------------------------------------------------------


def _assumptions(inputs: Inputs) -> Iterator[list[str]]:
    """Yield one list of lines per subject: a heading, then a line for each thing named."""
    scenario, parameters = inputs.scenario, inputs.scenario.parameters
    mechanisms, population = parameters.mechanisms, parameters.population
    centred = {sector.name for sector in scenario.sectors if sector.centre is not None}
    yield _listed(
        f"Sectors: {len(inputs.sector_names)}{_origin_of_sectors(inputs)}",
        (
            f"{name}: share {_text(share)}{', its centre is given' if name in centred else ''}"
            for name, share in zip(inputs.sector_names, inputs.sector_shares, strict=True)
        ),
    )
    named = len(inputs.clusters)
    if inputs.organisations:
        kinds = [organisation.kind for organisation in inputs.organisations]
        counts = ", ".join(f"{kinds.count(kind)} {kind}" for kind in dict.fromkeys(kinds))
        yield [f"Clusters: {named}", f"Organisations: {len(kinds)} of the input file ({counts})"]
    else:
        yield [
            f"Clusters: {max(named, population.clusters)}, of which {named} named",
            f"Organisations: {population.firms} firms and {population.labs} labs, generated",
        ]
    yield _listed(f"Attractors: {len(scenario.attractors) or 'none'}", map(_attractor, scenario.attractors))
    stages = [
        f"{spec.name}: margin {_text(spec.margin)}, competence "
        f"{_text(parameters.chain.initial_competence if spec.competence is None else spec.competence)}, "
        f"share {_text(spec.share)}"
        for spec in scenario.stages
    ]
    heading = f"Stages: {len(stages)}" if stages else f"Stages: {parameters.chain.stages}, from chain.stages"
    yield _listed(heading + ("" if mechanisms.economy else " (not in play: every mechanism but trust is off)"), stages)
    markets = [_market(spec, parameters) for spec in scenario.markets]
    heading = f"Markets: {len(markets)}" if markets else f"Markets: {HOME_MARKET!r}, from the group market"
    yield _listed(heading + _idle(mechanisms, "markets"), markets)
    policies = [_policy(spec) for spec in scenario.policies]
    idle = _idle(mechanisms, "policies") if policies else ""
    yield _listed(f"Policies: {len(policies) or 'none'}{idle}", policies)
    programmes = [_acculturation(spec) for spec in scenario.acculturations]
    idle = _idle(mechanisms, "policies", "frames") if programmes else ""
    yield _listed(f"Acculturations: {len(programmes) or 'none'}{idle}", programmes)
    files = [f"{role}: {path}" for role, path in scenario.input_files.items()]
    yield _listed(f"Input files: {len(files) or 'none'}", files)


def _origin_of_sectors(inputs: Inputs) -> str:
    if inputs.scenario.sectors:
        return ""
    if inputs.organisations:
        return ", those of the organisations"
    if any(cluster.sector for cluster in inputs.clusters):
        return ", the themes of the clusters"
    return ", from diversity.sectors"


def _attractor(spec: AttractorSpec) -> str:
    return (
        f"{spec.name}: {spec.kind} {_place(spec.centre, spec.sectors)}, {_span(spec.start, spec.end)}, strength "
        f"{_text(spec.strength)} drive units, width {_text(spec.effective_width)} knowledge units, boost "
        f"{_text(spec.effective_boost)}"
    )


def _market(spec: MarketSpec, parameters: Parameters) -> str:
    usual = parameters.market
    spend = usual.customer_spend if spec.spend is None else spec.spend
    needs = f"{_text(usual.needs_per_firm)} needs per firm" if spec.needs is None else f"{_text(spec.needs)} needs"
    innovation = usual.innovation if spec.innovation is None else spec.innovation
    imitation = usual.imitation if spec.imitation is None else spec.imitation
    asked = " and ".join(spec.sectors) or "every sector"
    return (
        f"{spec.name}: {_text(spec.customers)} customers for {asked}, frame "
        f"{_place(spec.frame, spec.frame_sectors or spec.sectors)}, {needs}, {_text(spend)} k€/month each, "
        f"public share {_text(spec.public_share)}, {'abroad' if spec.abroad else 'not abroad'}"
        f"{f', in {spec.region}' if spec.region else ''}, innovation {_text(innovation)} and imitation "
        f"{_text(imitation)} per month"
    )


def _policy(spec: PolicySpec) -> str:
    budget = "without limit" if spec.budget is None else f"at most {_text(spec.budget)} k€"
    aims = ", ".join(f"{aim} {getattr(spec, aim)!r}" for aim in ("stage", "sector", "region") if getattr(spec, aim))
    return (
        f"{spec.name}: lever {spec.lever} (lowers barriers.{LEVERS[spec.lever]}) at intensity {_text(spec.intensity)}"
        f"{f', only for {aims}' if aims else ''}, {_span(spec.start, spec.end)}, {budget}"
    )


def _acculturation(spec: AcculturationSpec) -> str:
    return (
        f"{spec.name}: moves the frame of {spec.market} to a point {_place(spec.centre, spec.sectors)} at "
        f"{_text(spec.rate)} per month, {_span(spec.start, spec.end)}, {_text(spec.cost)} k€/month"
    )


# -- words ----------------------------------------------------------------------------------------------------


def _text(value: Value) -> str:
    """Return a value as it would be written after --set; no digit is lost."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if value == int(value) and abs(value) < 1e15:
        return str(int(value))
    short = f"{value:g}"
    return short if float(short) == value else repr(value)


def _place(centre: Sequence[float] | None, sectors: Sequence[str]) -> str:
    if centre is not None:
        return f"at ({', '.join(_text(number) for number in centre)})"
    return f"at the middle of {' and '.join(sectors) or 'every sector'}"


def _span(start: int, end: int | None) -> str:
    return f"from month {start} on" if end is None else f"from month {start}, before month {end}"


def _idle(mechanisms: Mechanisms, *needed: str) -> str:
    off = [f"mechanisms.{name} is off" for name in needed if not getattr(mechanisms, name)]
    return f" (not in play: {', '.join(off)})" if off else ""


def _listed(heading: str, items: Iterable[str]) -> list[str]:
    return [heading, *(line for item in items for line in _wrapped(item, "  ", "      "))]


def _wrapped(text: str, first: str, then: str) -> list[str]:
    return textwrap.wrap(
        text, _WIDTH, initial_indent=first, subsequent_indent=then, break_long_words=False, break_on_hyphens=False
    )
