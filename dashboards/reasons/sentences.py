"""What each thing contributes, in sentences of a language. Knows effects and words, no page."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from dashboards.reasons.cases import Case
from dashboards.reasons.effects import Effect, relative
from dashboards.reasons.families import Families
from dashboards.text import Words
from ecosim.events import listed, named

__all__ = ["amount", "capital", "label", "named_case", "origin", "said", "sentence"]

_TOLD = 3  # of the largest effects
_DIGITS = 2


def capital(text: str) -> str:
    """Return a text that begins with a capital letter."""
    return text[:1].upper() + text[1:]


def named_case(case: Case, say: Words) -> str:
    """Return the name of what a case lacks, as it stands in a sentence."""
    if case.group == "baseline":
        return say("why.all_changes")
    if case.group == "change":
        group, name = case.what.split(".")
        return say(f"{'controls' if group == 'dials' else 'levers'}.{name}")
    if case.what.startswith("policy: "):
        return say("why.policy", name=case.what.removeprefix("policy: "))
    return say(f"why.{case.what.replace(' ', '_')}")


def label(case: Case, say: Words) -> str:
    """Return the name of what a case lacks, as it stands beside a bar."""
    return capital(named_case(case, say))


def amount(effect: Effect, outcome: str, say: Words, signed: bool = True) -> str:
    """Return an estimate with its interval, such as ``−86 % [−88, −84]``; without signs ``86 % [84, 88]``."""
    if effect.estimate is None:
        return say("why.says_endless" if effect.verdict == "endless" else "why.says_unknown")
    turn = -1.0 if effect.estimate < 0 and not signed else 1.0
    text = _number(turn * effect.estimate, outcome, say)
    if effect.low is None or effect.high is None:
        return text
    low, high = sorted((turn * effect.low, turn * effect.high))
    between = "\u202f; " if say.language == "fr" else ", "
    return f"{text} [{say.number(low, _DIGITS)}{between}{say.number(high, _DIGITS)}]"


def sentence(effect: Effect, outcome: str, say: Words) -> str:
    """Return what would be without something: ``Without copying …, there would be 86 % [84, 88] fewer hybrids.``"""
    case = effect.case
    without = say(f"why.without_{case.group}", what=named_case(case, say))
    if effect.verdict == "endless":
        what = say("why.endless")
    else:
        way = "less" if (effect.estimate or 0.0) > 0 else "more"
        what = say(f"why.{way}_{outcome}", amount=amount(effect, outcome, say, signed=False))
    return say("why.sentence", without=without, what=what)


def said(effects: Sequence[Effect], outcome: str, seeds: int, say: Words, ended: bool = True) -> list[str]:
    """Return the largest effects in words, what makes no difference that can be told, and what is not known.

    effects : of one kind, the largest first; seeds : histories of each; ended : whether nothing more is to come, so
    that what is not known will not be
    """
    told = [effect for effect in effects if effect.verdict in ("adds", "holds_back")]
    endless = [effect for effect in effects if effect.verdict == "endless"]
    none = [effect for effect in effects if effect.verdict == "none"]
    unknown = [effect for effect in effects if effect.verdict == "unknown"] if ended else []
    lines = [sentence(effect, outcome, say) for effect in (endless + told)[:_TOLD]]
    if none and len(none) == len(effects):
        lines.append(say("why.none_at_all", seeds=say.number(seeds)) if _mechanisms(none) else _none(none, seeds, say))
    elif none:
        lines.append(_none(none, seeds, say))
    if unknown:
        lines.append(say("why.unknown", list=_names(unknown, say)))
        if outcome in ("revenue", "job_years") and any(effect.case.what == "firm life" for effect in unknown):
            lines.append(say("why.unknown_life"))
    return lines


def origin(found: Families, seed: int, say: Words) -> str:
    """Return who founded the largest family, when and with what, and what came of it."""
    if not found.tree:
        return say("why.family_none", seed=seed)
    founder = found.tree[0]
    single = found.size == 1
    values = {
        "seed": seed, "sectors": listed(list(founder.sectors), say.language),
        "when": say("why.in_month", month=founder.birth) if founder.birth >= 0 else say("why.before"),
        "who": named(founder.made_by, say.language),
    }  # fmt: skip
    if single:
        return say("why.family_single", hybrids=say.number(found.families), **values)
    return say(
        "why.family_said", size=say.number(found.size), generations=len(found.generations), last=found.last, **values
    )


def _mechanisms(effects: Iterable[Effect]) -> bool:
    return all(effect.case.group == "mechanism" for effect in effects)


def _none(effects: Iterable[Effect], seeds: int, say: Words) -> str:
    return say("why.none", seeds=say.number(seeds), list=_names(effects, say))


def _names(effects: Iterable[Effect], say: Words) -> str:
    return ", ".join(_inside(effect.case, say) for effect in effects)


def _inside(case: Case, say: Words) -> str:
    """Return a name as it stands within a sentence."""
    name = named_case(case, say)
    if case.group == "change":
        return say("why.quoted", what=name)
    return name[:1].lower() + name[1:]


def _number(value: float, outcome: str, say: Words) -> str:
    number = say.number(value, _DIGITS)
    return say("why.percent", number=number) if relative(outcome) else number
