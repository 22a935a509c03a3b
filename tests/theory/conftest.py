"""Quick forms of the scoreboard's studies, each played once in a session, whichever tests look at it."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache
from types import ModuleType
from typing import Any, NamedTuple

import pandas as pd
import pytest

from experiments.validation.keeping import keep_table
from experiments.validation.row import Row
from experiments.validation.studies import WITH_FILES, study


class Quick(NamedTuple):
    """A study, and what its quick form gave."""

    module: ModuleType
    table: pd.DataFrame
    findings: dict[str, Any]
    rows: dict[str, Row]


@pytest.fixture(scope="session")
def quick(request: pytest.FixtureRequest) -> Callable[[str], Quick]:
    """Return a function that gives the quick form of a study by its name in `experiments.validation.studies`."""

    @cache
    def play(name: str) -> Quick:
        module = study(name)
        arguments: dict[str, Any] = {}
        if name in WITH_FILES:
            from experiments.validation.evidence.source import horizon_2020

            arguments["source"] = horizon_2020(request.getfixturevalue("real_data"))
        table = module.run(quick=True, workers=1, **arguments)
        findings = module.conclude(table)
        return Quick(module, table, findings, {row.key: row for row in module.rows(findings)})

    return play


@pytest.fixture(scope="session")
def reread(quick: Callable[[str], Quick], tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Quick]:
    """Return a function that gives the same as the command has it: from the table as it reads from its file, findings
    as JSON keeps them.
    """  # fmt: skip
    folder = tmp_path_factory.mktemp("tables")

    @cache
    def read(name: str) -> Quick:
        module, table, _, _ = quick(name)
        keep_table(folder, name, table)
        again = pd.read_csv(folder / f"{name}.csv")
        findings = json.loads(json.dumps(module.conclude(again), allow_nan=False))
        return Quick(module, again, findings, {row.key: row for row in module.rows(findings)})

    return read
