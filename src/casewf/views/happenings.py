"""What a moment of a case says in words: a headline, and a line for everything that came with it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import attrs

from casewf.model.case import Sealed, Stamp
from casewf.model.effects import Effect, Notify, Push
from casewf.model.events import (
    ClockBreached,
    ClockCancelled,
    ClockPaused,
    ClockResumed,
    ClockRetargeted,
    ClockStarted,
    ClockStopped,
    Erased,
    IncidentRaised,
    Moved,
    Opened,
    RungFired,
)
from casewf.model.text import Label
from casewf.views.moments import Attempt, Moment
from casewf.views.words import Speaker

__all__ = ["Line", "attempt_lines", "moment_lines"]

_SEALED = "•••"


@attrs.frozen(slots=True)
class Line:
    """One line: a mark before it, or none, and how it is painted."""

    text: str
    mark: str = ""
    styles: tuple[str, ...] = ()


def attempt_lines(speaker: Speaker, attempt: Attempt) -> list[Line]:
    """A refused command: what, who, why."""
    say = speaker.say
    what = say("立单", "Open the case") if attempt.trigger == "open" else speaker.label("trigger", attempt.trigger)
    headline = say(
        f"{what} 被拒绝 · {speaker.person(attempt.person)}", f"{what}: refused · {speaker.person(attempt.person)}"
    )
    lines = [Line(headline, "✗", ("red",)), Line(attempt.why.text(speaker.lang), " ", ("red",))]
    note = attempt.note.text(speaker.lang)
    return [*lines, Line(note, " ")] if note else lines


def moment_lines(speaker: Speaker, moment: Moment, notes: Mapping[int, Label]) -> list[Line]:
    """Everything that one command or timer did."""
    events = [row.event for row in moment.rows]
    lines = [_headline(speaker, moment)]
    for row in moment.rows:
        note = notes.get(row.number, Label()).text(speaker.lang)
        if note:
            lines.append(Line(note))
        if row.comment:
            lines.append(Line(speaker.say(f"“{row.comment}”", f"“{row.comment}”")))
        if isinstance(row.event, Opened | Moved | RungFired) and row.event.fields:
            lines.append(Line(_fields(speaker, row.event.fields), "·", ("dim",)))
    for event in events:
        if isinstance(event, Moved) and event is not events[0]:
            lines.append(Line(_automatic(speaker, event), "↳"))
    lines += [line for event in events if (line := _clock_line(speaker, event, moment.at)) is not None]
    lines += _started(speaker, [event for event in events if isinstance(event, ClockStarted)], moment.at)
    lines += _consequences(speaker, events)
    return lines


def _headline(speaker: Speaker, moment: Moment) -> Line:
    event = moment.rows[0].event
    say = speaker.say
    if isinstance(event, Opened):
        roles = [speaker.label("role", one.role) for one in speaker.workflow.opening.by]
        return Line(_who(speaker, say("立单", "The case is opened"), event.by, speaker.joined(roles)), "", ("bold",))
    if isinstance(event, Moved):
        role = "" if event.role is None else speaker.label("role", event.role)
        return Line(_who(speaker, speaker.label("trigger", event.trigger), event.by, role), "", ("bold",))
    if isinstance(event, ClockBreached | RungFired):
        rung = next((row.event for row in moment.rows if isinstance(row.event, RungFired)), None)
        if rung is None:
            return Line(_passed(speaker, event), "", ("bold",))
        what = f"{speaker.sla(rung.sla)} · {speaker.rung(rung.sla, rung.rung)}"
        late = "" if rung.scheduled_for == rung.at else speaker.near(rung.scheduled_for, rung.at)
        when = say(f"（{late}）", f" ({late})") if late else ""
        return Line(say(f"时限预警：{what}{when}", f"Warning: {what}{when}"), "", ("bold", "yellow"))
    if isinstance(event, Erased):
        return Line(_who(speaker, say("删除个人信息", "Personal data erased"), event.by, ""), "", ("bold",))
    return Line(say("系统记录", "The system notes"), "", ("bold",))


def _who(speaker: Speaker, what: str, by: Stamp, role: str) -> str:
    who = speaker.person(by.id)
    if role and role != who:
        who = speaker.say(f"{who}（{role}）", f"{who} ({role})")
    return f"{what} · {who}"


def _automatic(speaker: Speaker, event: Moved) -> str:
    what = speaker.label("trigger", event.trigger)
    return speaker.say(f"{what}（自动）", f"{what} (by itself)")


def _passed(speaker: Speaker, event: ClockBreached | RungFired) -> str:
    title = speaker.sla(event.sla)
    due = event.due if isinstance(event, ClockBreached) else event.scheduled_for
    when = speaker.near(due, event.at)
    if speaker.workflow.sla(event.sla).kind == "advisory":
        return speaker.say(f"{title}：已过 {when}", f"{title}: passed at {when}")
    return speaker.say(f"{title}：超时，限 {when}", f"{title}: missed, it was due {when}")


def _clock_line(speaker: Speaker, event: object, at: int) -> Line | None:
    """What happened to a clock, where that deserves a line of its own."""
    say = speaker.say
    match event:
        case ClockStopped(verdict="met"):
            left = speaker.duration(event.limit - event.stopped_at) if event.limit > event.stopped_at else ""
            due = speaker.near(event.limit, at)
            title = speaker.sla(event.sla)
            spare = say(f"，余{left}", f", {left} to spare") if left else ""
            return Line(say(f"{title} 按时，限 {due}{spare}", f"{title}: in time, due {due}{spare}"), "✓", ("green",))
        case ClockStopped() if speaker.workflow.sla(event.sla).kind != "advisory":
            due, title = speaker.near(event.limit, at), speaker.sla(event.sla)
            late = speaker.duration(max(event.stopped_at - event.limit, 0))
            words = say(f"{title} 超时{late}，限 {due}", f"{title}: {late} late, it was due {due}")
            return Line(words, "✗", ("red",))
        case ClockPaused():
            return Line(say(f"{speaker.sla(event.sla)} 暂停计时", f"{speaker.sla(event.sla)}: paused"), "‖")
        case ClockResumed() | ClockRetargeted():
            due, title = speaker.near(event.limit, at), speaker.sla(event.sla)
            zh, en = ("恢复计时", "goes on") if isinstance(event, ClockResumed) else ("时限改变", "changed")
            return Line(say(f"{title} {zh}，限 {due}", f"{title}: {en}, due {due}"), "▸", ("blue",))
        case ClockCancelled():
            return Line(say(f"{speaker.sla(event.sla)} 不再计时", f"{speaker.sla(event.sla)}: called off"), "·", ("dim",))
        case IncidentRaised():
            words = f"{event.about} {event.detail}".strip()
            return Line(say(f"异常：{words}", f"Incident: {words}"), "!", ("red",))
        case _:
            return None


def _started(speaker: Speaker, events: list[ClockStarted], at: int) -> list[Line]:
    if not events:
        return []
    due = speaker.say(" 限 ", " due ")
    clocks = [f"{speaker.sla(event.sla)}{due}{speaker.near(event.limit, at)}" for event in events]
    return [Line(speaker.say("；", "; ").join(clocks), "▸", ("blue",))]


def _consequences(speaker: Speaker, events: Iterable[object]) -> list[Line]:
    lines: list[Line] = []
    effects: list[Effect] = []
    for event in events:
        if isinstance(event, RungFired) and event.card is not None:
            style = event.card if event.card in ("red", "yellow", "blue") else "yellow"
            lines.append(Line(speaker.card(event.card), "▲", ("bold", style)))
        if isinstance(event, Moved) and event.clears:
            lines.append(Line(speaker.say("警示牌清除", "cards cleared"), "△"))
        if isinstance(event, Moved | RungFired):
            effects += event.effects
    told = list(dict.fromkeys(_effect(speaker, effect) for effect in effects))
    return [*lines, Line(speaker.say("；", "; ").join(told), "→", ("cyan",))] if told else lines


def _effect(speaker: Speaker, effect: Effect) -> str:
    if isinstance(effect, Notify):
        orgs = speaker.joined([speaker.org(org) for org in effect.orgs])
        role = speaker.label("role", effect.role)
        where = speaker.say(f"（{orgs}）", f" ({orgs})") if orgs else ""
        return speaker.say(f"通知{role}{where}", f"tell the {role}{where}")
    if isinstance(effect, Push):
        return speaker.say(f"推送 {effect.connector}", f"push to {effect.connector}")
    return speaker.say(f"调用 {effect.name}", f"call {effect.name}")


def _fields(speaker: Speaker, fields: Mapping[str, object]) -> str:
    """The values that were given, sensitive ones masked."""
    shown = [
        f"{speaker.label('field', name)} {_SEALED if isinstance(value, Sealed) else speaker.value(name, value)}"
        for name, value in fields.items()
    ]
    return speaker.say("；", "; ").join(shown)
