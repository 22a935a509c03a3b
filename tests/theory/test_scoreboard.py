"""Every line of the scoreboard is made again in its quick form, and the page in docs is what its own files say."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from experiments.validation.keeping import Kept, kept_in
from experiments.validation.page import page
from experiments.validation.studies import PARTS, STUDIES, WITH_FILES, study

DOCS = Path(__file__).resolve().parents[2] / "docs"
KEPT = kept_in(DOCS / "validation")


@pytest.mark.parametrize("name", STUDIES)
def test_every_line_is_made_again(quick: Callable[[str], Any], reread: Callable[[str], Any], name: str) -> None:
    """In its quick form, a study gives the same lines as in docs, and none that says the opposite.

    (Few runs may leave a line undecided. A quick form has its own seeds and sizes, fixed, so this cannot flicker. That
    of a study of real data looks at a part of the file: another network, of which other things may be true.)
    """
    rows = quick(name).rows
    written: Kept = KEPT[name]
    assert not written.quick
    assert not written.problem
    assert list(rows) == [row.key for row in written.rows]
    for row in written.rows:
        now = rows[row.key]
        assert now.fact == row.fact
        assert now.source == row.source or name in WITH_FILES  # which says what part of the file was taken
        assert {now.verdict, row.verdict} != {"holds", "fails"} or name in WITH_FILES, (now, row)
        assert row.note or row.verdict != "fails", row
    # what the command does: conclude from the table as it reads from the file, keep findings as JSON, draw
    again = reread(name)
    assert list(again.rows) == list(rows)
    assert [row.verdict for row in again.rows.values()] == [row.verdict for row in rows.values()]
    again.module.draw(again.table).savefig(io.BytesIO(), format="png")


def test_no_study_is_missing() -> None:
    assert set(KEPT) == set(STUDIES)
    assert all(kept.rows for kept in KEPT.values())
    assert all((DOCS / "validation" / f"{name}.{kind}").exists() for name in STUDIES for kind in ("csv", "png"))


def test_lines_of_a_study_have_names_of_their_own() -> None:
    for name, kept in KEPT.items():
        keys = [row.key for row in kept.rows]
        assert len(set(keys)) == len(keys), name


def test_the_page_is_what_its_files_say() -> None:
    assert (DOCS / "validation.md").read_text(encoding="utf-8") == page(KEPT, "validation")


def test_the_page_lists_every_loss() -> None:
    text = (DOCS / "validation.md").read_text(encoding="utf-8")
    listed = text[text.index("## What does not hold") : text.index("## How to make it again")]
    for kept in KEPT.values():
        for row in kept.rows:
            assert (row.fact in listed) or row.verdict == "holds", row


def test_every_study_asks_a_question_and_is_of_one_part() -> None:
    assert sum(len(part) for part in PARTS.values()) == len(STUDIES)
    for name in STUDIES:
        assert study(name).QUESTION.endswith("?"), name


def test_what_is_kept_concludes_to_what_is_kept() -> None:
    """Rows on the page come from the findings beside it, not from another state of the code."""
    for name, kept in KEPT.items():
        findings = json.loads((DOCS / "validation" / f"{name}.json").read_text(encoding="utf-8"))["findings"]
        assert tuple(study(name).rows(findings)) == kept.rows, name
