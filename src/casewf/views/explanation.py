"""Why a limit is due when it is, in words (X1): which target, which days counted, what warns when."""

from __future__ import annotations

import datetime as dt

from casewf.core.explain import DayLine, Explanation, PauseLine, RungLine
from casewf.model.amount import US_PER_SECOND, CalendarDays, WorkingDays, WorkingTime
from casewf.model.clock_events import CalendarChanged
from casewf.model.text import Label
from casewf.model.workflow import Workflow
from casewf.views.clock_changes import carried_words, change_words
from casewf.views.text import Paint, marked, pad, width
from casewf.views.words import Speaker, local

__all__ = ["explanation_text"]

_VERDICTS = {
    "none": Label("尚无结论", "not judged yet"),
    "met": Label("按时", "met"),
    "breached": Label("超时", "breached"),
    "cancelled": Label("不再计时，无结论", "called off, not judged"),
}
_PHASES = {
    "running": Label("计时中", "running"),
    "paused": Label("暂停中", "paused"),
    "stopped": Label("已停止", "stopped"),
}
_KINDS = {
    "advisory": Label("提示性时限", "an advisory limit"),
    "service": Label("服务时限", "a service limit"),
    "statutory": Label("法定时限", "a statutory limit"),
}
_PAUSES = {
    "state": Label("因工单状态", "by the state of the case"),
    "act": Label("因批准的中止", "by a suspension that was granted"),
    "closed": Label("工单办结期间", "while it was finished"),
}
_WAITING = {
    "extension": Label("申请延期，待审批", "asks for an extension, not decided yet"),
    "suspension": Label("申请中止计时，待审批", "asks for a suspension, not decided yet"),
}
_INDENT = 2
_FRIDAY = 4


def explanation_text(
    found: Explanation, workflow: Workflow, *, lang: str = "en", columns: int = 110, colour: bool = False
) -> str:
    """The explanation as text, a line end after each line.

    Args:
        found: what ``Engine.explain`` gave.
        workflow: the definition that the case is pinned to.
        lang: ``zh`` or ``en``.
        columns: how wide a terminal is; below 60 counts as 60.
        colour: whether to use ANSI colours.
    """
    speaker = Speaker(workflow=workflow, zone=found.zone, lang=lang)
    return _Text(found, speaker, max(columns, 60), Paint(colour)).render()


class _Text:
    """The sections of one explanation, each a heading with lines below."""

    def __init__(self, found: Explanation, speaker: Speaker, columns: int, paint: Paint) -> None:
        self._found = found
        self._speaker = speaker
        self._columns = columns
        self._paint = paint
        self._lines: list[str] = []

    def render(self) -> str:
        """All sections in the order in which a reader asks."""
        self._heading()
        self._targets()
        self._calendar()
        self._counting()
        self._changes()
        self._rungs()
        self._result()
        return "".join(f"{line}\n" for line in self._lines)

    def _heading(self) -> None:
        found, say = self._found, self._speaker.say
        title = found.title.text(self._speaker.lang) or found.sla
        if found.due is None:
            question = say(
                f"为什么“{title}”暂时没有到期时刻？", f"Why is “{title}” not due at any instant now?"
            )
        else:
            due = self._speaker.moment(found.due)
            question = say(f"为什么“{title}”的期限是 {due}？", f"Why is “{title}” due on {due}?")
        self._lines.append(self._paint(question, "bold"))
        kind = _KINDS[found.kind].text(self._speaker.lang)
        if found.cycle > 1 or found.term > 1:
            kind = say(
                f"{kind}，第{found.cycle}轮，第{found.term}期",
                f"{kind}, cycle {found.cycle}, term {found.term}",
            )
        self._put(kind)

    def _targets(self) -> None:
        say = self._speaker.say
        self._section(say("限额", "How long"))
        targets = self._speaker.workflow.sla(self._found.sla).target
        decided = False
        for line, target in zip(self._found.targets, targets, strict=True):
            how_long = self._how_long(line.until, target.within)
            if target.when is not None:
                condition = self._speaker.condition(target.when)
            else:
                condition = say("其他情况", "otherwise") if len(targets) > 1 else say("所有情况", "always")
            row = say(f"{condition}：{how_long}", f"{condition}: {how_long}")
            if line.won:
                self._put(f"{row}{say('   ← 适用', '   ← this one applies')}", "✓", "bold", "green")
            elif decided:
                self._put(
                    f"{row}{say('   （上面已定，不再看）', '   (not looked at: one above applies)')}",
                    "·",
                    "dim",
                )
            else:
                self._put(f"{row}{say('   （条件不满足）', '   (the condition was not met)')}", "·", "dim")
            decided = decided or line.won
            if line.won and line.amount != self._found.budget:
                kept = (
                    self._how_long(None, self._found.budget) if self._found.budget else say("某日", "a day")
                )
                self._put(say(f"沿用此前的限额：{kept}", f"kept as it was before: {kept}"), "=", "green")
        self._extensions()

    def _extensions(self) -> None:
        """What was granted on top, and what of it does not count (K1)."""
        found, say = self._found, self._speaker.say
        for amount in found.extensions:
            words = self._speaker.amount(amount)
            self._put(say(f"延期{words}", f"and {words} by an extension"), "+", "green")
        if found.extensions:
            original = self._speaker.moment(found.original)
            self._put(say(f"原定期限 {original}", f"originally due on {original}"))

    def _how_long(self, until: str | None, within: object) -> str:
        say = self._speaker.say
        if until is not None:
            field = self._speaker.label("field", until)
            return say(f"到“{field}”那一天为止", f"until the day of “{field}”")
        return self._speaker.amount(within)  # type: ignore[arg-type]  # a target has one of the two

    def _calendar(self) -> None:
        say = self._speaker.say
        name, version = self._found.calendar
        self._section(say("按哪个日历", "By which calendar"))
        zone = self._found.zone
        self._put(
            say(
                f"{name}，内容版本 {version[:12]}，时区 {zone}",
                f"{name}, content version {version[:12]}, zone {zone}",
            )
        )
        if self._found.provisional:
            self._put(
                say(
                    "日历尚未公布到那一天，结果是暂定的",
                    "not announced that far, so the answer is provisional",
                ),
                "!",
            )

    def _counting(self) -> None:
        found, speaker, say = self._found, self._speaker, self._speaker.say
        self._section(say("怎么数", "How it counts"))
        self._put(say(f"起算：{speaker.moment(found.start)}", f"It starts on {speaker.moment(found.start)}."))
        if isinstance(found.budget, WorkingDays):
            self._put(
                say(
                    "按工作日计：当日不算，从下一个工作日数起，到最后一个工作日下班时为止（民法典第201、203条）",
                    "Working days: the day itself does not count, the next working day is the first, and the"
                    " last one ends at close of business (Civil Code of the PRC, art. 201 and 203).",
                )
            )
        elif isinstance(found.budget, WorkingTime):
            self._put(
                say(
                    "只计上班时间，其余时间不走",
                    "Only working time counts; outside of it the clock stands still.",
                )
            )
        elif isinstance(found.budget, CalendarDays):
            self._put(
                say(
                    "按自然日计：当日不算；最后一天是休息日的，顺延到下一个工作日下班",
                    "Calendar days: the day itself does not count; if the last is a rest day, the next"
                    " working day takes its place; it ends at close of business.",
                )
            )
        elif found.budget is None:
            self._put(
                say(
                    "到约定日下班时为止；那天是休息日的，顺延到下一个工作日",
                    "Until close of business of that day, or of the next working day if it is a rest day.",
                )
            )
        else:
            self._put(say("昼夜连续计算，休息日也算", "Plain time, day and night, rest days included."))
            if found.due is not None and not (found.pauses or found.extensions or found.carried):
                sum_ = f"{speaker.moment(found.start)} + {speaker.amount(found.budget)} = {speaker.moment(found.due)}"
                self._put(sum_)
        if found.carried is not None:
            self._put(carried_words(speaker, found.carried, found.budget))
        self._days()
        self._pauses()

    def _days(self) -> None:
        rows = [self._day(line, is_first=number == 0) for number, line in enumerate(self._found.days)]
        if not rows:
            return
        widths = [max(width(row[column]) for row in rows) for column in range(3)]
        for row, line in zip(rows, self._found.days, strict=True):
            text = "  ".join(pad(cell, room) for cell, room in zip(row, (*widths, 0), strict=True)).rstrip()
            style = () if line.counted is not None or (line.worked and not self._counts_days()) else ("dim",)
            self._lines.append(self._paint(" " * (_INDENT + 2) + text, *style))

    def _day(self, line: DayLine, *, is_first: bool) -> tuple[str, str, str, str]:
        """Date, kind of day, what it counts for, the hours that count."""
        speaker, say = self._speaker, self._speaker.say
        date = dt.date.fromordinal(line.day)
        if line.working:
            kind = say("工作日", "working day")
            kind = say(f"{kind}（{line.name}）", f"{kind} ({line.name})") if line.name else kind
        else:
            kind = line.name or (
                say("周末", "weekend") if date.weekday() > _FRIDAY else say("休息日", "rest day")
            )
        stretches = sorted([(*one, "") for one in line.worked] + [(*one, "‖") for one in line.paused])
        hours = " ".join(f"{mark}{speaker.time(begin)}–{speaker.time(end)}" for begin, end, mark in stretches)
        what = ""
        if line.counted is not None:
            what = say(f"第{line.counted}个工作日", f"working day {line.counted}")
            if line.paused:
                what = say(f"{what}（部分）", f"{what} (in part)")
        elif line.paused and line.worked:
            what = say("部分暂停", "paused in part")
        elif line.paused:
            what = say("暂停，不算", "paused, not counted")
        elif not line.working:
            what = say("不算", "does not count")
        elif is_first and self._counts_days() and not line.paused:
            what, hours = say("当日，不算", "the day itself, not counted"), ""
        due = self._found.due
        if due is not None and local(due, speaker.zone).date() == date:
            hours += say(f"  ← {speaker.time(due)} 到期", f"  ← due {speaker.time(due)}")
        return speaker.date(date), kind, what, hours

    def _counts_days(self) -> bool:
        return isinstance(self._found.budget, WorkingDays)

    def _pauses(self) -> None:
        for line in self._found.pauses:
            self._put(self._pause(line), "‖")

    def _pause(self, line: PauseLine) -> str:
        speaker, say = self._speaker, self._speaker.say
        since = speaker.moment(line.begin)
        why = _PAUSES[line.reason].text(speaker.lang)
        if line.by is not None:
            who = speaker.who(line.by)
            why = say(f"{why}（{who}）", f"{why} ({who})")
        if line.is_open:
            return say(
                f"暂停：{since} 起至今，{why}，不计", f"paused since {since}, {why}; this does not count"
            )
        span = f"{since} – {speaker.near(line.end, line.begin)}"
        return say(f"暂停：{span}，{why}，不计", f"paused {span}, {why}; this does not count")

    def _changes(self) -> None:
        """Acts, and changes of the target or the calendar, with who did them."""
        found, speaker, say = self._found, self._speaker, self._speaker.say
        waiting = found.requests
        if not found.changes and not waiting:
            return
        self._section(say("中途变动", "What was done to it"))
        for event in found.changes:
            words = change_words(speaker, event, event.at)
            by = getattr(event, "by", None)
            who = "" if by is None else say(f"（{speaker.who(by)}）", f" ({speaker.who(by)})")
            self._put(f"{speaker.moment(event.at - event.at % US_PER_SECOND)} {words}{who}", "▸")
        for request in waiting:
            who = speaker.who(request.by)
            words = _WAITING[request.act].text(speaker.lang)
            self._put(say(f"{who}{words}", f"{who} {words}"), "?", "yellow")

    def _rungs(self) -> None:
        if not self._found.rungs:
            return
        self._section(self._speaker.say("到时会怎样", "What it sets off"))
        rows = [self._rung(line) for line in self._found.rungs]
        widths = [max(width(row[column]) for row in rows) for column in range(3)]
        for row, line in zip(rows, self._found.rungs, strict=True):
            text = "  ".join(pad(cell, room) for cell, room in zip(row, (*widths, 0), strict=True)).rstrip()
            self._lines.append(self._paint(" " * (_INDENT + 2) + text, *(("yellow",) if line.fired else ())))

    def _rung(self, line: RungLine) -> tuple[str, str, str, str]:
        """When, which rung, which card, whether it fired."""
        speaker, say = self._speaker, self._speaker.say
        when = say("（未定）", "(not known)") if line.at is None else speaker.moment(line.at)
        card = "" if line.card is None else speaker.card(line.card)
        if line.fired:
            state = say("已触发", "fired")
        elif self._found.phase == "stopped":
            state = say("未触发：时限已停", "did not fire: the clock had stopped")
        elif self._found.phase == "paused":
            state = say("暂停中", "paused")
        else:
            state = say("待触发", "to come")
        name = speaker.rung(self._found.sla, line.number)
        if any(one.number == line.number and one.repetition > 1 for one in self._found.rungs):
            name = say(f"{name}（第{line.repetition}次）", f"{name} (no. {line.repetition})")
        return when, name, card, state

    def _result(self) -> None:
        found, say = self._found, self._speaker.say
        self._section(say("结论", "So"))
        verdict = _VERDICTS[found.verdict].text(self._speaker.lang)
        phase = _PHASES[found.phase].text(self._speaker.lang)
        if found.due is None:
            due = say("暂无到期时刻", "not due at any instant now")
        else:
            due = say(f"期限 {self._speaker.moment(found.due)}", f"due {self._speaker.moment(found.due)}")
        style = {"met": "green", "breached": "red"}.get(found.verdict, "bold")
        self._put(say(f"{due}；{phase}，{verdict}", f"{due}; {phase}, {verdict}"), "", "bold", style)
        if found.verdict == "breached" and any(isinstance(one, CalendarChanged) for one in found.changes):
            self._put(
                say(
                    "超时之后改用了新版日历：已超时的期限不变，上面的日子按新版日历",
                    "Its calendar has a new version: the due instant of a late limit stands, while the days above are "
                    "those of the new version.",
                ),
                "!",
            )

    def _section(self, title: str) -> None:
        self._lines.append(" " * _INDENT + self._paint(title, "bold", "cyan"))

    def _put(self, text: str, mark: str = "", *styles: str) -> None:
        """A paragraph of a section."""
        for line in marked(mark, text, self._columns - _INDENT - 2):
            self._lines.append(" " * (_INDENT + 2) + self._paint(line, *styles))
