"""What is known of organisations at the end of a year: their network, themes and places. And what became of them.

Nothing of later years goes into it. Themes, distances and communities are found as the importer of CORDIS files finds
them (`ecosim.importers.cordis`), of these years alone.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
from scipy import sparse

from ecosim.errors import InputFileError
from ecosim.importers.cordis import SMALLEST_COMMUNITY
from ecosim.importers.network import Network, communities
from ecosim.importers.sectors import most_active, sector_centres
from ecosim.setup.sectors import spread_points
from experiments.validation.evidence.participations import Participations
from experiments.validation.evidence.projection import Projects, Ties, tie

__all__ = ["Known", "known", "matrix", "new_ties", "of_countries", "recent_ties"]

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]
Matrix: TypeAlias = "sparse.csr_matrix"


@dataclass(frozen=True)
class Known:
    """Organisations that have a tie and a theme, N of them, and the T themes of the file.

    organisation : int64 (N,), their rows in the participations
    theme : int64 (N,), where each is most active; members : float64 (N, T), 1 there
    ties : float64 (N, N), symmetric, Σ 1/(n − 1) over joint projects; strength : float64 (N,), its row sums: joint
    projects; degree : float64 (N,), partners
    cluster, country : int64 (N,), numbers; lab : bool (N,)
    distance : float64 (T, T), between the centres of themes; centres : float64 (T, d), knowledge units; both NaN where
    a theme has no organisation
    """

    organisation: IntArray
    theme: IntArray
    members: FloatArray
    ties: Matrix
    strength: FloatArray
    degree: FloatArray
    cluster: IntArray
    country: IntArray
    lab: BoolArray
    centres: FloatArray

    @property
    def distance(self) -> FloatArray:
        """float64 (T, T), knowledge units, NaN where a theme has no organisation."""
        return np.asarray(np.linalg.norm(self.centres[:, None] - self.centres[None], axis=2))

    @property
    def foreign(self) -> BoolArray:
        """bool (N, T): the themes that are another's than the organisation's own, and that somebody has."""
        return (self.members == 0) & (self.members.sum(axis=0) > 0)

    @property
    def partners(self) -> FloatArray:
        """float64 (N, T): partners of each organisation by their theme."""
        return np.asarray(_ones(self.ties) @ self.members)


def known(data: Participations, until: int, dimensions: int = 4) -> Known:
    """Return what is known by the end of the year `until`; dimensions : of the knowledge space.

    Raises
    ------
    InputFileError
        When fewer than two themes have an organisation with a tie.
    """
    data = data.within(None, until)
    everyone = len(data.ids)
    ties = matrix(tie(Projects.joint(data.project, data.organisation, everyone)))
    activity = np.zeros((everyone, len(data.themes)))
    np.add.at(activity, data.organisation, data.weights[data.project])
    theme = most_active(activity)
    chosen = np.flatnonzero((np.diff(ties.indptr) > 0) & (theme >= 0))
    theme, ties = theme[chosen], ties[chosen][:, chosen].tocsr()
    tied = np.diff(ties.indptr) > 0  # some had ties to organisations without a theme only
    chosen, theme, ties = chosen[tied], theme[tied], ties[tied][:, tied].tocsr()
    kept = np.unique(theme)
    if len(kept) < 2:
        raise InputFileError(
            f"participations: organisations that work together by {until} are active in {len(kept)} theme"
            f"{'s' * (len(kept) == 0)}: at least 2 are needed for ties between themes"
        )
    members = np.zeros((len(chosen), len(data.themes)))
    members[np.arange(len(chosen)), theme] = 1.0
    centres = np.full((len(data.themes), dimensions), np.nan)
    places = sector_centres(activity[chosen][:, kept], dimensions)
    centres[kept] = spread_points(len(kept), dimensions) if places is None else places
    _, country = np.unique([data.countries[row] for row in chosen.tolist()], return_inverse=True)
    return Known(
        organisation=chosen.astype(np.int64), theme=theme, members=members, ties=ties,
        strength=np.asarray(ties.sum(axis=1)).ravel(), degree=np.diff(ties.indptr).astype(np.float64),
        cluster=_clusters(ties, country), country=country.astype(np.int64),
        lab=np.array([data.kinds[row] == "lab" for row in chosen.tolist()]), centres=centres,
    )  # fmt: skip


def new_ties(known: Known, data: Participations, first: int, last: int) -> FloatArray:
    """Return the ties that each organisation formed with each theme in projects that start in some years, with
    organisations that are known too and that it had no tie with, float64 (N, T)."""
    return np.asarray(_untied(known.ties, _later(known, data, first, last)) @ known.members)


def recent_ties(known: Known, data: Participations, first: int, last: int) -> FloatArray:
    """Return the same of years that are known: ties of these years to those with whom there was none before them."""
    before = _later(known, data, int(data.year.min()), first - 1)
    return np.asarray(_untied(before, _later(known, data, first, last)) @ known.members)


def of_countries(data: Participations, countries: Collection[str]) -> Participations:
    """Return what organisations of some countries took part in."""
    inside = np.array([code in countries for code in data.countries])[data.organisation]
    return replace(data, project=data.project[inside], organisation=data.organisation[inside])


def matrix(ties: Ties) -> Matrix:
    """Return ties as a symmetric matrix of their weights."""
    half = sparse.coo_matrix((ties.weight, (ties.one, ties.other)), shape=(ties.organisations, ties.organisations))
    return (half + half.T).tocsr()


def _later(known: Known, data: Participations, first: int, last: int) -> Matrix:
    part = data.within(first, last)
    ties = matrix(tie(Projects.joint(part.project, part.organisation, len(data.ids))))
    return ties[known.organisation][:, known.organisation].tocsr()


def _untied(before: Matrix, later: Matrix) -> Matrix:
    """Return ones where there is a tie later that was not there before."""
    new = _ones(later)
    new = new - new.multiply(_ones(before))
    new.eliminate_zeros()
    return new.tocsr()


def _ones(ties: Matrix) -> Matrix:
    return sparse.csr_matrix((np.ones(len(ties.data)), ties.indices, ties.indptr), shape=ties.shape)


def _clusters(ties: Matrix, country: IntArray) -> IntArray:
    """Return the community of each organisation; those of small ones are put together by country."""
    half = sparse.triu(ties, k=1).tocoo()
    network = Network(ties.shape[0], half.row.astype(np.int64), half.col.astype(np.int64), half.data)
    groups = [group for group in communities(network) if len(group) >= SMALLEST_COMMUNITY]
    cluster = len(groups) + country
    for number, group in enumerate(groups):
        cluster[group] = number
    return np.asarray(cluster, np.int64)
