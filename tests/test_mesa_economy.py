"""Society and economy as Mesa agents: firms with books, alliances and markets; who comes and goes while it runs."""

from __future__ import annotations

import copy
import inspect
import pickle
from typing import Any

import mesa
import numpy as np
import pytest
from mesa.agent import AgentSet
from mesa.batchrunner import batch_run

from ecosim import Alliance, Cluster, EcosystemModel, Firm, Lab, Market, Organisation, Process, with_process
from ecosim.agents import View
from ecosim.errors import ParameterError
from ecosim.schedule import schedule_for
from tests.green import SCENARIO, green

N = 132  # organisations of the first month
ECONOMY = ("employees", "capital", "revenue", "turnover", "stage", "competence", "insight", "alliance", "offers")


def rows_there(model: EcosystemModel) -> tuple[list[int], list[int]]:
    """Return the rows of organisations and of alliances that are there, from the columns."""
    alive, ended = model.state.alive, model.state.alliances["ended"]
    return np.flatnonzero(alive).tolist(), np.flatnonzero(ended < 0).tolist()


def assert_all_there(model: EcosystemModel) -> None:
    """The agents are exactly who the columns say is there, in the set of all and in those by type."""
    organisations, alliances = rows_there(model)
    for agents in (model.agents, AgentSet([a for some in model.agents_by_type.values() for a in some])):
        assert sorted(a.row for a in agents if isinstance(a, Organisation)) == organisations
        assert sorted(a.row for a in agents if isinstance(a, Alliance)) == alliances
        assert sorted(a.row for a in agents if isinstance(a, Market)) == [0, 1]
        assert len(agents) == len(organisations) + len(alliances) + 2 + 4
    identities = [agent.unique_id for agent in model.agents]
    assert len(set(identities)) == len(identities)


# -- who is there -----------------------------------------------------------------------------------------------


def test_ids_are_the_first_organisations_then_clusters_then_markets() -> None:
    for months in (0, 14):  # asked for at once, or only after many have come and gone
        model = green(months)
        for agent in model.agents:
            if isinstance(agent, Organisation) and agent.row < N:
                assert agent.unique_id == agent.row + 1
        assert model.agents_by_type[Cluster].get("unique_id") == [133, 134, 135, 136]
        assert model.agents_by_type[Market].get("unique_id") == [137, 138]
        later = [a.unique_id for a in model.agents if isinstance(a, Alliance) or (a.row >= N and a.unique_id > 138)]
        assert later == list(range(139, 139 + len(later)))
        assert bool(later) == bool(months)


def test_agents_are_who_is_there_whenever_they_are_asked_for() -> None:
    model = green()
    assert_all_there(model)
    known: dict[int, Any] = {agent.unique_id: agent for agent in model.agents}
    came, left = set(), set()
    for _ in range(24):
        before = set(model.agents)
        model.step()
        assert_all_there(model)
        now = set(model.agents)
        came |= now - before
        left |= before - now
        for agent in now:
            assert known.setdefault(agent.unique_id, agent) is agent  # the same object under the same id
    assert {type(agent) for agent in came} == {Firm, Alliance} == {type(agent) for agent in left}
    assert all(isinstance(agent, mesa.Agent) and agent.model is model for agent in came)
    assert not left & set(model.agents)


@pytest.mark.parametrize("months", [3, 24])
def test_agents_asked_for_late_are_who_is_there(months: int) -> None:
    assert_all_there(green(months))


def test_a_set_that_is_held_follows_the_months() -> None:
    model = green(2)
    firms, alliances = model.agents_by_type[Firm], model.agents_by_type[Alliance]
    model.run(22)
    organisations, lasting = rows_there(model)
    assert sorted(firms.get("row")) == [row for row in organisations if model.state.organisations["kind"][row] == 0]
    assert sorted(alliances.get("row")) == lasting
    assert max(firms.get("row")) >= N


class Look(Process):
    """A user's rule in the middle of the month: it sees who came and went in this very month."""

    name = "look"

    def step(self, model: Any) -> None:
        assert_all_there(model)


@pytest.mark.parametrize("before", ["attract", "launch", "exit", "record"])
def test_agents_in_the_middle_of_a_month(before: str) -> None:
    schedule = with_process(Look(), before, schedule_for(SCENARIO.parameters))
    model = EcosystemModel(SCENARIO, seed=1, processes=schedule)
    assert model.run(12).state.fingerprint() == green(12).state.fingerprint()


def test_a_run_with_the_economy_on_makes_no_agents(monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*_: Any, **__: Any) -> None:
        raise AssertionError("an agent was made")

    monkeypatch.setattr(View, "__init__", never)
    model = green(12)
    for table in (model.months, model.organisations, model.alliances, model.markets, model.offers, model.policies):
        assert len(table)
    with pytest.raises(AssertionError, match="an agent was made"):
        _ = model.agents


def test_who_left_is_gone_and_can_still_be_read() -> None:
    model = green()
    firms = list(model.agents_by_type[Firm])
    model.run(24)
    gone = next(firm for firm in firms if not firm.held)
    assert gone not in model.agents
    assert (gone.employees, gone.capital, gone.alliance, gone.offers) == (0.0, 0.0, None, [])
    assert gone.name == f"firm {gone.row}"
    for name in ("employees", "capital"):
        with pytest.raises(ParameterError, match=f"{name} of firm {gone.row}, which is no more"):
            setattr(gone, name, 5.0)


# -- firms ------------------------------------------------------------------------------------------------------


def test_a_firm_reads_its_books() -> None:
    model = green(24)
    columns = model.state.organisations
    firms = model.agents_by_type[Firm]
    rows = firms.get("row")
    for name in ("employees", "capital", "revenue", "turnover", "competence", "insight"):
        assert firms.get(name) == columns[name][rows].tolist()
    assert {firm.stage for firm in firms} == {"design", "machining", "service"}
    assert all(np.array_equal(firm.values, columns["values"][firm.row]) for firm in firms)
    offers = model.state.offers
    live = offers["withdrawn"] < 0
    for firm in firms:
        sold = offers["brick"][live & (offers["seller"] == firm.row)]
        assert sorted(brick.row for brick in firm.offers) == sorted(sold.tolist())
        alliance = columns["alliance"][firm.row]
        assert (firm.alliance is None) == (alliance < 0)
        if firm.alliance is not None:
            assert firm.alliance.row == alliance
            assert firm in firm.alliance.members
    assert model.months["revenue"].iloc[-1] == pytest.approx(firms.agg("revenue", sum))
    assert model.months["employees"].iloc[-1] == pytest.approx(firms.agg("employees", sum))
    by_stage = firms.groupby("stage")
    assert sum(by_stage.count().values()) == len(firms)


def test_without_the_economy_a_firm_says_what_to_switch_on() -> None:
    model = EcosystemModel(seed=1, firms=30, labs=4, clusters=2, trust=True)
    firm = next(iter(model.agents_by_type[Firm]))
    for name, switch in (
        ("employees", "firm_life"), ("capital", "firm_life"), ("revenue", "firm_life"), ("turnover", "firm_life"),
        ("stage", "value_chain"), ("competence", "value_chain"), ("insight", "users"), ("values", "alliances"),
        ("alliance", "alliances"), ("offers", "markets"),
    ):  # fmt: skip
        with pytest.raises(AttributeError, match=rf"no economy; switch on mechanisms\.{switch}, as in .*{switch}=True"):
            getattr(firm, name)
    for name in ("capital", "stage", "values"):
        with pytest.raises(AttributeError, match="no economy"):
            setattr(firm, name, 1)
    assert not hasattr(firm, "revenue")
    assert set(model.agent_types) == {Firm, Lab, Cluster}
    assert len(model.alliances) == len(model.markets) == 0


def test_only_firms_have_books() -> None:
    model = green(1)
    lab = next(iter(model.agents_by_type[Lab]))
    for name in ECONOMY:
        with pytest.raises(AttributeError, match=f"Lab has no attribute '{name}': only firms have it"):
            getattr(lab, name)
        with pytest.raises(AttributeError, match="only firms have it"):
            setattr(lab, name, 1)
    assert len(lab.values) == 2


def test_what_a_firm_refuses() -> None:
    model = green(1)
    firm = next(iter(model.agents_by_type[Firm]))
    for name in ("revenue", "alliance", "offers", "alliance_row", "offer_rows", "founded"):
        with pytest.raises(AttributeError):
            setattr(firm, name, 1)
    for name, value in (
        ("employees", -1), ("employees", float("nan")), ("capital", float("inf")), ("competence", 1.5),
        ("insight", -0.1), ("stage_row", 3), ("turnover", -1),
    ):  # fmt: skip
        with pytest.raises(ParameterError, match=f"{name} = .*allowed is a number from"):
            setattr(firm, name, value)
    with pytest.raises(ParameterError, match=r"stage = 'desing' \(did you mean 'design'\?\)"):
        firm.stage = "desing"
    for values in ((1.0,), (1.0, float("nan")), 2.0):
        with pytest.raises(ParameterError, match=r"values = .*allowed are 2 finite numbers"):
            firm.values = values
    before = model.state.fingerprint()
    firm.stage, firm.values = firm.stage, firm.values
    firm.employees, firm.capital = firm.employees, firm.capital
    assert model.state.fingerprint() == before


def test_what_is_set_by_hand_enters_the_books() -> None:
    """With `check` on, a month whose books do not balance stops the run."""
    model = green(12)
    firms = list(model.agents_by_type[Firm])
    alliance = next(iter(model.agents_by_type[Alliance]))
    before = [firm.capital for firm in firms[:2]]
    firms[0].capital += 500.0
    firms[1].capital -= 125.5
    alliance.capital += 40.0
    firms[2].employees += 7
    firms[3].employees = 0
    staff = model.state.organisations["employees"].sum()
    assert [firms[0].capital, firms[1].capital] == [before[0] + 500.0, before[1] - 125.5]
    firms[4].stage, firms[4].competence, firms[4].values = "service", 0.9, (0.5, -0.5)
    assert model.state.organisations["stage"][firms[4].row] == 2
    assert model.state.organisations["values"][firms[4].row].tolist() == [0.5, -0.5]
    model.run(2)
    month = model.months.iloc[-2]
    assert month["gifts"] == pytest.approx(414.5)
    assert month["transfers"] == pytest.approx(staff - model.months["employees"].iloc[-3])
    assert model.months["gifts"].iloc[-1] == model.months["transfers"].iloc[-1] == 0.0


# -- alliances --------------------------------------------------------------------------------------------------


def test_an_alliance_is_the_sum_of_its_members() -> None:
    model = green(14)
    columns, alliances = model.state.organisations, model.state.alliances
    found = list(model.agents_by_type[Alliance])
    assert len(found) > 2
    for alliance in found:
        rows = np.flatnonzero(columns["alliance"] == alliance.row)
        assert isinstance(alliance.members, AgentSet)
        assert sorted(alliance.members.get("row")) == rows.tolist()
        assert alliance.size == len(rows) > 1
        assert alliance.employees == pytest.approx(columns["employees"][rows].sum())
        assert alliance.revenue == pytest.approx(columns["revenue"][rows].sum())
        assert alliance.equity == pytest.approx(columns["capital"][rows].sum() + alliance.capital)
        assert (alliance.founded, alliance.ended) == (alliances["founded"][alliance.row], -1)
        assert alliance.vision == "Green & lean"
        assert alliance.name == f"Alliance {alliance.row + 1}"
        assert 0 <= alliance.trust <= 1
        assert 0 < alliance.quality <= 1
        assert all(member.alliance is alliance for member in alliance.members)
        sold = {brick.row for brick in alliance.offers}
        assert sold <= {brick.row for member in alliance.members for brick in member.offers}
    with pytest.raises(AttributeError):
        found[0].trust = 1.0


def test_a_removed_alliance_gives_back_what_it_holds() -> None:
    model = green(14)
    alliance = max(model.agents_by_type[Alliance], key=lambda one: one.size)
    members, pooled = list(alliance.members), alliance.capital
    before = [firm.capital for firm in members]
    assert pooled > 0
    alliance.remove()
    assert alliance not in model.agents
    assert alliance not in model.agents_by_type[Alliance]
    assert [firm.capital for firm in members] == pytest.approx([c + pooled / len(members) for c in before])
    assert all(firm.alliance is None for firm in members)
    assert (alliance.capital, list(alliance.members), alliance.ended, alliance.is_there) == (0.0, [], 14, False)
    assert not alliance.offers
    left = model.memberships[model.memberships["alliance"] == alliance.name].tail(len(members))
    assert left["what"].unique().tolist() == ["dissolved: ended by hand"]
    assert left["firm_row"].tolist() == sorted(firm.row for firm in members)
    said = len(model.state.events)
    alliance.remove()  # twice does no harm
    assert len(model.state.events) == said
    with pytest.raises(ParameterError, match="capital of Alliance"):
        alliance.capital = 5.0
    model.run(3)  # and the books of the month balance
    assert_all_there(model)


def test_everybody_can_leave_an_economy() -> None:
    model = green(14)
    model.agents_by_type[Firm].do("remove")
    assert len(model.agents_by_type[Firm]) == 0
    model.run(2)
    assert len(model.agents_by_type[Alliance]) == 0
    model = green(14)
    model.remove_all_agents()
    assert len(model.agents) == 0
    model.run(2)
    assert len(model.agents) == 0
    assert model.months["offers_live"].iloc[-1] == 0


# -- markets ----------------------------------------------------------------------------------------------------


def test_a_market_reads_and_writes_its_row() -> None:
    model = green(24)
    home, abroad = model.agents_by_type[Market]
    assert [home.name, home.region, home.abroad, home.public_share] == ["France", "France", False, 0.3]
    assert [abroad.name, abroad.region, abroad.abroad, abroad.customers] == ["China", "Hubei", True, 60_000]
    assert abroad.sectors == ["sector 1", "sector 2"]
    assert home.adoptions == model.months["adoptions: France"].iloc[-1] > 0
    assert home.sales == model.months["sales: France"].iloc[-1] > 0
    offers = model.state.offers
    live = (offers["withdrawn"] < 0) & offers["served"][:, 0]
    assert [brick.row for brick in home.offers] == offers["brick"][live].tolist()
    home.frame = (0.5, 0.5, 0.5, 0.5)
    home.customers = 40_000
    assert model.state.markets["frame"][0].tolist() == [0.5] * 4
    assert model.state.markets["customers"][0] == 40_000
    for value in ((1, 2), (1, 2, 3, float("inf"))):
        with pytest.raises(ParameterError, match=r"frame = .*allowed are 4 finite numbers"):
            home.frame = value
    with pytest.raises(ParameterError, match="public_share = "):
        home.public_share = 2.0
    for name in ("adoptions", "sales", "identity"):
        with pytest.raises(AttributeError):
            setattr(home, name, 1)
    model.step()
    assert home.frame.tolist() != [0.5] * 4


def test_a_closed_market_buys_nothing() -> None:
    model = green(24)
    home = next(iter(model.agents_by_type[Market]))
    assert home.sales > 0
    home.remove()
    assert home not in model.agents
    model.run(3)
    assert (home.sales, home.adoptions) == (0.0, 0.0)
    assert model.months["sales: France"].iloc[-3:].tolist() == [0.0] * 3
    assert model.months["sales: China"].iloc[-1] > 0
    assert not model.offers["adopters: France"].any()


# -- what Mesa does with models ---------------------------------------------------------------------------------


class Recording(EcosystemModel):
    """A model that collects data of agents that come and go."""

    def __init__(self, seed: int | None = None, **kwargs: Any) -> None:
        super().__init__(SCENARIO, seed=seed, **kwargs)
        self.datacollector = mesa.DataCollector(
            model_reporters={"alliances": lambda model: len(model.agents_by_type.get(Alliance, ()))},
            agenttype_reporters={
                Firm: {"revenue": "revenue"}, Alliance: {"size": "size"}, Market: {"sales": "sales"}
            },
        )  # fmt: skip
        self.datacollector.collect(self)

    def step(self) -> None:
        super().step()
        self.datacollector.collect(self)


def test_datacollector_of_agents_that_come_and_go() -> None:
    model = Recording(seed=1)
    model.run(14)
    table = model.datacollector.get_agenttype_vars_dataframe(Alliance)
    months = model.months
    for month in range(14):
        sizes = table.loc[month + 1, "size"].tolist() if month + 1 in table.index else []
        assert sum(sizes) == months["allied_firms"][month]
        assert len(sizes) == months["alliances"][month]
    assert model.datacollector.get_model_vars_dataframe()["alliances"].tolist() == [0, *months["alliances"]]
    firms = model.datacollector.get_agenttype_vars_dataframe(Firm)["revenue"].groupby("Step").sum()
    assert firms.tolist() == pytest.approx([0.0, *months["revenue"]])


def test_batch_run_of_an_economy() -> None:
    options: dict[str, Any] = {"max_steps": 6, "number_processes": 1, "display_progress": False}
    design: dict[str, Any] = {"structuring_cost": [0.0, 30.0]}
    if "rng" in inspect.signature(batch_run).parameters:
        options["rng"] = [1]
    else:
        design["seed"] = [1]
    rows = batch_run(Recording, design, **options)
    found = {row["structuring_cost"]: row["alliances"] for row in rows if row["Step"] == 6}
    assert set(found) == {0.0, 30.0}
    assert found[30.0] == green(6, structuring_cost=30.0).months["alliances"].iloc[-1]


@pytest.mark.parametrize("duplicate", [copy.deepcopy, lambda model: pickle.loads(pickle.dumps(model))])
def test_a_copy_of_an_economy_goes_its_own_way(duplicate: Any) -> None:
    model = green(10)
    assert_all_there(model)
    twin = duplicate(model)
    assert [agent.unique_id for agent in twin.agents] == [agent.unique_id for agent in model.agents]
    model.run(4)
    twin.run(4)
    assert twin.state.fingerprint() == model.state.fingerprint()
    assert_all_there(twin)
    assert all(agent.model is twin for agent in twin.agents)
    next(iter(twin.agents_by_type[Alliance])).remove()
    assert len(twin.agents_by_type[Alliance]) == len(model.agents_by_type[Alliance]) - 1
    assert_all_there(model)
