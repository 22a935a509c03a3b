"""`ecosim validate`: what it refuses, keeps, plays again, and writes down when a study cannot be played."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from experiments.statistics import Interval
from experiments.validation import playing, reach, studies
from experiments.validation.keeping import kept_in
from experiments.validation.page import page
from experiments.validation.row import Row, above, below, interval, judged, shown
from tests.theory import toy_studies as toy

Command = Callable[..., Any]
REAL = dict(studies.STUDIES)


@pytest.fixture(autouse=True)
def toys(monkeypatch: pytest.MonkeyPatch) -> None:
    """A scoreboard of two studies: the toy, and another name of it."""
    names = {"toy": "tests.theory.toy_studies", "twin": "tests.theory.toy_studies"}
    monkeypatch.setattr(studies, "PARTS", parts := {"Toys": names})
    monkeypatch.setattr("experiments.validation.page.PARTS", parts)
    monkeypatch.setattr("experiments.validation.command.PARTS", parts)
    for module in (studies, playing):
        monkeypatch.setattr(module, "STUDIES", names)
    monkeypatch.setattr("experiments.validation.command.STUDIES", names)
    monkeypatch.setattr(toy, "BEHAVIOUR", dict(toy.BEHAVIOUR))
    toy.PLAYED.clear()


def test_without_names_it_lists(command: Command) -> None:
    answer = command("validate")
    assert answer.code == 0
    assert "Toys:" in answer.out
    assert "toy                    Is a number above 0?" in answer.out
    assert not toy.PLAYED


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["tyo"], "'tyo' (did you mean 'toy'?): no such study: allowed are toy, twin"),
        (["toy", "--all"], "give either names of studies or --all"),
        (["toy", "--programmes", "p.csv"], "--programmes: says something about a file of participations"),
        (["toy", "--column", "project=id"], "--column: says something about a file of participations"),
        (["--participations", "p.csv", "--column", "projct=id"], "columns: 'projct' (did you mean 'project'?)"),
        (["--participations", "p.csv", "--column", "project"], "--column project: allowed is OURS=THEIRS"),
        (["--participations", "p.csv", "--column", "project=a", "--column", "project=b"], "project is given twice"),
        (["--participations", "p.csv", "--kind", "SME=frm"], "SME"),
        (["--participations", "p.csv", "--train-until", "2017", "--test-until", "2017"], "a year after --train-until"),
        (["toy", "--workers", "0"], "allowed is a whole number from 1 to 1000"),
    ],
)
def test_what_is_wrong_is_refused(command: Command, arguments: list[str], words: str) -> None:
    answer = command("validate", *arguments)
    assert answer.code == 2
    assert words in " ".join(answer.err.split()), answer.err
    assert "Traceback" not in answer.err
    assert not toy.PLAYED


def test_studies_of_real_data_need_their_file(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("command", "page", "playing"):
        monkeypatch.setattr(f"experiments.validation.{module}.WITH_FILES", frozenset({"twin"}))
    answer = command("validate", "twin")
    assert answer.code == 2
    assert "twin: give the participations to score: --participations FILE" in answer.err
    assert not toy.PLAYED


def test_a_file_with_other_columns_says_how_to_name_them(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(studies, "STUDIES", REAL)
    monkeypatch.setattr(playing, "STUDIES", REAL)
    monkeypatch.setattr("experiments.validation.command.STUDIES", REAL)
    monkeypatch.chdir(Path(__file__).parent)
    answer = command("validate", "networks", "--participations", "toy_studies.py", "--quick", "--out", "nowhere/board")
    assert answer.code == 2
    assert "toy_studies.py: row 1: no column 'rcn'" in answer.err
    assert "--column OURS=THEIRS says what a file calls project (rcn), organisation (pic)" in answer.err
    assert not Path("nowhere").exists()


def test_an_extra_that_is_missing_is_said_before_anything_is_played(
    command: Command, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setitem(studies.EXTRAS, "twin", "a_package_that_nobody_has")
    answer = command("validate", "toy", "twin", "--out", tmp_path / "board")
    assert answer.code == 2
    assert "the study twin" in answer.err
    assert "ecosim[experiments]" in answer.err
    assert not toy.PLAYED


def test_all_without_a_file_says_what_is_not_played(
    command: Command, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for module in ("command", "page", "playing"):
        monkeypatch.setattr(f"experiments.validation.{module}.WITH_FILES", frozenset({"twin"}))
    answer = command("validate", "--all", "--out", tmp_path / "board")
    assert answer.code == 0
    assert "Not played: real data" in answer.out
    text = (tmp_path / "board.md").read_text()
    assert "Not played: twin." in text
    assert "### twin\n\nNot played. It needs a file of participations." in text


def test_a_file_where_the_folder_should_be(command: Command, tmp_path: Path) -> None:
    (tmp_path / "board").write_text("")
    answer = command("validate", "toy", "--out", tmp_path / "board")
    assert answer.code == 2
    assert "this is a file, a folder is needed" in answer.err


def test_a_study_is_kept_and_the_board_written(command: Command, tmp_path: Path) -> None:
    answer = command("validate", "toy", "--quick", "--out", tmp_path / "board")
    assert answer.code == 0, answer.err
    assert toy.PLAYED == [True]
    assert sorted(path.name for path in (tmp_path / "board").iterdir()) == ["toy.csv", "toy.json", "toy.png"]
    text = (tmp_path / "board.md").read_text()
    assert "**1 lines: 1 hold, 0 fail, 0 undecided.**" in text
    assert "| The number is above 0. | a \\| bar | above 0 | 1.1 [0.852, 1.35] | holds |" in text
    assert "seeds 0–2" in text
    assert "![toy: Is a number above 0?](board/toy.png)" in text
    kept = kept_in(tmp_path / "board")["toy"]
    assert kept.quick
    assert kept.rows[0].verdict == "holds"
    assert page(kept_in(tmp_path / "board"), "board") == text


def test_it_goes_on_where_it_stopped(command: Command, tmp_path: Path) -> None:
    out = tmp_path / "board"
    toy.BEHAVIOUR["interrupt"] = False
    assert command("validate", "toy", "--out", out).code == 0
    toy.BEHAVIOUR["interrupt"] = True
    answer = command("validate", "--all", "--out", out)
    assert answer.code == 1
    assert "interrupted" in answer.err
    assert toy.PLAYED == [False, False]  # the toy was kept, the twin was interrupted
    toy.BEHAVIOUR["interrupt"] = False
    assert command("validate", "--all", "--out", out).code == 0
    assert toy.PLAYED == [False, False, False]
    assert set(kept_in(out)) == {"toy", "twin"}


def test_an_interrupt_between_table_and_findings_leaves_no_old_findings(command: Command, tmp_path: Path) -> None:
    out = tmp_path / "board"
    assert command("validate", "toy", "--out", out).code == 0
    toy.BEHAVIOUR["values"] = (5.0, 6.0, 7.0)
    toy.BEHAVIOUR["interrupt later"] = True
    assert command("validate", "toy", "--again", "--out", out).code == 1
    assert kept_in(out) == {}  # of the new table nothing is known yet, and the old findings are not its own
    toy.BEHAVIOUR["interrupt later"] = False
    assert command("validate", "toy", "--out", out).code == 0
    assert kept_in(out)["toy"].findings["mean"][0] == 6.0


def test_again_and_another_size_are_played_anew(command: Command, tmp_path: Path) -> None:
    out = tmp_path / "board"
    for arguments, times in (([], 1), ([], 1), (["--again"], 2), (["--quick"], 3)):
        assert command("validate", "toy", "--out", out, *arguments).code == 0
        assert len(toy.PLAYED) == times, arguments


def test_another_source_of_the_model_is_played_anew(
    command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "board"
    assert command("validate", "toy", "--out", out).code == 0
    monkeypatch.setattr(playing, "ecosim_version", lambda: "ecosim of tomorrow")
    assert command("validate", "toy", "--out", out).code == 0
    assert len(toy.PLAYED) == 2


def test_other_words_need_no_run(command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What concludes from the table is another: that alone is done again."""
    out = tmp_path / "board"
    assert command("validate", "toy", "--out", out).code == 0
    before = kept_in(out)["toy"]
    monkeypatch.setattr(playing, "digest_of_source", lambda module: "other words")
    monkeypatch.setattr(toy, "QUESTION", "Is it?")
    assert command("validate", "toy", "--out", out).code == 0
    after = kept_in(out)["toy"]
    assert (after.question, after.made, after.seconds) == ("Is it?", before.made, before.seconds)
    assert len(toy.PLAYED) == 1
    monkeypatch.setattr(playing, "digest_of_run", lambda module: "other runs")
    assert command("validate", "toy", "--out", out).code == 0
    assert len(toy.PLAYED) == 2


_STUDY = """
from experiments.validation.elsewhere import FACTOR, words
LIMIT, OTHER = 3, 4
LATER = {"a": 1}
def run(quick):
    \"\"\"Run.\"\"\"
    rows = helper(quick) * FACTOR
    return rows + LIMIT
def helper(quick):
    return Kind(quick)
class Kind:
    def __init__(self, quick): self.quick = quick
def rows(findings):
    return words(LATER)
"""


@pytest.mark.parametrize(
    ("before", "after", "other"),
    [
        ("return words(LATER)", "return words(LATER), 1", False),
        ('{"a": 1}', '{"a": 2}', False),
        ("Run.", "It runs.", False),
        ("LIMIT, OTHER = 3, 4", "LIMIT, OTHER = 5, 4", True),
        ("* FACTOR", "* 2 * FACTOR", True),
        ("return Kind(quick)", "return Kind(not quick)", True),
        ("self.quick = quick", "self.quick = not quick", True),
        ("FACTOR = 2", "FACTOR = 3", True),
        ("'word'", "'other word'", False),
    ],
)
def test_only_what_a_run_reaches_decides_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, before: str, after: str, other: bool
) -> None:
    """Through names, in the module and in those beside it; what words a line is not reached."""
    beside = "FACTOR = 2\ndef words(x): return 'word'\n"

    def digest(folder: str, change: bool) -> str:
        place = tmp_path / folder
        place.mkdir()
        for name, text in (("study", _STUDY), ("elsewhere", beside)):
            (place / f"{name}.py").write_text(text.replace(before, after) if change else text)
        monkeypatch.setattr(reach, "_path", lambda module: place / f"{module.rsplit('.', 1)[-1]}.py")
        monkeypatch.setattr(reach, "_exists", lambda module: False)
        return reach.digest_of_run("experiments.validation.study")

    assert (digest("one", False) != digest("other", True)) == other


def test_every_study_has_a_digest_of_its_own() -> None:
    digests = {name: reach.digest_of_run(module) for name, module in REAL.items()}
    assert len(set(digests.values())) == len(digests)


def test_a_study_that_breaks_is_written_down_and_the_rest_goes_on(command: Command, tmp_path: Path) -> None:
    out = tmp_path / "board"
    toy.BEHAVIOUR["problem"] = "oh"
    answer = command("validate", "--all", "--out", out)
    assert answer.code == 1
    assert len(toy.PLAYED) == 2
    text = (tmp_path / "board.md").read_text()
    assert "2 could not be played." in text
    assert "- [toy](#toy): **could not be played**: ZeroDivisionError: oh (toy_studies.py" in text
    toy.BEHAVIOUR["problem"] = ""
    assert command("validate", "--all", "--out", out).code == 0  # what broke is played again, unasked
    assert "could not be played" not in (tmp_path / "board.md").read_text()


def test_what_does_not_hold_is_listed_first(command: Command, tmp_path: Path) -> None:
    toy.BEHAVIOUR["values"] = (-1.0, -1.1, -1.2)
    assert command("validate", "toy", "--out", tmp_path / "board").code == 0  # a loss is a result, not an error
    text = (tmp_path / "board.md").read_text()
    listed = text[text.index("## What does not hold") : text.index("## How to make it again")]
    assert "- **fails**, [toy](#toy): The number is above 0. Found: -1.1" in listed
    assert "| Toys | 0 | 1 | 0 |" in text
    assert "- *number*: a note" in text


def test_findings_come_from_the_table_as_it_reads_from_the_file(command: Command, tmp_path: Path) -> None:
    toy.BEHAVIOUR["values"] = (1 / 3, 2 / 3, 1.0)
    assert command("validate", "toy", "--out", tmp_path / "board").code == 0
    written = json.loads((tmp_path / "board" / "toy.json").read_text())
    assert written["findings"] == {"mean": [0.667, -0.161, 1.495]}


@pytest.mark.parametrize(
    ("values", "within", "over", "under"),
    [
        ((1.0, 0.9, 1.1), "holds", "holds", "fails"),
        ((1.0, 0.4, 1.1), "undecided", "undecided", "fails"),
        ((0.0, 0.0, 0.0), "fails", "fails", "holds"),
        ((0.5, 0.5, 0.5), "holds", "fails", "fails"),
        ((2.0, 1.9, 2.1), "fails", "holds", "fails"),
        ((None, None, None), "undecided", "undecided", "undecided"),
    ],
)
def test_verdicts(values: tuple[float | None, ...], within: str, over: str, under: str) -> None:
    """Within [0.5, 1.5]; above 0.5; below 0.3."""
    found = interval(values)
    assert judged(found, 0.5, 1.5) == within
    assert above(found, 0.5) == over
    assert below(found, 0.3) == under


def test_numbers_for_a_person() -> None:
    assert shown(Interval(1234.5, 1000.2, 0.01234), "€") == "1,234 [1,000, 0.0123] €"
    assert shown([None, None, None]) == "not measured"


def test_files_of_others_are_passed_over(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text("{}")
    (tmp_path / "b.json").write_text("nonsense")
    (tmp_path / "c.json").write_text("[1]")
    assert kept_in(tmp_path) == {}


def test_a_row_says_why_it_does_not_hold() -> None:
    row = Row("a", "b", "c", "d", "e", "holds")
    assert row.note == ""
