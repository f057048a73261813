"""What was done to a clock, in words: acts, changes of its target or its calendar (K5, K6, K7)."""

from __future__ import annotations

from casewf.model.amount import US_PER_HOUR, US_PER_MINUTE, WorkingDays, WorkingTime
from casewf.model.case import Carried
from casewf.model.clock_events import (
    ActRejected,
    ActRequested,
    CalendarChanged,
    ClockExtended,
    ClockRetargeted,
    ClockSuspended,
    SuspensionEnded,
)
from casewf.model.migration_events import ClockMigrated
from casewf.model.roles import SYSTEM
from casewf.model.text import Label
from casewf.views.words import Speaker

__all__ = ["carried_words", "change_words"]

_ASKED = {
    "extension": Label("申请延期", "an extension was asked for"),
    "suspension": Label("申请中止计时", "a suspension was asked for"),
}
_REFUSED = {
    "extension": Label("延期未获批准", "the extension was not granted"),
    "suspension": Label("中止计时未获批准", "the suspension was not granted"),
}
_HOW = {
    "keep": Label("按新版本继续，时限不变", "goes on by the new version, due as before"),
    "rebase": Label("时限改变，从原起点重新计算", "changed, counted from the same start"),
    "carry": Label("时限改变，已用的份额不变", "changed, the share that was spent stays spent"),
    "restart": Label("时限改变，从此刻重新起算", "changed, counted anew from here"),
}


def change_words(speaker: Speaker, event: object, base: int) -> str | None:
    """What an event did to a clock, without the clock's name; None for any other event.

    Args:
        speaker: says codes and instants.
        event: an event of a clock.
        base: the instant beside which the words stand, so that dates near it are short.
    """
    say, lang = speaker.say, speaker.lang
    match event:
        case ActRequested():
            amount = "" if event.amount is None else speaker.amount(event.amount)
            return _join(speaker, _ASKED[event.act].text(lang), amount)
        case ActRejected():
            return _REFUSED[event.act].text(lang)
        case ClockExtended():
            amount = speaker.amount(event.amount)
            asked = speaker.who(event.requested_by)
            granted = say(f"延期{amount}（{asked}申请）", f"extended by {amount} ({asked} had asked)")
            return _due(speaker, granted, event.limit, base)
        case ClockSuspended():
            asked = speaker.who(event.requested_by)
            until = "" if event.until is None else speaker.near(event.until, base)
            at_most = say(f"，至迟到 {until}", f", until {until} at the latest") if until else ""
            return say(f"中止计时（{asked}申请）{at_most}", f"suspended ({asked} had asked){at_most}")
        case SuspensionEnded(by=by) if by.id == SYSTEM:
            ended = speaker.near(event.ended_at, base)
            return say(f"中止期满（{ended}）", f"the suspension was over at {ended}")
        case SuspensionEnded():
            return say("中止结束", "the suspension was ended")
        case ClockMigrated(how="past"):
            return None
        case ClockRetargeted():
            return _due(speaker, _HOW[event.how].text(lang), event.limit, base)
        case CalendarChanged():
            version = event.calendar[1][:12]
            words = say(
                f"改按新版日历计算（{version}）", f"measured by a new version of its calendar ({version})"
            )
            return _due(speaker, words, event.limit, base)
        case _:
            return None


def carried_words(speaker: Speaker, carried: Carried, budget: object) -> str:
    """What a clock took over when its target changed (K5)."""
    spent = carried.whole - carried.left
    percent = 100 * spent // carried.whole if carried.whole else 100
    # in hours: a day of working time is not 24 of them
    hours, rest = divmod(carried.left, US_PER_HOUR)
    minutes = rest // US_PER_MINUTE
    left = speaker.say(f"{hours}小时{minutes}分钟", f"{hours} h {minutes} min")
    working = isinstance(budget, WorkingDays | WorkingTime)
    when = speaker.moment(carried.at)
    return speaker.say(
        f"{when} 时限改变：此前已用约{percent}%，余下{left}{'工作时间' if working else ''}从那时起算",
        f"Its target changed on {when}: about {percent}% had been spent; the remaining {left}"
        f"{' of working time' if working else ''} counts from then.",
    )


def _join(speaker: Speaker, words: str, amount: str) -> str:
    return words if not amount else speaker.say(f"{words}{amount}", f"{words}: {amount}")


def _due(speaker: Speaker, words: str, limit: int, base: int) -> str:
    due = speaker.near(limit, base)
    return speaker.say(f"{words} · 限 {due}", f"{words} · due {due}")
