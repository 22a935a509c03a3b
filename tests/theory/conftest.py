"""Quick forms of the scoreboard's studies, each played once in a session, whichever tests look at it."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from types import ModuleType
from typing import Any, NamedTuple

import pandas as pd
import pytest

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
