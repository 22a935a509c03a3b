"""The observatory: five pages around one ecosystem. What Solara serves; the pages themselves stand in `pages`."""

# Solara's types are patchy: it says that it has them, exports half of its names without telling and leaves components
# untyped.
# mypy: disable-error-code="attr-defined,no-untyped-call,untyped-decorator"

from __future__ import annotations

from pathlib import Path
from typing import Any

import solara

from dashboards import links, session
from dashboards.components.frame import Frame
from dashboards.components.message import Message
from dashboards.current import Player
from dashboards.pages import PAGES
from dashboards.text import LANGUAGES

__all__ = ["Layout", "routes"]

_STYLE = Path(__file__).parent / "style.css"

solara.lab.on_kernel_start(lambda: session.leave)


@solara.component
def Layout(children: list[Any]) -> None:  # noqa: N802
    """What surrounds every page. The first time, takes over what the link says."""
    router = solara.use_router()
    solara.use_memo(lambda: session.begin(router.search), [])
    say = session.say()
    here = router.parts[0] or "explore"
    solara.Style(_STYLE)
    Frame(
        pages=[{"name": name, "label": say(f"app.{name}"), "path": _path(name)} for name in PAGES],
        here=here, language=session.language.value, languages=LANGUAGES, words=say.page("app"),
        query=links.query(session.setup.value, session.language.value),
        event_go=lambda name: router.push(_path(name)), event_speak=session.speak,
    )  # fmt: skip
    Player()
    if session.message.value:
        Message(text=session.message.value, words=say.page("app"), event_close=lambda _: session.message.set(""))
    # the key: without it a message above would make the whole page anew, with what is open and under way in it
    with solara.v.Html(tag="main", attributes={"id": "content", "tabindex": "-1"}, class_="eco-main").key("main"):
        solara.display(*children)


def _titled(name: str, page: Any) -> Any:
    """Return a page with its title. (Solara lets the title that stands deepest win, and sets one of its own.)"""

    @solara.component
    def Titled() -> None:  # noqa: N802
        say = session.say()
        solara.Title(f"{say(f'app.{name}')} · {say('app.title')}")
        page()

    return Titled


def _path(name: str) -> str:
    return "/" if name == "explore" else f"/{name}"


routes = [
    solara.Route(
        path="/" if name == "explore" else name, component=_titled(name, page), label="ecosim",
        layout=Layout if name == "explore" else None,
    )
    for name, page in PAGES.items()
]  # fmt: skip
