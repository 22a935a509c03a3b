"""Components whose data Solara does not look through: what is sent, and that nothing is looked at but it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest


class Watched(dict[str, Any]):
    """A dictionary that counts who goes through it."""

    seen = 0

    def values(self) -> Any:
        Watched.seen += 1
        return super().values()

    def items(self) -> Any:
        Watched.seen += 1
        return super().items()


@pytest.fixture
def shown() -> Iterator[Callable[..., tuple[Any, Any, Any]]]:
    """A function that shows a component of a template with some data, and returns its widget and what changes it."""
    solara = pytest.importorskip("solara", reason="solara is not installed: pip install 'ecosim[dashboard]'")
    from dashboards.components.vue import vue

    template = Path(__file__).resolve().parents[2] / "dashboards" / "components" / "message.vue"

    @vue(str(template))
    def Shown(data: Any, name: str = "a", event_close: Any = None) -> Any: ...  # noqa: N802

    pages = []

    def show(data: Any, heard: list[Any]) -> tuple[Any, Any, Any]:
        held, name = solara.reactive(data), solara.reactive("a")

        @solara.component
        def Page() -> None:  # noqa: N802
            with solara.Column():
                Shown(data=held.value, name=name.value, event_close=heard.append)

        box, page = solara.render(Page(), handle_error=False)
        pages.append(page)
        return box.children[0].children[0], held, name

    yield show
    for page in pages:
        page.close()


def test_data_is_sent_as_it_is_and_not_looked_through(shown: Callable[..., tuple[Any, Any, Any]]) -> None:
    heard: list[Any] = []
    inner = Watched(rows=[[1, 2], [3, None]])
    widget, held, name = shown({"inner": inner, "list": [inner]}, heard)
    Watched.seen = 0
    name.value = "b"  # another render, of which the data are a part
    assert Watched.seen == 0
    assert widget.get_state(["data", "name"]) == {"data": {"inner": inner, "list": [inner]}, "name": "b"}
    widget.vue_close("said")
    assert heard == ["said"]
    held.value = [1, 2]
    assert widget.get_state(["data"]) == {"data": [1, 2]}


def test_equal_data_is_not_sent_again(shown: Callable[..., tuple[Any, Any, Any]]) -> None:
    widget, held, _ = shown({"rows": [1, 2]}, [])
    changes: list[Any] = []
    widget.observe(changes.append, "data")
    held.value = {"rows": [1, 2]}
    assert changes == []
    held.value = {"rows": [1, 3]}
    assert len(changes) == 1
