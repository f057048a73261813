"""What a step of a story does to a case, done on an engine."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from casewf.engine.engine import Engine
from casewf.model.case import Actor
from casewf.model.text import Label
from casewf.testing.clock import datetime_of
from casewf.testing.story_entries import Entry, entry_subject, make_entry
from casewf.testing.story_model import (
    Action,
    ActOnClock,
    DeliverNow,
    EraseValues,
    FireTrigger,
    OpenCase,
    SplitCase,
    Story,
    SweepNow,
)

__all__ = ["action_subject", "open_case", "perform"]


def open_case(
    engine: Engine, story: Story, case: str, action: OpenCase, actor: Actor, key: str | None = None
) -> str | None:
    """Open a case of the story; returns the organisation that it belongs to. ``key`` makes it idempotent (M7).

    Raises:
        CasewfError: as ``Engine.open``.
    """
    known = story.of(case)
    view = engine.open(
        known.workflow.id,
        actor=actor,
        data=action.data,
        case_id=case,
        org=known.org,
        key=key,
        occurred_at=_moment(action.occurred_at),
    )
    return view.org


def perform(
    engine: Engine,
    case: str,
    action: Action | None,
    actor: Callable[[str], Actor],
    key: str | None = None,
) -> None:
    """Do what a step says, other than opening a case; ``actor`` gives its people as they may act now.

    ``key`` makes a move or an act idempotent (M7).

    Raises:
        CasewfError: as the engine's command.
    """
    match action:
        case FireTrigger():
            engine.fire(
                case,
                action.trigger,
                actor=actor(action.by),
                data=action.data,
                comment=action.comment,
                key=key,
                occurred_at=_moment(action.occurred_at),
            )
        case ActOnClock():
            engine.act(
                case,
                action.act,
                action.sla,
                actor=actor(action.by),
                amount=action.amount,
                comment=action.comment,
                key=key,
            )
        case SplitCase():
            engine.split(
                case,
                actor=actor(action.by),
                parties=action.parties,
                data=action.data,
                comment=action.comment,
                new_id=action.new_id,
            )
        case SweepNow():
            engine.sweep()
        case DeliverNow():
            engine.deliver()
        case EraseValues():
            engine.erase(
                case,
                actor=actor(action.by),
                fields=action.fields,
                parties=action.parties,
                reason=action.reason,
            )
        case _ if isinstance(action, Entry):
            make_entry(engine, case, actor(action.by), action)


def action_subject(action: Action | None) -> Label:
    """What a failure says that the step is about."""
    if isinstance(action, Entry):
        return entry_subject(action)
    by = getattr(action, "by", "")
    match action:
        case FireTrigger(trigger=trigger):
            return Label(f"{by} 执行 {trigger}", f"{trigger} by {by}")
        case ActOnClock(act=act, sla=sla):
            return Label(f"{by} 对 {sla} 执行 {act}", f"{act} on {sla} by {by}")
        case SplitCase(new_id=new):
            return Label(f"{by} 分案 {new}", f"the split of {new} by {by}")
        case OpenCase():
            return Label(f"{by} 立单", f"opening by {by}")
        case EraseValues():
            return Label(f"{by} 删除个人信息", f"erasure by {by}")
        case _:
            return Label("此步", "this step")


def _moment(instant: int | None) -> dt.datetime | None:
    return None if instant is None else datetime_of(instant)
