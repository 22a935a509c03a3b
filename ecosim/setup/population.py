"""Clusters and organisations: generated from parameters or read from files, with their core of basic bricks."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from ecosim.inputs import Inputs
from ecosim.kernels.create import found_cores
from ecosim.kernels.random import GOLDEN
from ecosim.parameters import Parameters
from ecosim.setup.random import normals
from ecosim.setup.sectors import Sectors
from ecosim.specs import ORGANISATION_KINDS, ClusterSpec
from ecosim.state import BRICK_ORDER, LAB, Columns, State, brick_schema, organisation_schema
from ecosim.streams import hashes, identity, mix, stream_key, uniforms

__all__ = ["cluster_columns", "complete_clusters", "give_cores", "organisation_columns", "seed_hybrids"]

FloatArray = npt.NDArray[np.float64]
CLUSTER_SCHEMA = {
    "identity": (np.uint64, ()),
    "sector": (np.uint8, ()),  # the theme
    "region": (np.int16, ()),  # row of State.regions
    "latitude": (np.float64, ()),  # degrees, NaN when unknown
    "longitude": (np.float64, ()),
    "members": (np.int32, ()),
    "brokerage": (np.float64, ()),  # 0 to 1
}
# Without any named place, clusters lie somewhere in a rectangle the size of France (degrees).
_PLACES = (43.3, 49.5, -1.5, 7.5)
_JITTER = 0.4


def complete_clusters(inputs: Inputs, sectors: Sectors, seed: int) -> list[ClusterSpec]:
    """Return the named clusters and, up to ``population.clusters``, unnamed ones near the places of the named."""
    named = inputs.clusters
    wanted = len(named) if inputs.organisations else inputs.scenario.parameters.population.clusters
    clusters = list(named)
    places = [spec for spec in named if spec.latitude is not None and spec.longitude is not None]
    key = stream_key(seed, "clusters")
    cumulative = np.cumsum(sectors.shares)
    for index in range(len(named), wanted):
        own = np.uint64(identity(f"cluster {index + 1}"))
        u = uniforms(key, own + np.arange(5, dtype=np.uint64) * GOLDEN)
        if places:
            near = places[int(u[0] * len(places))]
            latitude = float(near.latitude or 0) + _JITTER * (2 * u[1] - 1)
            longitude = float(near.longitude or 0) + _JITTER * (2 * u[2] - 1)
            region = near.region
        else:
            south, north, west, east = _PLACES
            latitude, longitude, region = south + (north - south) * u[1], west + (east - west) * u[2], ""
        theme = sectors.names[min(int(np.searchsorted(cumulative, u[3], side="right")), len(sectors.names) - 1)]
        clusters.append(ClusterSpec(f"Cluster {index + 1}", theme, region, float(latitude), float(longitude)))
    return clusters


def cluster_columns(clusters: Sequence[ClusterSpec], sectors: Sectors, regions: list[str]) -> Columns:
    """Return the columns of clusters; adds their regions to `regions`."""
    columns = Columns(CLUSTER_SCHEMA, len(clusters))
    rows = columns.append(len(clusters))
    columns["identity"] = [identity(spec.name) for spec in clusters]
    columns["brokerage"] = [spec.brokerage for spec in clusters]
    columns["latitude"] = [np.nan if spec.latitude is None else spec.latitude for spec in clusters]
    columns["longitude"] = [np.nan if spec.longitude is None else spec.longitude for spec in clusters]
    place = {name: row for row, name in enumerate(sectors.names)}
    for row, spec in zip(range(rows.start, rows.stop), clusters, strict=True):
        columns["sector"][row] = place.get(spec.sector or "", row % len(sectors.names))
        columns["region"][row] = _region(spec.region, regions)
    return columns


def organisation_columns(
    inputs: Inputs, specs: Sequence[ClusterSpec], clusters: Columns, sectors: Sectors, regions: list[str], seed: int
) -> Columns:
    """Return the columns of organisations, without their bricks; counts the clusters' members."""
    parameters = inputs.scenario.parameters
    if inputs.organisations:
        columns = _from_file(inputs, specs, regions)
    else:
        columns = _generated(parameters, specs, clusters, sectors, seed)
    # the diversity dial D: a member of the sector of rank r keeps it with probability D^r, else joins the largest
    ranks = sectors.ranks
    keep = parameters.dials.diversity_dial ** ranks[columns["sector"]]
    leaves = uniforms(stream_key(seed, "diversity dial"), columns["identity"]) >= keep
    columns["sector"][leaves] = int(np.flatnonzero(ranks == 0)[0])
    clusters["members"] = np.bincount(columns["cluster"], minlength=len(clusters))
    columns["rate"] = parameters.effective_meeting_rate
    columns["vision"] = -1
    return columns


def _generated(
    parameters: Parameters, specs: Sequence[ClusterSpec], clusters: Columns, sectors: Sectors, seed: int
) -> Columns:
    population = parameters.population
    total = population.firms + population.labs
    columns = Columns(organisation_schema(parameters), total)
    columns.append(total)
    columns["kind"][population.firms :] = LAB
    ordinal = np.concatenate([np.arange(population.firms), np.arange(population.labs)]).astype(np.uint64)
    names = np.array([identity("firm"), identity("lab")])[columns["kind"]]
    columns["identity"] = mix(names + ordinal * GOLDEN)
    weights = np.exp(population.size_dispersion * normals(stream_key(seed, "cluster sizes"), clusters["identity"]))
    given = [spec.size for spec in specs]
    weights = np.array([w if size is None else size for w, size in zip(weights, given, strict=True)])
    cumulative = np.cumsum(weights / weights.sum())
    u = uniforms(stream_key(seed, "membership"), columns["identity"])
    columns["cluster"] = np.minimum(np.searchsorted(cumulative, u, side="right"), len(cumulative) - 1)
    # the theme, or any sector by its share
    u = uniforms(stream_key(seed, "sector"), columns["identity"])
    in_theme = u < population.theme_share
    rest = np.clip((u - population.theme_share) / max(1.0 - population.theme_share, 1e-12), 0.0, 1.0 - 1e-12)
    other = np.minimum(np.searchsorted(np.cumsum(sectors.shares), rest, side="right"), len(sectors.shares) - 1)
    columns["sector"] = np.where(in_theme, clusters["sector"][columns["cluster"]], other)
    columns["region"] = clusters["region"][columns["cluster"]]
    return columns


def _from_file(inputs: Inputs, specs: Sequence[ClusterSpec], regions: list[str]) -> Columns:
    organisations = inputs.organisations
    columns = Columns(organisation_schema(inputs.scenario.parameters), len(organisations))
    columns.append(len(organisations))
    sector_rows = {name: row for row, name in enumerate(inputs.sector_names)}
    cluster_rows = {spec.name: row for row, spec in enumerate(specs)}
    columns["identity"] = [identity(f"organisation {organisation.id}") for organisation in organisations]
    columns["kind"] = [ORGANISATION_KINDS.index(organisation.kind) for organisation in organisations]
    columns["region"] = [_region(organisation.region, regions) for organisation in organisations]
    columns["sector"] = [sector_rows[organisation.sector] for organisation in organisations]
    columns["cluster"] = [cluster_rows[organisation.cluster] for organisation in organisations]
    return columns


def give_cores(state: State, seed: int) -> None:
    """Give every organisation its core of basic bricks, around the centre of its sector."""
    organisations, core = state.organisations, state.parameters.knowledge.core_size
    state.bricks = bricks = Columns(brick_schema(state.parameters), len(organisations) * core + 256)
    bricks.count = found_cores(
        stream_key(seed, "core"), -1, 0, len(organisations), 0,
        organisations["identity"], organisations["sector"], organisations["held"], organisations["portfolio"], core,
        state.sector_centres, state.parameters.diversity.sector_spread,
        bricks.whole("identity"), *(bricks.whole(name) for name in BRICK_ORDER),
    )  # fmt: skip
    positions = bricks["position"][: len(organisations) * core]
    organisations["home"] = positions.reshape(len(organisations), core, -1).mean(axis=1)


def seed_hybrids(state: State, seed: int) -> None:
    """Give a share of the organisations one hybrid each, of their own sector and another (the seeded experiment)."""
    parameters, organisations, bricks = state.parameters, state.organisations, state.bricks
    if parameters.latent.seeded_share <= 0:
        return
    sectors = len(state.sector_names)
    key = stream_key(seed, "seeded")
    chosen = np.flatnonzero(uniforms(key, organisations["identity"]) < parameters.latent.seeded_share)
    own = mix(hashes(key, organisations["identity"][chosen]))
    first = organisations["sector"][chosen].astype(np.int64)
    second = (first + 1 + (own % np.uint64(sectors - 1)).astype(np.int64)) % sectors
    rows = bricks.append(len(chosen))
    place = np.arange(rows.start, rows.stop)
    bricks["identity"][rows] = own
    middle = (state.sector_centres[first] + state.sector_centres[second]) / 2
    spread = parameters.knowledge.birth_spread
    for axis in range(middle.shape[1]):
        bricks["position"][rows, axis] = middle[:, axis] + spread * normals(stream_key(seed, f"seeded {axis}"), own)
    one = np.uint64(1)
    bricks["sectors"][rows] = (one << first.astype(np.uint64)) | (one << second.astype(np.uint64))
    bricks["generation"][rows] = 1
    bricks["birth"][rows] = -1
    bricks["parents"][rows] = -1
    bricks["inventors"][rows] = np.stack([chosen, np.full(len(chosen), -1)], axis=1)
    bricks["family"][rows] = place
    bricks["carriers"][rows] = 1
    core = parameters.knowledge.core_size
    organisations["portfolio"][chosen, core] = place
    organisations["held"][chosen] = core + 1


def _region(name: str, regions: list[str]) -> int:
    if name not in regions:
        regions.append(name)
    return regions.index(name)
