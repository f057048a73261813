"""What a moment of a case says in words: a headline, and a line for everything that came with it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import attrs

from casewf.model.case import Sealed, Stamp
from casewf.model.clock_events import (
    ActRejected,
    ActRequested,
    CalendarChanged,
    ClockBreached,
    ClockCancelled,
    ClockExtended,
    ClockPaused,
    ClockResumed,
    ClockStarted,
    ClockStopped,
    ClockSuspended,
    LimitAwaited,
    RungFired,
    SuspensionEnded,
)
from casewf.model.commands import ACTS
from casewf.model.effect_specs import IGNORE
from casewf.model.effects import CallHook, Effect, Notify, Push
from casewf.model.events import Erased, IncidentRaised, Moved, Opened
from casewf.model.file_events import Absorbed, SplitOff
from casewf.model.migration_events import Migrated
from casewf.model.roles import SYSTEM
from casewf.model.text import Label
from casewf.views.clock_changes import change_words
from casewf.views.file_entries import ENTRIES, entry_words
from casewf.views.incidents import incident_kind
from casewf.views.moments import Attempt, Happening, Moment
from casewf.views.relations import RelationEvent, effect_words, event_words, party_words
from casewf.views.text import shorten, unbroken, width
from casewf.views.words import Speaker

__all__ = ["Line", "attempt_lines", "moment_lines"]

_SEALED = "•••"
_LONGEST_VALUE = 32


@attrs.frozen(slots=True)
class Line:
    """One line: a mark before it, or none, and how it is painted."""

    text: str
    mark: str = ""
    styles: tuple[str, ...] = ()


def attempt_lines(speaker: Speaker, attempt: Attempt) -> list[Line]:
    """A refused command: what, who, why."""
    say = speaker.say
    what = (
        say("立单", "Open the case")
        if attempt.trigger == "open"
        else speaker.label("trigger", attempt.trigger)
    )
    who = speaker.person(attempt.person)
    why = [speaker.reason(reason) for reason in attempt.reasons] or [
        say("没有找到工单", "no such case was found")
    ]
    lines = [Line(say(f"{what} 被拒绝 · {who}", f"{what}: refused · {who}"), "✗", ("red",))]
    if note := attempt.note.text(speaker.lang):
        lines.append(Line(note, " "))
    return [*lines, Line(say("；", "; ").join(why), " ", ("red",))]


def moment_lines(speaker: Speaker, moment: Moment, notes: Mapping[int, Label], *, rank: int) -> list[Line]:
    """Everything that one command or timer did; ``rank``: the severity of the card before it, 0 for none."""
    events = [row.event for row in moment.rows]
    lines = [_migration(speaker, moment) or _headline(speaker, moment)]
    for row in moment.rows:
        lines += _written(speaker, row, notes)
    for event in events:
        if isinstance(event, Opened):
            lines += _import_line(speaker, event)
        if isinstance(event, Moved) and event is not events[0]:
            lines.append(Line(_automatic(speaker, event), "↳"))
    lines += [line for event in events if (line := _clock_line(speaker, event, moment.at)) is not None]
    lines += _started(speaker, [event for event in events if isinstance(event, ClockStarted)], moment.at)
    lines += _consequences(speaker, events, rank=rank)
    return lines


def _written(speaker: Speaker, row: Happening, notes: Mapping[int, Label]) -> list[Line]:
    """What people wrote with an event: remarks, reasons, values, parties."""
    lines: list[Line] = []
    note = notes.get(row.number, Label()).text(speaker.lang)
    if note:
        lines.append(Line(note))
    if row.comment:
        lines.append(Line(speaker.say(f"“{row.comment}”", f"“{row.comment}”")))
    if isinstance(row.event, Erased) and row.event.reason:
        lines.append(Line(speaker.say(f"事由：{row.event.reason}", f"reason: {row.event.reason}")))
    if isinstance(row.event, Opened) and row.event.parent is not None:
        lines.append(
            Line(speaker.say(f"主案 {row.event.parent}", f"a child of {row.event.parent}"), "·", ("dim",))
        )
    if isinstance(row.event, Opened | Moved | RungFired | SplitOff | Migrated) and (
        given := _fields(speaker, row.event)
    ):
        lines.append(Line(given, "·", ("dim",)))
    if isinstance(row.event, RelationEvent) and (people := party_words(speaker, row.event)):
        lines.append(Line(people, "·", ("dim",)))
    return lines


def _opening(speaker: Speaker, event: Opened) -> Line:
    say = speaker.say
    if event.imported_by is not None:
        words, roles = say("立单（原系统）", "The case is opened in the old system"), ""
    else:
        words = say("立单", "The case is opened")
        roles = speaker.joined([speaker.label("role", one.role) for one in speaker.workflow.opening.by])
    return Line(_who(speaker, words, event.by, roles), "", ("bold",))


def _migration(speaker: Speaker, moment: Moment) -> Line | None:
    """The headline of a migration, which may begin with the end of limits that the new version does not have."""
    for row in moment.rows:
        if isinstance(row.event, Migrated):
            before, after = row.event.source[1], row.event.workflow[1]
            words = speaker.say(
                f"流程由第{before}版改为第{after}版", f"Version {before} of the workflow becomes {after}"
            )
            return Line(_who(speaker, words, row.event.by, ""), "", ("bold",))
    return None


def _headline(speaker: Speaker, moment: Moment) -> Line:
    event = moment.rows[0].event
    say = speaker.say
    if isinstance(event, Opened):
        return _opening(speaker, event)
    if isinstance(event, Moved):
        role = "" if event.role is None else speaker.label("role", event.role)
        return Line(_who(speaker, speaker.label("trigger", event.trigger), event.by, role), "", ("bold",))
    if isinstance(event, ClockBreached | RungFired):
        return _timer(speaker, moment, event)
    if isinstance(event, ActRequested | ActRejected | ClockExtended | ClockSuspended | SuspensionEnded):
        return Line(_who(speaker, ACTS[_act(event)].text(speaker.lang), event.by, ""), "", ("bold",))
    if isinstance(event, CalendarChanged):
        return Line(_who(speaker, say("日历更新", "The calendar changes"), event.by, ""), "", ("bold",))
    if isinstance(event, RelationEvent):
        return Line(_who(speaker, event_words(speaker, event), event.by, ""), "", ("bold",))
    if isinstance(event, Erased):
        return Line(_who(speaker, say("删除个人信息", "Personal data erased"), event.by, ""), "", ("bold",))
    if isinstance(event, ENTRIES):
        return Line(_who(speaker, entry_words(speaker, event), event.by, ""), "", ("bold",))
    if isinstance(event, _OF_THE_PAST):
        return Line(say("原系统记录", "Recorded in the old system"), "", ("bold",))
    return Line(say("系统记录", "The system notes"), "", ("bold",))


_OF_THE_PAST = (ClockStarted, ClockPaused, ClockResumed, ClockStopped, ClockCancelled)
"""What follows from a move here, and stands alone in the past of an imported case only."""


def _import_line(speaker: Speaker, event: Opened) -> list[Line]:
    """Who imported a case, when, and what it was called before."""
    if event.imported_by is None or event.imported_at is None:
        return []
    when, who = speaker.moment(event.imported_at), speaker.person(event.imported_by.id)
    words = speaker.say(
        f"由 {event.origin} 导入 · {when} · {who}", f"imported from {event.origin} · {when} · {who}"
    )
    return [Line(words, "⇥")]


def _act(event: ActRequested | ActRejected | ClockExtended | ClockSuspended | SuspensionEnded) -> str:
    """The act that an event is the result of."""
    match event:
        case ActRequested():
            return f"request_{event.act}"
        case ActRejected():
            return f"reject_{event.act}"
        case ClockExtended():
            return "extend"
        case ClockSuspended():
            return "suspend"
        case SuspensionEnded():
            return "resume"


def _who(speaker: Speaker, what: str, by: Stamp, role: str) -> str:
    who = speaker.who(by)
    if role and by.id != SYSTEM:
        who = speaker.say(f"{who}，{role}", f"{who}, {role}")
    return f"{what} · {who}"


def _automatic(speaker: Speaker, event: Moved) -> str:
    what = speaker.label("trigger", event.trigger)
    return speaker.say(f"{what}（自动）", f"{what} (by itself)")


def _timer(speaker: Speaker, moment: Moment, event: ClockBreached | RungFired) -> Line:
    """A due instant that passed, a warning, or both at once."""
    title, say = speaker.sla(event.sla), speaker.say
    due = event.due if isinstance(event, ClockBreached) else event.scheduled_for
    when = speaker.near(due, moment.at)
    rung = next((row.event for row in moment.rows if isinstance(row.event, RungFired)), None)
    if rung is None and speaker.advises(event.sla):
        return Line(say(f"{title} 已于 {when} 届满", f"{title} ran out at {when}"), "", ("dim",))
    if rung is None:
        return Line(say(f"{title} 超时 · 限 {when}", f"{title}: too late · due {when}"), "✗", ("bold", "red"))
    what = say(
        f"{title} {speaker.rung(rung.sla, rung.rung)}", f"{title}: {speaker.rung(rung.sla, rung.rung)}"
    )
    if isinstance(event, ClockBreached):
        what = say(f"{title} 到期未完成", f"{title}: due, and not done")
    mark, style = ("✗", "red") if isinstance(event, ClockBreached) else ("!", "yellow")
    return Line(say(f"时限预警 · {what} · {when}", f"Warning · {what} · {when}"), mark, ("bold", style))


def _clock_line(speaker: Speaker, event: object, at: int) -> Line | None:
    """What happened to a clock, where that deserves a line of its own."""
    say = speaker.say
    match event:
        case ClockStopped(verdict="met"):
            early = speaker.duration(event.limit - event.stopped_at)
            return _judged(
                speaker, event, at, say("按时", "in time"), say(f"提前{early}", f"{early} early"), "green"
            )
        case ClockStopped() if not speaker.advises(event.sla):
            late = speaker.duration(event.stopped_at - event.limit)
            return _judged(
                speaker, event, at, say("超时", "too late"), say(f"迟{late}", f"{late} late"), "red"
            )
        case ClockPaused():
            return Line(say(f"{speaker.sla(event.sla)} 暂停计时", f"{speaker.sla(event.sla)}: paused"), "‖")
        case ClockResumed():
            what = say("恢复计时", "goes on")
            due = say("限 ", "due ") + speaker.near(event.limit, at)
            return Line(f"{speaker.sla(event.sla)}{say(' ', ': ')}{what} · {unbroken(due)}", "▸", ("blue",))
        case ClockCancelled():
            return Line(
                say(f"{speaker.sla(event.sla)} 不再计时", f"{speaker.sla(event.sla)}: called off"),
                "·",
                ("dim",),
            )
        case IncidentRaised():
            kind = incident_kind(speaker, event.kind)
            words = speaker.say("：", ": ").join((kind, f"{event.about} {event.detail}".strip()))
            return Line(say(f"异常：{words}", f"Incident: {words}"), "!", ("red",))
        case LimitAwaited():
            return Line(
                say(
                    f"{speaker.sla(event.sla)} 待约定日期确定后起算",
                    f"{speaker.sla(event.sla)}: waits for its date",
                ),
                "!",
                ("yellow",),
            )
        case _:
            return _change(speaker, event, at)


def _change(speaker: Speaker, event: object, at: int) -> Line | None:
    """What was done to a clock otherwise."""
    words = change_words(speaker, event, at)
    if words is None:
        return None
    title = speaker.sla(getattr(event, "sla", ""))
    return Line(f"{title}{speaker.say(' ', ': ')}{words}", "▸", ("blue",))


def _judged(speaker: Speaker, event: ClockStopped, at: int, verdict: str, distance: str, colour: str) -> Line:
    due = speaker.say("限 ", "due ") + speaker.near(event.limit, at)
    title = speaker.sla(event.sla) + speaker.say(" ", ": ")
    words = f"{title}{verdict} · {unbroken(due)} · {unbroken(distance)}"
    return Line(words, "✓" if event.verdict == "met" else "✗", (colour,))


def _started(speaker: Speaker, events: list[ClockStarted], at: int) -> list[Line]:
    if not events:
        return []
    due = speaker.say(" 限 ", " due ")
    clocks = [f"{speaker.sla(event.sla)}{due}{speaker.near(event.limit, at)}" for event in events]
    clocks = [unbroken(clock) for clock in clocks]
    return [Line(speaker.say("；", "; ").join(clocks), "▸", ("blue",))]


def _consequences(speaker: Speaker, events: Iterable[object], *, rank: int) -> list[Line]:
    lines: list[Line] = []
    effects: list[Effect] = []
    for event in events:
        if isinstance(event, RungFired) and event.card is not None and event.card_rank > rank:
            rank = event.card_rank
            style = event.card if event.card in ("red", "yellow", "blue") else "yellow"
            lines.append(Line(speaker.card(event.card), "▲", ("bold", style)))
        if isinstance(event, Moved) and event.clears and rank:
            rank = 0
            lines.append(Line(speaker.say("警示牌清除", "cards cleared"), "△"))
        if isinstance(event, Moved) and event.new_round:
            lines.append(Line(speaker.say("当事人可重新评价", "the parties may rate anew"), "△"))
        if isinstance(event, Opened | Moved | RungFired | ActRequested | SplitOff | Absorbed):
            effects += event.effects
    told = list(dict.fromkeys(_effect(speaker, effect) for effect in effects))
    return [*lines, Line(speaker.say("；", "; ").join(told), "→", ("cyan",))] if told else lines


def _effect(speaker: Speaker, effect: Effect) -> str:
    if isinstance(effect, Notify):
        holders = [*map(speaker.org, effect.orgs), *map(speaker.person, effect.persons)]
        named = speaker.joined(holders)
        role = speaker.label("role", effect.role)
        where = speaker.say(f"（{named}）", f" ({named})") if holders else ""
        always = effect.quiet_hours == IGNORE
        how = speaker.say("（免打扰时段照发）", ", quiet hours or not") if always else ""
        return speaker.say(f"通知{role}{where}{how}", f"notify {role}{where}{how}")
    if isinstance(effect, Push):
        return speaker.say(f"推送 {effect.connector}", f"push to {effect.connector}")
    if isinstance(effect, CallHook):
        return speaker.say(f"调用 {effect.name}", f"call {effect.name}")
    return effect_words(speaker, effect)


def _fields(speaker: Speaker, event: Opened | Moved | RungFired | SplitOff | Migrated) -> str:
    """The values that were given, long ones cut, sensitive ones masked; an opening leaves out defaults."""
    fields = speaker.workflow.fields
    shown = []
    for name, field in fields.items():
        value = event.fields.get(name)
        if value is None or (isinstance(event, Opened) and field.default == value):
            continue
        words = _SEALED if isinstance(value, Sealed) else shorten(speaker.value(name, value), _LONGEST_VALUE)
        pair = f"{speaker.label('field', name)} {words}"
        shown.append(unbroken(pair) if width(pair) <= _LONGEST_VALUE else pair)
    return speaker.say("；", "; ").join(shown)
