"""The six levers: each lowers its barrier, pays for it, and stops where it should; and the study in quick form.

Every test here fails when the code that it is about is taken out; docs/ablation.md has the list.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from ecosim import EcosystemModel, Scenario
from ecosim.economy import levers
from ecosim.economy.chain import firm_quality, group_quality
from ecosim.specs import LEVERS, ClusterSpec, PolicySpec
from ecosim.state import FIRM
from experiments.behaviours import levers as study

SMALL = {
    "population.firms": 120, "population.labs": 6, "population.clusters": 3, "trust.initial_trust": 0.7,
    "record.check": True,
}  # fmt: skip
"""Few firms that trust one another, so that alliances form in the first months; the books are checked every month."""
START, END, MONTHS = 4, 14, 20
ALL = list(LEVERS)


def scenario(*policies: PolicySpec, **values: Any) -> Scenario:
    return replace(Scenario.load("levers").with_values({**SMALL, **values}), policies=policies)


def made(*policies: PolicySpec, seed: int = 1, **values: Any) -> EcosystemModel:
    return EcosystemModel(scenario(*policies, **values), seed=seed, reproduction_every=0)


def played(*policies: PolicySpec, months: int = MONTHS, **values: Any) -> EcosystemModel:
    return made(*policies, **values).run(months)


def spending(model: EcosystemModel) -> Any:
    return model.state.history.account("policy_spending")


def total(model: EcosystemModel, name: str) -> float:
    return float(model.state.history.account(name).sum())


def newcomers(model: EcosystemModel) -> int:
    """Return how many firms joined from outside; one that its alliance took into another joined that one as well."""
    what = [words for *_, words in model.state.memberships]
    return what.count("joined") - sum(words.startswith("merged") for words in what)


# -- what holds of every lever --------------------------------------------------------------------------------


@pytest.mark.parametrize("lever", ALL)
def test_a_lever_spends_in_its_months_only_and_all_of_it_is_accounted(lever: str) -> None:
    model = played(PolicySpec("it", lever, 0.8, START, END))
    paid = spending(model)
    assert (paid[:START] == 0).all()
    assert paid[START:END].sum() > 0
    assert (paid[END:] == 0).all()
    assert paid.sum() == pytest.approx(float(model.state.policies["spent"].sum()))


@pytest.mark.parametrize("lever", ALL)
def test_nothing_differs_before_a_lever_is_pulled(lever: str) -> None:
    without = played(months=START).state.fingerprint()
    with_it = played(PolicySpec("it", lever, 1.0, START), months=START).state.fingerprint()
    differing = {name for name in with_it if with_it[name] != without.get(name)}
    assert not {name for name in differing if not name.startswith("policies")}, differing
    later = played(PolicySpec("it", lever, 1.0, START)).state.history.accounts
    assert [month["firms"] for month in later[:START]] == played(months=START).state.history.account("firms").tolist()


@pytest.mark.parametrize("lever", ALL)
def test_a_budget_is_spent_to_the_end_and_never_exceeded(lever: str) -> None:
    free = float(played(PolicySpec("it", lever, 0.8)).state.policies["spent"][0])
    budget = 0.3 * free
    assert budget > 0
    model = made(PolicySpec("it", lever, 0.8, budget=budget))
    for _ in range(MONTHS):
        model.step()
        assert model.state.policies["spent"][0] <= budget
    assert model.state.policies["spent"][0] == pytest.approx(budget)
    model.step()
    assert model.state.support[levers.places[lever]] == 0  # nothing is left: the lever is not pulled any more
    assert spending(model)[-1] == 0


@pytest.mark.parametrize("lever", ALL)
def test_nothing_is_spent_where_there_is_no_barrier(lever: str) -> None:
    off = {f"barriers.{LEVERS[lever]}": 0.0}
    model = played(PolicySpec("it", lever), **off)
    assert spending(model).sum() == 0
    same, none = model.state.fingerprint(), played(**off).state.fingerprint()
    assert {name for name in same if same[name] != none.get(name)} <= {
        name for name in same if name.startswith("policies")
    }


@pytest.mark.parametrize("lever", ALL)
def test_two_policies_on_one_lever_combine(lever: str) -> None:
    model = played(PolicySpec("a", lever, 0.5), PolicySpec("b", lever, 0.4), months=8)
    assert model.state.support[levers.places[lever]] == pytest.approx(1 - 0.5 * 0.6)
    assert levers.intensity(model.state, lever) == pytest.approx(0.7)
    barrier = getattr(model.parameters.barriers, LEVERS[lever])
    assert levers.lowered(model.state, lever) == pytest.approx(0.3 * barrier)


@pytest.mark.parametrize("lever", ALL)
def test_the_mechanism_of_policies_can_be_turned_off(lever: str) -> None:
    model = played(PolicySpec("it", lever), **{"mechanisms.policies": False})
    assert spending(model).sum() == 0
    assert (model.state.support == 0).all()


# -- what each lever does to its barrier ----------------------------------------------------------------------


def test_assembly_makes_bricks_fit() -> None:
    """Support of intensity I leaves ``loss · (1 − I)`` of what an offer of n firms loses."""
    without, with_it = made(), made(PolicySpec("it", "assembly", 0.6))
    loss = without.parameters.barriers.assembly_loss
    group, stage, competence = np.zeros(4, int), np.arange(4), np.full(4, 0.6)
    qualities = []
    for model in (without, with_it):
        model.step()
        model.state.stages["competence"] = 0.5
        qualities.append(float(group_quality(model.state, group, stage, competence, 1)[0]))
    assert qualities[0] == pytest.approx(0.6 * (1 - loss * 0.75))
    assert qualities[1] == pytest.approx(0.6 * (1 - 0.4 * loss * 0.75))
    alone = [float(firm_quality(model.state, np.array([0]))[0]) for model in (without, with_it)]
    assert alone[0] == alone[1]  # who offers alone has nothing to assemble


def test_assembly_is_paid_for_each_alliance() -> None:
    model = played(PolicySpec("it", "assembly", 0.5))
    cost = model.parameters.barriers.assembly_support_cost
    there = model.state.history.account("alliances")
    assert there[-1] > 0
    assert spending(model)[1:] == pytest.approx(0.5 * cost * there[:-1])  # those that the month began with


def test_assembly_short_of_money_helps_in_proportion() -> None:
    model = made(PolicySpec("it", "assembly", 1.0, budget=1.0))
    while (model.state.alliances["ended"] < 0).sum() == 0:
        model.step()
    alliances = int((model.state.alliances["ended"] < 0).sum())
    model.step()
    cost = model.parameters.barriers.assembly_support_cost * alliances
    assert model.state.support[levers.places["assembly"]] == pytest.approx(1.0 / cost)


def test_structuring_pays_its_part_of_what_joining_costs() -> None:
    half, whole = played(PolicySpec("it", "structuring", 0.5)), played(PolicySpec("it", "structuring"))
    assert newcomers(half) > 0
    assert total(half, "structuring") == pytest.approx(-float(half.state.policies["spent"][0]))
    assert total(whole, "structuring") == 0  # firms pay nothing themselves
    assert whole.state.policies["spent"][0] >= whole.parameters.barriers.structuring_cost * newcomers(whole) > 0
    assert newcomers(whole) > newcomers(played())


def test_internationalisation_pays_its_part_of_exports() -> None:
    model = played(PolicySpec("it", "internationalisation", 0.5))
    own, paid = -total(model, "exports"), float(model.state.policies["spent"][0])
    assert paid == pytest.approx(own, rel=0.1)  # firms that leave owe their last dues
    assert paid > 0
    whole = played(PolicySpec("it", "internationalisation"))
    assert total(whole, "exports") == 0
    assert total(whole, "export_sales") > total(played(), "export_sales")


def test_internationalisation_lowers_what_exports_must_earn() -> None:
    """Where the fixed cost is high, more offers go abroad when the lever pays most of it."""
    dear = {"barriers.export_cost": 50.0}
    abroad = [
        int(model.state.offers["served"][:, 1].sum())
        for model in (played(**dear), played(PolicySpec("it", "internationalisation", 0.9), **dear))
    ]
    assert abroad[1] > abroad[0]


def test_equity_pays_its_part_of_the_ticket_into_the_pool() -> None:
    values = {"alliances.coordination_cost": 0.0, "barriers.structuring_cost": 0.0, "mechanisms.markets": False}
    model = played(PolicySpec("it", "equity", 0.25), **values)
    ticket = model.parameters.barriers.equity_ticket
    assert newcomers(model) > 0
    assert model.state.policies["spent"][0] == pytest.approx(0.25 * ticket * newcomers(model))
    assert total(model, "public_equity") == pytest.approx(0.25 * ticket * newcomers(model))
    whole = played(PolicySpec("it", "equity"), **values, months=3)
    assert whole.state.alliances["capital"].sum() == pytest.approx(ticket * newcomers(whole))  # nobody left yet


def test_equity_lets_firms_join_that_cannot_pay_the_ticket() -> None:
    poor = {"firms.equity_ratio": 0.05}
    assert newcomers(played(PolicySpec("it", "equity"), **poor)) > 1.5 * newcomers(played(**poor))


def test_training_closes_the_skills_gap() -> None:
    """Learning is slowed by ``gap · (1 − training)``: with a gap of 1 nobody learns who is not trained."""
    values = {"chain.competence_decay": 0.0, "barriers.skills_gap": 1.0, "mechanisms.exits": False}
    changes = []
    for policies in ((), (PolicySpec("it", "training", 0.5),), (PolicySpec("it", "training"),)):
        model = made(*policies, **values)
        before = model.state.organisations["competence"].astype(np.float64)
        after = model.run(1).state.organisations["competence"].astype(np.float64)
        changes.append(float((after - before).sum()))
    assert changes[0] == 0
    assert changes[1] == pytest.approx(0.5 * changes[2], rel=1e-3)
    assert changes[2] > 0


def test_training_is_paid_for_each_firm_that_it_reaches() -> None:
    model = played(PolicySpec("it", "training", 0.5), months=1)
    firms = int((model.state.organisations["kind"] == FIRM).sum())
    assert model.state.policies["spent"][0] == pytest.approx(0.5 * model.parameters.barriers.training_cost * firms)


@pytest.mark.parametrize("target", ["stage", "sector", "region"])
def test_training_reaches_only_those_whom_it_is_for(target: str) -> None:
    aim = {"stage": "stage 2", "sector": "sector 3", "region": "Bretagne"}[target]
    chosen = scenario(PolicySpec("it", "training", 0.5, **{target: aim}))
    chosen = replace(chosen, clusters=(ClusterSpec("west", region="Bretagne"),))
    model = EcosystemModel(chosen, seed=1).run(1)
    state = model.state
    names = {"stage": state.stage_names, "sector": state.sector_names, "region": state.regions}[target]
    own = state.organisations[target] == names.index(aim)
    reached = (state.organisations["kind"] == FIRM) & own
    assert 0 < reached.sum() < (state.organisations["kind"] == FIRM).sum()
    assert (state.organisations["training"] == np.where(reached, np.float32(0.5), np.float32(0))).all()
    assert state.policies["spent"][0] == pytest.approx(0.5 * model.parameters.barriers.training_cost * reached.sum())


def test_a_firm_that_two_trainings_reach_gets_both() -> None:
    model = played(PolicySpec("a", "training", 0.5), PolicySpec("b", "training", 0.4, stage="stage 2"), months=1)
    organisations = model.state.organisations
    firms = organisations["kind"] == FIRM
    both = firms & (organisations["stage"] == 1)
    assert organisations["training"][both] == pytest.approx(1 - 0.5 * 0.6)
    assert organisations["training"][firms & ~both] == pytest.approx(0.5)


def test_procurement_lets_small_sellers_answer_public_buyers() -> None:
    """At intensity I the threshold is ``(1 − I)`` of what it was."""
    one = {"firms.firm_size_dispersion": 0.0, "firms.employment_inertia": 0.0}
    one |= {"mechanisms.alliances": False, "mechanisms.startups": False}
    sold = {
        intensity: total(played(PolicySpec("it", "procurement", intensity), **one), "small_seller_sales")
        for intensity in (0.0, 0.87, 0.89, 1.0)
    }
    assert sold[0.0] == sold[0.87] > 0  # all have 30 employees, of 250 that are asked for: from 0.88 on
    assert sold[0.89] == sold[1.0] > 1.2 * sold[0.0]  # 30 % of the demand is public


def test_procurement_is_paid_for_each_market_with_public_buyers() -> None:
    model = played(PolicySpec("it", "procurement", 0.5), months=3)
    assert model.state.policies["spent"][0] == pytest.approx(0.5 * model.parameters.barriers.buyer_training_cost * 3)


# -- the study ------------------------------------------------------------------------------------------------


def test_each_lever_moves_its_own_outcome_where_its_barrier_binds_and_nothing_else() -> None:
    table = study.run(quick=True)
    findings = study.conclude(table)
    for lever in study.TARGETS:
        assert findings[lever]["where it binds"][1] > 0, findings[lever]
        assert findings[lever]["where it is slack"][1] <= 0 <= findings[lever]["where it is slack"][2], findings[lever]
        assert findings[lever]["where it is 0"] == [0, 0, 0], findings[lever]
        assert findings[lever]["spent where it is slack (k€)"] > 0, findings[lever]
    assert findings["holds"]
    assert len(study.draw(table).axes) == 2
