"""What the CORDIS importer refuses, and that a refusal leaves the disk as it was."""

from __future__ import annotations

from pathlib import Path

import pytest
from cordis_files import ROWS, files_of, participations

from ecosim.errors import InputFileError, OutputError, ParameterError, ScenarioError
from ecosim.importers import import_cordis

GOOD = "rcn,pic,type,country\n1,A,PRC,FR\n1,B,HES,FR\n"


@pytest.mark.parametrize(
    ("content", "parts", "message"),
    [
        ("", None, r"p\.csv: the file is empty"),
        ("rcn,pic,type,country\n", None, r"p\.csv: the file has a header but no row"),
        ("rcn,pic,typ,country\n1,A,PRC,FR\n", None, r"p\.csv: row 1: no column 'type' \(did you mean 'typ'\?\)"),
        ("rcn,type,country\n1,PRC,FR\n", None, r"p\.csv: row 1: no column 'pic'"),
        (GOOD + "1,C,ABC,FR\n", None, r"p\.csv: row 4: type = 'ABC': allowed is one of HES, OTH, PRC, PUB, REC"),
        (GOOD + "1,C,PRC\n", None, r"p\.csv: row 4: 3 values"),
        ("rcn,pic,type,country\n1,NA,PRC,FR\n", None, r"p\.csv: no row has a project"),
        ("rcn,pic,type,country\n1,A,PRC,FR\n2,A,PRC,FR\n", None, r"p\.csv: organisations in the selection .*: 1;"),
        ("rcn,pic,type,country\n1,A,PRC,FR\n2,B,PRC,FR\n", None, r"p\.csv: no project has two organisations"),
        (GOOD, "rcn,part\n1,X\n", r"q\.csv: row 1: no column 'programme_part'"),
        (GOOD, "rcn,programme_part\n8,X\n", r"q\.csv: no row gives a programme part"),
        (GOOD, "rcn,programme_part\n1,NA\n", r"q\.csv: no row gives a programme part"),
        (GOOD, "", r"q\.csv: the file is empty"),
        (
            GOOD,
            "rcn,programme_part\n" + "".join(f"1,part {i}\n" for i in range(65)),
            r"q\.csv: column programme_part: 65 different parts: allowed are at most 64",
        ),
    ],
)
def test_wrong_files_are_refused_by_name_and_row(tmp_path, content, parts, message):
    first, second = tmp_path / "p.csv", tmp_path / "q.csv"
    first.write_text(content)
    if parts is not None:
        second.write_text(parts)
    with pytest.raises(InputFileError, match=message):
        import_cordis(first, tmp_path / "o.toml", None if parts is None else second)
    assert not list(tmp_path.glob("o.*"))


@pytest.mark.parametrize(
    ("countries", "message"),
    [
        (["FRA"], r"participations\.csv: country = 'FRA' \(did you mean 'FR'\?\): allowed are DE, FR$"),
        (["fr"], r"country = 'fr' \(did you mean 'FR'\?\)"),
        (["FR", "ZZ"], r"country = 'ZZ': allowed are DE, FR$"),
        (["DE"], r"organisations in the selection \(DE\): 1; at least 2 are needed"),
    ],
)
def test_wrong_selections_are_refused(tmp_path, countries, message):
    with pytest.raises(InputFileError, match=message):
        import_cordis(participations(tmp_path), tmp_path / "o.toml", countries=countries)


def test_the_union_s_own_codes_are_proposed(tmp_path):
    rows = [*ROWS, ("1", "G", "PRC", "EL")]
    with pytest.raises(InputFileError, match=r"country = 'GR' \(did you mean 'EL'\?\)"):
        import_cordis(participations(tmp_path, rows), tmp_path / "o.toml", countries=["GR"])


@pytest.mark.parametrize(
    ("error", "out", "options", "message"),
    [
        (OutputError, "o.tml", {}, r"o\.tml: allowed is a file name that ends in \.toml"),
        (OutputError, "folder.toml", {}, r"folder\.toml: this is a folder"),
        (OutputError, "participations.csv/o.toml", {}, r"o\.toml: cannot be written"),
        (ParameterError, "o.toml", {"clusters": "contry"}, r"clusters = 'contry' \(did you mean 'country'\?\)"),
        (ScenarioError, "o.toml", {"months": 0}, r"months = 0: allowed is a whole number"),
    ],
)
def test_wrong_targets_and_options_are_refused(tmp_path, error, out, options, message):
    (tmp_path / "folder.toml").mkdir()
    with pytest.raises(error, match=message):
        import_cordis(participations(tmp_path), tmp_path / out, **options)


def test_the_input_is_not_overwritten(tmp_path):
    path = participations(tmp_path).rename(tmp_path / "o.ties.csv")
    before = path.read_bytes()
    with pytest.raises(OutputError, match=r"would overwrite the input"):
        import_cordis(path, tmp_path / "o.toml")
    assert path.read_bytes() == before


def test_a_full_disk_leaves_what_was_there(tmp_path, monkeypatch):
    out, source = tmp_path / "o.toml", participations(tmp_path)
    import_cordis(source, out)
    before = files_of(tmp_path)
    whole = Path.write_bytes

    def full(path: Path, content: bytes) -> int:
        if ".ties." in path.name:
            whole(path, content[:10])
            raise OSError(28, "No space left on device")
        return whole(path, content)

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(OutputError, match=r"o\.toml: cannot be written \(No space left on device\)"):
        import_cordis(source, out, countries=["FR"])
    assert files_of(tmp_path) == before
