"""From organisations and ties to files: a scenario TOML with its CSV files beside it, whole or not at all.

Every importer ends here. Knows the scenario's file formats; knows of no source and of no model.
"""

from __future__ import annotations

import contextlib
import csv
import io
import os
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ecosim.errors import InputFileError, OutputError
from ecosim.importers.network import Network, commonest
from ecosim.inputs import Organisation
from ecosim.scenario import Scenario
from ecosim.specs import MAX_SECTORS, ORGANISATION_KINDS, AttractorSpec, ClusterSpec, SectorSpec

__all__ = ["Summary", "check_target", "cluster_specs", "counted", "sector_specs", "sidecar", "write", "write_network"]


@dataclass(frozen=True)
class Summary:
    """What an import read and wrote.

    `organisations` counts by kind (firm, lab, other); `skipped` counts the rows or edges that were left out, by
    reason; `notes` are whole sentences on what was assumed, to be shown to the user.
    """

    scenario: Path
    files: tuple[Path, ...]
    organisations: Mapping[str, int]
    clusters: int
    sectors: int
    ties: int
    skipped: Mapping[str, int]
    notes: tuple[str, ...]

    def __str__(self) -> str:
        """Return the summary in lines for a person."""
        kinds = ", ".join(f"{count:,} {kind}s" for kind, count in self.organisations.items() if count)
        total = sum(self.organisations.values())
        lines = [
            f"{self.scenario}: {total:,} organisations ({kinds}), {self.clusters:,} clusters, "
            f"{self.sectors} sectors, {self.ties:,} ties"
        ]
        lines += [f"  left out: {count:,} ({reason})" for reason, count in self.skipped.items()]
        lines += [f"  {note}" for note in self.notes]
        return "\n".join(lines)


def sidecar(out: Path, role: str) -> Path:
    """Return where the file of a role (organisations, ties, clusters) lies: ``STEM.ROLE.csv`` beside the TOML."""
    return out.with_name(f"{out.stem}.{role}.csv")


def check_target(out: Path, roles: Sequence[str], sources: Sequence[Path], months: int) -> None:
    """Refuse a target before any work is done: a wrong name, a folder, a source that would be overwritten.

    Raises
    ------
    OutputError
        When the files cannot be written there.
    ScenarioError
        When `months` is out of bounds.
    """
    if out.suffix != ".toml":
        raise OutputError(f"{out}: allowed is a file name that ends in .toml")
    written = [out, *(sidecar(out, role) for role in roles)]
    for path in written:
        if path.is_dir():
            raise OutputError(f"{path}: this is a folder, a file is to be written there")
        for source in sources:
            if path.resolve() == source.resolve():
                raise OutputError(f"{out}: writing it would overwrite the input {source}; give another name")
    Scenario(name=out.stem, months=months)


def counted(values: Iterable[str]) -> dict[str, int]:
    """Return how often each value occurs, the most frequent first (ties: alphabetical)."""
    return dict(sorted(Counter(values).items(), key=lambda item: (-item[1], item[0])))


def sector_specs(
    organisations: Sequence[Organisation], source: Path, centres: Mapping[str, tuple[float, ...]] | None = None
) -> tuple[SectorSpec, ...]:
    """Return the sectors of organisations, the largest first; a sector's share is its number of organisations.

    Raises
    ------
    InputFileError
        For more sectors than a scenario can have.
    """
    counts = counted(organisation.sector for organisation in organisations)
    if len(counts) > MAX_SECTORS:
        raise InputFileError(f"{source}: {len(counts)} sectors: allowed are at most {MAX_SECTORS}; group them")
    return tuple(
        SectorSpec(name, float(number), None if centres is None else centres[name]) for name, number in counts.items()
    )


def cluster_specs(organisations: Sequence[Organisation], order: Sequence[str]) -> tuple[ClusterSpec, ...]:
    """Return the clusters of organisations in the given order.

    The theme is the commonest sector of the members (ties: alphabetical); the region is theirs when they share one.
    """
    sectors: dict[str, list[str]] = {name: [] for name in order}
    regions: dict[str, set[str]] = {name: set() for name in order}
    for organisation in organisations:
        sectors[organisation.cluster].append(organisation.sector)
        regions[organisation.cluster].add(organisation.region)
    return tuple(
        ClusterSpec(name, commonest(sectors[name]), regions[name].pop() if len(regions[name]) == 1 else "")
        for name in order
    )


def write_network(
    out: Path,
    *,
    title: str,
    story: str,
    months: int,
    organisations: Sequence[Organisation],
    network: Network,
    clusters: Sequence[ClusterSpec],
    sectors: Sequence[SectorSpec],
    skipped: Mapping[str, int],
    notes: Sequence[str],
    attractors: Sequence[AttractorSpec] = (),
) -> Summary:
    """Write a scenario with its organisations and ties and return what there is in it.

    Raises
    ------
    OutputError
        When the files cannot be written.
    """
    people, ties = sidecar(out, "organisations"), sidecar(out, "ties")
    scenario = Scenario(
        name=out.stem,
        title=title,
        story=story,
        months=months,
        sectors=tuple(sectors),
        clusters=tuple(clusters),
        attractors=tuple(attractors),
        organisations_file=people,
        ties_file=ties,
    )
    ids = [organisation.id for organisation in organisations]
    # Six digits: a sum over many projects differs in its last bits with their order, the file must not.
    rows = zip(network.one.tolist(), network.other.tolist(), network.weight.tolist(), strict=True)
    files = {
        people: _csv(
            ("id", "kind", "sector", "cluster", "region"),
            ((row.id, row.kind, row.sector, row.cluster, row.region) for row in organisations),
        ),
        ties: _csv(("a", "b", "weight"), ((ids[a], ids[b], f"{weight:.6g}") for a, b, weight in rows)),
    }
    write(out, scenario, files)
    kinds = Counter(organisation.kind for organisation in organisations)
    remarks = list(notes)
    if len(sectors) < 2:
        remarks.append(f"Every organisation is in sector {sectors[0].name!r}: a hybrid needs two sectors.")
    if network.isolated:
        remarks.append(f"Organisations without a tie: {network.isolated:,}.")
    return Summary(
        scenario=out,
        files=(out, people, ties),
        organisations={kind: kinds[kind] for kind in ORGANISATION_KINDS},
        clusters=len(clusters),
        sectors=len(sectors),
        ties=len(network.one),
        skipped={reason: number for reason, number in skipped.items() if number},
        notes=tuple(remarks),
    )


def write(out: Path, scenario: Scenario, files: Mapping[Path, bytes]) -> None:
    """Write the scenario and the files beside it: each to a temporary name first, the TOML put in place last.

    Raises
    ------
    OutputError
        When the disk or its permissions do not allow it; no half-written file is left behind.
    """
    temporary: dict[Path, Path] = {}
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        contents = {**files, out: scenario.to_toml(out.parent).encode()}
        for path, content in contents.items():
            temporary[path] = path.with_name(f".{path.name}.{os.getpid()}.tmp")
            temporary[path].write_bytes(content)
        for path, name in temporary.items():
            name.replace(path)
    except OSError as problem:
        raise OutputError(f"{out}: cannot be written ({problem.strerror or problem})") from None
    finally:
        for name in temporary.values():
            with contextlib.suppress(OSError):
                name.unlink(missing_ok=True)


def _csv(header: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return buffer.getvalue().encode()
