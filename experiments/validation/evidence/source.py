"""What participations to score: which files, what their columns are called, which years to learn from and to predict.

Knows of no model. `participations` reads what is named here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ecosim.errors import ParameterError, nearest_name
from ecosim.specs import ORGANISATION_KINDS

__all__ = ["CORDIS_COLUMNS", "CORDIS_KINDS", "Source", "horizon_2020"]

CORDIS_COLUMNS = {
    "project": "rcn", "organisation": "pic", "kind": "type", "country": "country", "start": "start_date",
    "theme": "programme_part",
}  # fmt: skip
"""Our name of each column, and what CORDIS calls it."""
CORDIS_KINDS = {"HES": "lab", "REC": "lab", "PRC": "firm", "PUB": "other", "OTH": "other"}


@dataclass(frozen=True)
class Source:
    """Files of participations, and how to split their years.

    participations : CSV (.gz, comma, semicolon or tab), a row per project and organisation
    programmes : CSV with project and theme, several rows for a project; None: a column of themes is looked for in the
        participations, or else the theme is the kind of organisation. It may also hold the starts of projects, when
        the participations do not
    columns : what the files call `project`, `organisation`, `kind`, `country`, `start`, `theme`, where it is not as
        in CORDIS, and `programmes_project`, where the programmes call projects otherwise than the participations;
        kinds : firm, lab or other for each kind of the file, likewise
    countries : codes of the countries that short forms of studies are confined to; empty: the one with most
        organisations
    train_until : last year to learn from; test_until : last year to predict (None: from the file, the last two years
        are predicted)
    name : of the programme, for titles
    """

    participations: Path
    programmes: Path | None = None
    columns: Mapping[str, str] = field(default_factory=dict)
    kinds: Mapping[str, str] = field(default_factory=dict)
    train_until: int | None = None
    test_until: int | None = None
    name: str = "Horizon 2020"
    countries: Sequence[str] = ()

    def __post_init__(self) -> None:
        """Refuse what is neither a column nor a kind that we have (ParameterError)."""
        known = (*CORDIS_COLUMNS, "programmes_project")
        for name in self.columns:
            if name not in known:
                raise ParameterError(f"columns: {name!r}{nearest_name(name, known)}: allowed are {', '.join(known)}")
        for name, kind in self.kinds.items():
            if kind not in ORGANISATION_KINDS:
                raise ParameterError(
                    f"kinds: {name} = {kind!r}{nearest_name(kind, ORGANISATION_KINDS)}: allowed are "
                    f"{', '.join(ORGANISATION_KINDS)}"
                )

    def column(self, name: str) -> str:
        """Return what the files call one of our columns."""
        if name == "programmes_project":
            return self.columns.get(name, self.column("project"))
        return self.columns.get(name, CORDIS_COLUMNS[name])


def horizon_2020(folder: Path) -> Source:
    """Return the Horizon 2020 files of a folder: learn up to 2017, predict 2018 and 2019."""
    return Source(
        folder / "h2020_participations.csv.gz", folder / "h2020_programme_parts.csv.gz", train_until=2017,
        test_until=2019, countries=("FR",),
    )  # fmt: skip
