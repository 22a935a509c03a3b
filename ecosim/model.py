"""EcosystemModel: a `mesa.Model` over columns. Builds the state, plays months, answers questions."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import mesa
import numpy as np
import pandas as pd
from mesa.agent import AgentSet

from ecosim import measures
from ecosim.agents import AGENT_TYPES, Cluster, Federation, Organisation
from ecosim.errors import EcosimError, ParameterError, nearest_name
from ecosim.parameters import Parameters
from ecosim.processes import Process
from ecosim.scenario import Scenario
from ecosim.schedule import core_schedule
from ecosim.setup import found
from ecosim.state import State
from ecosim.streams import as_seed

__all__ = ["EcosystemModel"]


class EcosystemModel(mesa.Model):
    """An innovation ecosystem.

    Parameters
    ----------
    scenario : name of a shipped scenario, path of a TOML file, or a Scenario; None for a generated ecosystem
    seed : whole number; None draws one (read it back from ``model.seed``)
    processes : the schedule; None for the core (`ecosim.schedule`)
    rng : another name for `seed`, as newer Mesa has it
    parameters : any declared parameter by its name, such as ``transmissibility=0.05``

    Raises
    ------
    EcosimError
        For input that is wrong: a parameter, a scenario, a file, a seed.
    """

    def __init__(
        self,
        scenario: str | Scenario | None = None,
        seed: int | None = None,
        processes: Sequence[Process] | None = None,
        rng: int | None = None,
        **parameters: Any,
    ) -> None:
        if seed is not None and rng is not None:
            raise ParameterError("give either seed or rng, not both")
        chosen = seed if seed is not None else rng
        self.seed = as_seed(secrets.randbits(32) if chosen is None else chosen)
        super().__init__(seed=self.seed)
        # Mesa wraps `step` in the instance, a cycle that would keep the columns until the collector comes by.
        # Ours counts steps itself, so the wrapper can go.
        self.__dict__.pop("step", None)
        self.__dict__.pop("_user_step", None)
        if not isinstance(scenario, Scenario):
            scenario = Scenario() if scenario is None else Scenario.load(scenario)
        self.scenario = scenario.with_values(parameters) if parameters else scenario
        self.processes: tuple[Process, ...] = core_schedule() if processes is None else tuple(processes)
        _check_processes(self.processes)
        self.state: State = found(self.scenario, self.seed)
        self._organisation_agents: list[Organisation | None] = []
        self._cluster_agents: list[Cluster] = []
        self._filled = False

    # -- time -------------------------------------------------------------------------------------------------

    @property
    def month(self) -> int:
        """The month to be played next, 0 at the beginning."""
        return self.state.month

    @property
    def parameters(self) -> Parameters:
        return self.state.parameters

    def step(self) -> None:
        """Play one month."""
        self.steps += 1
        for process in self.processes:
            process.step(self)
        self.state.month += 1

    def run(self, months: int | None = None, progress: Callable[[int, int], None] | None = None) -> EcosystemModel:
        """Play `months` months (None: as many as the scenario says) and return the model.

        progress : called after each month with (months played in this run, months to play).
        """
        wanted = self.scenario.months if months is None else months
        if isinstance(wanted, bool) or not isinstance(wanted, int | np.integer) or wanted < 0:
            raise ParameterError(f"months = {wanted!r}: allowed is a whole number, 0 or more")
        for played in range(1, int(wanted) + 1):
            self.step()
            if progress is not None:
                progress(played, int(wanted))
        return self

    # -- results ----------------------------------------------------------------------------------------------

    @property
    def months(self) -> pd.DataFrame:
        """One row per month played; see `ecosim.measures.months_table`."""
        return measures.months_table(self.state)

    @property
    def bricks(self) -> pd.DataFrame:
        """One row per brick ever made."""
        columns = self.state.bricks
        position = columns["position"]
        table = {f"position_{axis}": position[:, axis] for axis in range(position.shape[1])}
        for name in ("identity", "sectors", "generation", "birth", "family", "carriers", "offspring"):
            table[name] = columns[name]
        for index in range(2):
            table[f"parent_{index + 1}"] = columns["parents"][:, index]
            table[f"inventor_{index + 1}"] = columns["inventors"][:, index]
        return pd.DataFrame({name: np.array(values) for name, values in table.items()})

    @property
    def organisations(self) -> pd.DataFrame:
        """One row per organisation, as it is now."""
        state = self.state
        columns = state.organisations
        kinds = np.array(["firm", "lab", "other"])
        home = columns["home"]
        return pd.DataFrame(
            {
                "name": [state.organisation_name(row) for row in range(len(columns))],
                "kind": kinds[columns["kind"]],
                "sector": np.array(state.sector_names)[columns["sector"]],
                "cluster": np.array(state.cluster_names)[columns["cluster"]],
                "region": np.array(state.regions)[columns["region"]],
                "bricks": np.array(columns["held"]),
                "hybrids": np.maximum(columns["held"].astype(np.int32) - self.parameters.knowledge.core_size, 0),
                "alive": state.alive,
                "degree": np.diff(state.ties.start[::3]),
                **{f"home_{axis}": np.array(home[:, axis]) for axis in range(home.shape[1])},
            }
        )

    @property
    def emergence_month(self) -> int | None:
        """T*: the month from which hybrids feed on each other for a year, or None."""
        return measures.emergence(self.state)

    # -- agents -----------------------------------------------------------------------------------------------

    @property
    def agents(self) -> AgentSet:
        """All agents: organisations, then clusters. Made when first asked for."""
        self._fill()
        return super().agents

    @property
    def agents_by_type(self) -> dict[type[mesa.Agent], AgentSet]:
        """Agents by their type: Firm, Lab, Organisation (others), Cluster."""
        self._fill()
        return super().agents_by_type  # type: ignore[no-any-return]

    @property
    def agent_types(self) -> list[type]:
        self._fill()
        return super().agent_types  # type: ignore[no-any-return]

    @property
    def federation(self) -> Federation:
        return Federation(self)

    def organisation_agents(self, rows: Any) -> AgentSet:
        """Return the agents of some rows of organisations that are still there."""
        self._fill()
        found_agents = [self._organisation_agents[int(row)] for row in rows]
        return AgentSet([agent for agent in found_agents if agent is not None], random=self.random)

    def cluster_agent(self, row: int) -> Cluster:
        """Return the agent of a row of clusters."""
        self._fill()
        return self._cluster_agents[row]

    def sector_row(self, name: str) -> int:
        """Return the row of a sector's name; raises ParameterError for an unknown one."""
        names = self.state.sector_names
        if name not in names:
            raise ParameterError(f"sector = {name!r}{nearest_name(name, names)}: allowed are {', '.join(names)}")
        return names.index(name)

    def close_organisation(self, row: int) -> None:
        """Empty an organisation's portfolio: it is gone, nobody meets it any more."""
        organisations, bricks = self.state.organisations, self.state.bricks
        held = int(organisations["held"][row])
        np.subtract.at(bricks["carriers"], organisations["portfolio"][row, :held], 1)
        organisations["held"][row] = 0
        self.state.clusters["members"][organisations["cluster"][row]] -= 1
        if self._filled:
            self._organisation_agents[row] = None

    def _fill(self) -> None:
        if self._filled:
            return
        self._filled = True
        columns = self.state.organisations
        alive = self.state.alive
        for row, kind in enumerate(columns["kind"].tolist()):
            agent = AGENT_TYPES[kind](self, row, row + 1) if alive[row] else None
            self._organisation_agents.append(agent)
        count = len(columns)
        self._cluster_agents = [Cluster(self, row, count + row + 1) for row in range(len(self.state.clusters))]

    # -- housekeeping -----------------------------------------------------------------------------------------

    def close(self) -> None:
        """Let go of the columns at once, without waiting for the garbage collector."""
        self.__dict__.pop("state", None)
        self._organisation_agents, self._cluster_agents = [], []

    def __enter__(self) -> EcosystemModel:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __iter__(self) -> Iterator[Any]:
        raise EcosimError("a model is not a sequence: iterate over model.agents or model.months")


def _check_processes(processes: Sequence[Any]) -> None:
    seen = set()
    for index, process in enumerate(processes):
        if not isinstance(process, Process):
            raise ParameterError(f"processes[{index}] = {process!r}: allowed is an instance of ecosim.Process")
        if process.name in seen:
            raise ParameterError(f"processes[{index}]: name = {process.name!r}: there is another one of that name")
        seen.add(process.name)
