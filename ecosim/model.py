"""EcosystemModel: a `mesa.Model` over columns. Builds the state, plays months, answers questions."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import mesa
import numpy as np
import pandas as pd
from mesa.agent import AgentSet

from ecosim import measures
from ecosim.agents import Alliance, Cluster, Federation, Roll
from ecosim.economy.demography import leave
from ecosim.errors import EcosimError, ParameterError, nearest_name
from ecosim.inputs import Inputs, resolve
from ecosim.parameters import Parameters
from ecosim.processes import Process
from ecosim.scenario import Scenario
from ecosim.schedule import schedule_for
from ecosim.setup import found
from ecosim.state import State
from ecosim.streams import as_seed

__all__ = ["EcosystemModel"]

_MESA_HAS_CLOCK = hasattr(mesa.Model, "run_for")  # from Mesa 3.5 on


class EcosystemModel(mesa.Model):  # type: ignore[misc]
    """An innovation ecosystem.

    Parameters
    ----------
    scenario : name of a shipped scenario, path of a TOML file, a Scenario, or one whose files are read already
        (Inputs); None for a generated ecosystem
    seed : whole number; None draws one (read it back from ``model.seed``)
    processes : the schedule; None for the core (`ecosim.schedule`)
    rng : another name for `seed`, as newer Mesa has it
    kwargs : any declared parameter by its name, such as ``transmissibility=0.05``

    Raises
    ------
    EcosimError
        For input that is wrong: a parameter, a scenario, a file, a seed.
    """

    def __init__(
        self,
        scenario: str | Path | Scenario | Inputs | None = None,
        seed: int | None = None,
        processes: Sequence[Process] | None = None,
        rng: int | None = None,
        **kwargs: Any,  # of this very name: Mesa 3.3's SolaraViz takes free parameters under no other
    ) -> None:
        if seed is not None and rng is not None:
            raise ParameterError("give either seed or rng, not both")
        chosen = seed if seed is not None else rng
        self.seed = as_seed(secrets.randbits(32) if chosen is None else chosen)
        super().__init__(rng=self.seed)
        self._seed = self.seed  # what Mesa's reset_randomizer goes back to; Mesa 3.3 keeps it only when given a `seed`
        self._unwind_mesa()
        if isinstance(scenario, Inputs) and kwargs:
            scenario = scenario.scenario  # other parameters may ask for other inputs: they are read again
        if scenario is None:
            scenario = Scenario()
        elif isinstance(scenario, str | Path):
            scenario = Scenario.load(scenario)
        elif not isinstance(scenario, Scenario | Inputs):
            raise ParameterError(f"scenario = {scenario!r}: allowed is a name, the path of a .toml file or a Scenario")
        inputs = scenario if isinstance(scenario, Inputs) else resolve(scenario.with_values(kwargs))
        self.played_scenario = inputs.scenario
        self.processes: tuple[Process, ...] = (
            schedule_for(inputs.scenario.parameters) if processes is None else tuple(processes)
        )
        _check_processes(self.processes)
        self.state: State = found(inputs, self.seed)
        self._roll = Roll(self.state)
        self.agent_id_counter = self._roll.next_id  # what a user adds comes after the views, whenever those are made

    def _unwind_mesa(self) -> None:
        """Undo what Mesa wraps around `step`: cycles that would keep the columns until the collector comes by.

        Mesa 3.3 puts a counting wrapper into the instance; Mesa 3.5 also a generator of step events. `step` below
        counts by itself.
        """
        self.__dict__.pop("step", None)
        self.__dict__.pop("_user_step", None)
        generator = self.__dict__.pop("_default_schedule", None)
        if generator is not None:
            generator.stop()

    @property
    def scenario(self) -> Scenario:
        """Mesa's name, from Mesa 3.5 on, for another thing; ours is `played_scenario`.

        (Mesa's SolaraViz takes whatever it finds here for a `mesa.experimental.scenarios.Scenario`, refuses ours, and
        on Reset makes the model anew with an empty one.)
        """
        raise AttributeError("model.scenario is Mesa's own name: the scenario of an EcosystemModel is played_scenario")

    @scenario.setter
    def scenario(self, value: Any) -> None:
        if not type(value).__module__.startswith("mesa."):  # Mesa's constructor comes by with an empty one
            raise AttributeError("model.scenario cannot be set: make a new model")

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
        if self._roll.filled:
            self._roll.call(self)  # sets that somebody holds know who came and went
        if _MESA_HAS_CLOCK:
            super().run_for(1)  # its time, and events that the user has scheduled

    def run(self, months: int | None = None, progress: Callable[[int, int], None] | None = None) -> EcosystemModel:
        """Play `months` months (None: as many as the scenario says) and return the model.

        progress : called after each month with (months played in this run, months to play).
        """
        wanted = self.played_scenario.months if months is None else months
        if isinstance(wanted, bool) or not isinstance(wanted, int | np.integer) or wanted < 0:
            raise ParameterError(f"months = {wanted!r}: allowed is a whole number, 0 or more")
        for played in range(1, int(wanted) + 1):
            self.step()
            if progress is not None:
                progress(played, int(wanted))
        return self

    def run_model(self) -> None:
        """Play as many months as the scenario says: Mesa's name for `run`."""
        self.run()

    def run_for(self, duration: float) -> None:
        """Play `duration` months: Mesa's name, from 3.5 on, for ``run(duration)``."""
        whole = isinstance(duration, float) and duration.is_integer()  # Mesa's clock counts in floats
        self.run(int(duration) if whole else duration)  # type: ignore[arg-type]

    def run_until(self, end_time: float) -> None:
        """Play until `end_time` months are played: Mesa's name, from 3.5 on."""
        self.run_for(max(end_time - self.month, 0))

    # -- results ----------------------------------------------------------------------------------------------

    @property
    def months(self) -> pd.DataFrame:
        """One row per month played; see `ecosim.measures.months_table`."""
        return measures.months_table(self.state)

    @property
    def bricks(self) -> pd.DataFrame:
        """One row per brick ever made. See `ecosim.measures.bricks_table`."""
        return measures.bricks_table(self.state)

    @property
    def organisations(self) -> pd.DataFrame:
        """One row per organisation, as it is now. See `ecosim.measures.organisations_table`."""
        return measures.organisations_table(self.state)

    @property
    def alliances(self) -> pd.DataFrame:
        """One row per alliance that is or was there, as it is now. See `ecosim.measures.alliances_table`."""
        return measures.alliances_table(self.state)

    @property
    def memberships(self) -> pd.DataFrame:
        """One row per firm that joined or left an alliance. See `ecosim.measures.memberships_table`."""
        return measures.memberships_table(self.state)

    @property
    def markets(self) -> pd.DataFrame:
        """One row per market, as it is now. See `ecosim.measures.markets_table`."""
        return measures.markets_table(self.state)

    @property
    def offers(self) -> pd.DataFrame:
        """One row per offer ever launched, as it is now. See `ecosim.measures.offers_table`."""
        return measures.offers_table(self.state)

    @property
    def policies(self) -> pd.DataFrame:
        """One row per policy and per programme of acculturation. See `ecosim.measures.policies_table`."""
        return measures.policies_table(self.state)

    @property
    def emergence_month(self) -> int | None:
        """T*: the month from which hybrids feed on each other for a year, or None."""
        return measures.emergence(self.state)

    # -- agents -----------------------------------------------------------------------------------------------

    @property
    def agents(self) -> AgentSet:
        """All agents that are there now: organisations, clusters, markets, alliances. Made when first asked for."""
        self._roll.call(self)
        return super().agents

    @property
    def agents_by_type(self) -> dict[type[mesa.Agent], AgentSet]:
        """Agents by their type: Firm, Lab, Organisation (others), Cluster, Market, Alliance."""
        self._roll.call(self)
        return super().agents_by_type  # type: ignore[no-any-return]

    @property
    def agent_types(self) -> list[type]:
        self._roll.call(self)
        return super().agent_types  # type: ignore[no-any-return]

    @property
    def federation(self) -> Federation:
        return Federation(self)

    def register_agent(self, agent: mesa.Agent) -> None:
        """Add an agent, a view or one of the user's own, under the next id. Mesa calls this."""
        agent.unique_id = identity = self.agent_id_counter
        super().register_agent(agent)
        self.agent_id_counter = identity + 1
        # Mesa 3.3 counts ids in a dictionary of its class, keyed by model: no model would ever be freed
        getattr(mesa.Agent, "_ids", {}).pop(self, None)

    def remove_all_agents(self) -> None:
        """Remove every agent, those that nobody has asked for yet included."""
        self._roll.call(self)
        super().remove_all_agents()

    def organisation_agents(self, rows: Any) -> AgentSet:
        """Return the agents of some rows of organisations that are still there."""
        self._roll.call(self)
        rows = np.asarray(rows, np.int64)
        found_agents = [self._roll.organisations[row] for row in rows.tolist()]
        return AgentSet([agent for agent in found_agents if agent is not None], random=self.random)

    def cluster_agent(self, row: int) -> Cluster:
        """Return the agent of a row of clusters."""
        self._roll.call(self)
        return self._roll.clusters[row]

    def alliance_agent(self, row: int) -> Alliance | None:
        """Return the agent of a row of alliances, None for one that has ended."""
        self._roll.call(self)
        return self._roll.alliances[row]

    def sector_row(self, name: str) -> int:
        """Return the row of a sector's name; raises ParameterError for an unknown one."""
        names = self.state.sector_names
        if name not in names:
            raise ParameterError(f"sector = {name!r}{nearest_name(name, names)}: allowed are {', '.join(names)}")
        return names.index(name)

    def close_organisation(self, row: int) -> None:
        """Empty an organisation's portfolio: it is gone, nobody meets it any more. Without effect on who is gone.

        Raises
        ------
        ParameterError
            When there is no such row.
        """
        organisations = self.state.organisations
        if not 0 <= row < len(organisations):
            raise ParameterError(f"row = {row!r}: allowed is a row of organisations, 0 to {len(organisations) - 1}")
        if organisations["held"][row] == 0:
            return
        leave(self.state, np.array([row]))
        if self._roll.filled:
            self._roll.call(self)

    # -- housekeeping -----------------------------------------------------------------------------------------

    def close(self) -> None:
        """Let go of columns and agents at once, without waiting for the garbage collector."""
        for agent in list(super().agents):
            self.deregister_agent(agent)
        self._roll.close()
        self.__dict__.pop("state", None)

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
