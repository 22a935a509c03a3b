"""All that can be set, in one widget: dials, levers, assumptions apart in a drawer, settings in another."""

# mypy: disable-error-code="attr-defined,no-untyped-call,untyped-decorator,empty-body"

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import solara

from dashboards import controls, session
from dashboards.components.vue import vue
from dashboards.limits import limits
from dashboards.playing import allowed
from ecosim.errors import EcosimError

__all__ = ["Controls"]


@vue("controls.vue")
def _Controls(  # noqa: N802
    form: dict[str, Any], state: dict[str, Any], words: dict[str, str], names: dict[str, str],
    event_value: Callable[[Any], None], event_lever: Callable[[Any], None], event_reset: Callable[[Any], None],
) -> Any: ...  # fmt: skip


@solara.component
def Controls() -> None:  # noqa: N802
    """Show what can be set, and set it. What is refused is said on top of the page, and its control goes back."""
    say, setup, world = session.say(), session.setup.value, session.world()
    heard = solara.use_reactive(0)
    refused = solara.use_ref("")

    def act(event: str, data: Any) -> None:
        now, where = session.setup.value, session.world()
        try:
            new = controls.asked(now, where, event, data)
            allowed.check(new.scenario(where), limits(), say)
        except EcosimError as problem:
            refused.current = say("controls.refused", detail=str(problem)[:500])
            session.message.set(refused.current)
        else:
            if session.message.value == refused.current:
                session.message.set("")
            session.change(new)
        turn = data.get("turn") if isinstance(data, dict) else None
        heard.set(turn if isinstance(turn, int) and not isinstance(turn, bool) and 0 <= turn < 2**53 else 0)

    form = solara.use_memo(lambda: controls.form(say, world), [say.language, world])
    state = solara.use_memo(
        lambda: controls.state(say, setup, world, heard.value), [say.language, setup, world, heard.value]
    )
    _Controls(
        form=form, state=state, words=say.page("controls"), names=say.page("levers"),
        event_value=lambda data: act("value", data), event_lever=lambda data: act("lever", data),
        event_reset=lambda data: act("reset", data),
    )  # fmt: skip
