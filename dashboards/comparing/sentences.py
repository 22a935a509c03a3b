"""What a comparison says, in plain words of the visitor's language. Knows neither runs nor pages."""

from __future__ import annotations

from collections.abc import Sequence

from dashboards.comparing.effects import Cost, Effect
from dashboards.comparing.entries import BASELINE, NOW, Entry, acted
from dashboards.setup import Setup, World
from dashboards.text import Words
from ecosim.parameters import find_declaration
from experiments.statistics import Interval

__all__ = [
    "MAIN", "cost_words", "difference_words", "effect_words", "euros", "headline", "label", "named", "parameter_words",
    "value_words", "what_differs",
]  # fmt: skip

MAIN = ("job_years", "revenue", "hybrids", "r_theoretical")  # what sentences are made of, in this order
_MILLION = 1000.0  # k€
_DIGITS = 2  # significant figures in sentences: more than the intervals are worth would only be in the way
_LABELS = {
    "r_theoretical": "outcomes.r", "hybrids": "outcomes.hybrids", "job_years": "outcomes.job_years",
    "employees": "compare.employees_end", "revenue": "outcomes.revenue_total", "export_sales": "outcomes.export_sales",
    "alliances": "compare.alliances_end", "policy_spending": "outcomes.policy_spending",
}  # fmt: skip
_MONEY = ("revenue", "export_sales", "policy_spending")  # outcomes in k€


def label(outcome: str, say: Words) -> str:
    """Return the name of an outcome."""
    return say(_LABELS[outcome])


def named(entry: Entry, say: Words) -> str:
    """Return what an entry is called."""
    if entry.id == BASELINE:
        return say("outcomes.baseline")
    return say("compare.now") if entry.id == NOW else entry.name


def euros(thousands: float, say: Words) -> str:
    """Return an amount of k€ in the unit in which it is read best: €, k€ or M€."""
    size = abs(thousands)
    if size >= _MILLION:
        return f"{say.number(thousands / _MILLION)}\u00a0M€"
    if size >= 10 or size == 0:
        return f"{say.number(thousands)}\u00a0k€"
    return f"{say.number(thousands * 1000)}\u00a0€"


def _money(interval: Interval, say: Words, sign: float = 1.0, digits: int = _DIGITS) -> str:
    """Return an interval of k€ in one unit, chosen by its largest end."""
    estimate, low, high = _turned(interval, sign)
    largest = max(abs(low), abs(high), abs(estimate))
    scale, unit = (1 / _MILLION, "M€") if largest >= _MILLION else (1.0, "k€") if largest >= 10 else (1000.0, "€")
    return f"{say.interval(estimate * scale, low * scale, high * scale, digits)}\u00a0{unit}"


def _turned(interval: Interval, sign: float) -> tuple[float, float, float]:
    """Return (estimate, low, high), turned round for a negative sign: so much *less* is a positive number."""
    if sign > 0:
        return interval.estimate, interval.low, interval.high
    return -interval.estimate, -interval.high, -interval.low


def difference_words(effect: Effect, say: Words, sign: float = 1.0, digits: int = _DIGITS) -> str:
    """Return the difference with its interval and unit, "–" where there is none."""
    if effect.interval is None:
        return say.number(None)
    if effect.outcome in _MONEY:
        return _money(effect.interval, say, sign, digits)
    return say.interval(*_turned(effect.interval, sign), digits)


def value_words(outcome: str, value: float | None, say: Words) -> str:
    """Return a mean of an outcome with its unit where that is money."""
    if value is None or outcome not in _MONEY:
        return say.number(value)
    return euros(value, say)


def effect_words(effect: Effect, say: Words) -> str:
    """Return one plain sentence: more, less, the same, or what cannot be told from chance."""
    what = label(effect.outcome, say)
    verdict = effect.verdict
    if verdict in ("more", "less"):
        amount = difference_words(effect, say, 1.0 if verdict == "more" else -1.0)
        return say(f"compare.{verdict}_{effect.outcome}", amount=amount)
    if verdict == "chance":
        amount = difference_words(effect, say)
        return say("compare.chance", what=what, number=say.number(effect.pairs), amount=amount)
    return say(f"compare.{verdict}", what=what, number=say.number(effect.pairs))


def cost_words(costs: Sequence[Cost], spending: Effect | None, say: Words, said: bool = False) -> list[str]:
    """Return what an entry costs, in sentences: nothing in a world where no policy can spend.

    said : whether spending and the cost of a job-year were said already
    """
    if spending is None or spending.interval is None:
        return []
    found: list[str] = []
    if said:
        costs = [cost for cost in costs if cost.of != "job_year"]
    elif spending.interval.high < 0:
        found.append(say("compare.spends_less", amount=_money(spending.interval, say, -1.0)))
    elif spending.interval.low > 0:
        found.append(say("compare.spends", amount=_money(spending.interval, say)))
    elif spending.interval.low == spending.interval.high == 0:
        found.append(say("compare.spends_same"))
    else:
        found.append(say("compare.spends_chance", amount=_money(spending.interval, say)))
    statuses = {cost.status for cost in costs}
    if statuses == {"uncosted"}:
        return [*found, say("compare.uncosted")]
    for cost in costs:
        what = say(f"compare.cost_{cost.of}")
        if cost.status == "known" and cost.interval is not None:
            found.append(say("compare.cost", what=what, amount=_per(cost, cost.interval, say)))
        elif cost.status in ("unknown", "few"):
            found.append(say(f"compare.cost_{cost.status}", what=what))
    return found


def _per(cost: Cost, interval: Interval, say: Words) -> str:
    """Return a cost in euros: of a euro of turnover in € per €, which k€ per k€ are."""
    if cost.of == "turnover":
        return f"{say.interval(*interval, _DIGITS)}\u00a0€"
    return _money(interval, say)


def parameter_words(path: str, value: bool | int | float, say: Words) -> str:
    """Return a parameter and its value: the declaration's own words."""
    declaration = find_declaration(path)
    text = (declaration.french if say.language == "fr" else declaration.english).rstrip(".")
    if isinstance(value, bool):
        return f"{text}{say('compare.colon')}{say('compare.on' if value else 'compare.off')}"
    words = say.known.get(f"units.{declaration.unit}", declaration.unit)
    unit = "" if declaration.unit in ("", "dial", "switch") or not words else f"\u00a0{words}"
    return f"{text}{say('compare.colon')}{_short(value, say)}{unit}"


def _short(value: bool | int | float, say: Words) -> str:
    """Return what was set, without the zeros that only an estimate would need."""
    text = say.number(float(value), 4)
    return text.rstrip("0").rstrip(".,") if "." in f"{float(value):.9f}".rstrip("0").rstrip(".") else text


def what_differs(setup: Setup, world: World, say: Words, dials: bool = True) -> list[str]:
    """Return what tells an entry from the baseline, one text for each lever, and dial if wanted, that was touched."""
    found = []
    for path, value in acted(setup, dials):
        name = path.split(".")[1]
        own = setup.baseline().value(path, world)
        words = say(f"compare.{name}") if f"compare.{name}" in say.known else say(f"levers.{name}")
        found.append(say("compare.from_to", what=words, own=_short(own, say), value=_short(value, say)))
    for name, lever in setup.levers:
        words = say(f"levers.{name}")
        if not lever.intensity > 0:
            found.append(say("compare.lever_off", what=words))
            continue
        end = (
            say("levers.no_end")
            if lever.length is None
            else say("compare.until", month=say.number(lever.start + lever.length))
        )
        budget = say("levers.no_limit") if lever.budget is None else euros(lever.budget, say)
        found.append(
            say("compare.lever_on", what=words, share=say.number(100 * lever.intensity), start=say.number(lever.start),
                end=end, budget=budget)
        )  # fmt: skip
    return found


def headline(entry: Entry, effects: Sequence[Effect], costs: Sequence[Cost], say: Words) -> tuple[str, bool]:
    """Return the one sentence that says it all, "" where there is none: jobs and their cost, or no difference at all;
    and whether it is the one of jobs, which need not be said again then.

    effects : of the main outcomes and, if there is any, of spending
    """
    name = say("compare.now_in_words") if entry.id == NOW else say("compare.quoted", name=entry.name)
    by_name = {effect.outcome: effect for effect in effects}
    jobs, spent = by_name.get("job_years"), by_name.get("policy_spending")
    cost = next((one.interval for one in costs if one.of == "job_year" and one.status == "known"), None)
    gained = jobs is not None and jobs.verdict == "more" and cost is not None
    if gained and spent is not None and spent.interval is not None:
        assert jobs is not None
        assert cost is not None
        amount, money = difference_words(jobs, say), euros(spent.interval.estimate, say)
        return say("compare.headline_cost", name=name, amount=amount, spent=money, cost=_money(cost, say)), True
    main = [effect for effect in effects if effect.outcome in MAIN]
    verdicts = {effect.verdict for effect in main}
    fewest = say.number(min((effect.pairs for effect in main), default=0))
    if verdicts == {"same"}:
        return say("compare.headline_same", name=name, number=fewest), False
    if verdicts and verdicts <= {"same", "chance"}:
        return say("compare.headline_none", name=name, number=fewest), False
    return "", False
