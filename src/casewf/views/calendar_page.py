"""A calendar's year on a terminal: its months side by side, days off by name, make-up days, and how far it is known."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping

from casewf.model.hours import WEEKDAYS as WEEKDAY_KEYS
from casewf.model.hours import minutes_open, read_hours
from casewf.views.calendar_days import CalendarDays, date_words, dates, hours_words
from casewf.views.text import Paint, beside, marked, pad, shorten, unbroken, width, wrap
from casewf.views.words import WEEKDAYS
from casewf.worktime import WorkCalendar

__all__ = ["calendar_page"]

_CELL = 4
_MONTH = 7 * _CELL
_GAP = 3
_MOST_YEARS = 30
_MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July"),
    *("August", "September", "October", "November", "December"),
)
#: kind of a date: its mark and its words in Chinese and English, and its colours.
_KINDS: Mapping[str, tuple[tuple[str, str], tuple[str, str], tuple[str, ...]]] = {
    "work": (("", ""), ("工作日", "working day"), ()),
    "rest": ((".", "."), ("休息", "at rest"), ("dim",)),
    "off": (("休", "*"), ("放假", "day off"), ("red",)),
    "extra": (("班", "+"), ("调休上班", "make-up day"), ("bold", "green")),
    "hours": (("~", "~"), ("当日另有时间", "hours of its own"), ("yellow",)),
    "unknown": (("?", "?"), ("尚未公布", "not announced"), ("dim",)),
}


def calendar_page(
    calendar: WorkCalendar, year: int, *, lang: str = "en", columns: int = 110, colour: bool = False
) -> str:
    """One year of a calendar as text.

    Args:
        calendar: any working calendar.
        year: the year whose months are shown.
        lang: ``zh`` or ``en``.
        columns: the width of the terminal, at least 60.
        colour: whether to paint it; the marks say the same without.
    """
    return "\n".join(_Page(CalendarDays(calendar), year, lang, columns, Paint(colour)).lines())


class _Page:
    def __init__(self, days: CalendarDays, year: int, lang: str, columns: int, paint: Paint) -> None:
        self._days = days
        self._year = year
        self._lang = lang
        self._columns = columns
        self._paint = paint
        self._dates = dates(dt.date(year, 1, 1), dt.date(year, 12, 31))
        self._kinds = {day: self._kind(day) for day in self._dates}

    def lines(self) -> list[str]:
        """The whole page."""
        return [
            *self._head(),
            "",
            *self._year_head(),
            "",
            *self._months(),
            *self._legend(),
            *self._names(),
            *self._every_year(),
        ]

    def _say(self, zh: str, en: str) -> str:
        return zh if self._lang == "zh" else en

    def _date(self, day: dt.date) -> str:
        return unbroken(date_words(day, self._lang, year=False))

    def _kind(self, day: dt.date) -> str:
        days = self._days
        if not days.is_known(day):
            return "unknown"
        if day in days.extra:
            return "extra"
        if day in days.hours:
            return "hours"
        if days.name_off(day) is not None:
            return "off"
        return "work" if days.is_open_weekday(day) else "rest"

    # The calendar

    def _head(self) -> list[str]:
        calendar = self._days.calendar
        rows = [
            (self._say("时区", "zone"), calendar.zone),
            (self._say("版本", "version"), calendar.version),
            *self._week(),
            (self._say("公布至", "announced"), self._announced()),
        ]
        return [self._paint(calendar.id, "bold"), *self._table(rows)]

    def _week(self) -> list[tuple[str, str]]:
        """The weekly hours, weekdays with the same ones in one row."""
        days, rows = self._days, list[tuple[str, str]]()
        by_hours: dict[str, list[int]] = {}
        for number, key in enumerate(WEEKDAY_KEYS):
            by_hours.setdefault(hours_words(days.week.get(key, [])), []).append(number)
        for hours, numbers in by_hours.items():
            closed = self._say("休息", "closed")
            rows.append((self._weekdays(numbers), f"{hours}{self._length(hours)}" if hours else closed))
        if days.extra:
            hours = hours_words(days.extra_hours)
            rows.append((self._say("调休上班", "make-up days"), f"{hours}{self._length(hours)}"))
        return rows

    def _weekdays(self, numbers: list[int]) -> str:
        """``周一至周五``, ``Mon, Wed``."""
        names = [self._say("周", "") + WEEKDAYS[self._lang][number] for number in numbers]
        if len(numbers) > 2 and numbers[-1] - numbers[0] == len(numbers) - 1:
            return self._say("至", "–").join((names[0], names[-1]))
        return self._say("、", ", ").join(names)

    def _length(self, hours: str) -> str:
        spans = read_hours([span.split("–") for span in hours.split()], "")
        whole, rest = divmod(minutes_open(spans), 60)
        minutes = self._say(f"{rest}分钟", f" {rest} min") if rest else ""
        return self._say(f"（{whole}小时{minutes}）", f" ({whole} h{minutes})")

    def _announced(self) -> str:
        end = self._days.calendar.announced_through
        if end is None:
            return self._say(
                "没有终点：没有写到的年份都按每周时间和每年固定的放假日推算，缺了放假通知也不会提醒。",
                "no end: years that nobody wrote down follow the week and the yearly days off, and nothing tells "
                "that a notice is missing.",
            )
        day = date_words(end, self._lang)
        return self._say(
            f"{day}。期限若要用到此后的日期，会报错或标为暂定，不作猜测；新的放假通知发布后，补上其中的日子，"
            "再把这一天往后移。",
            f"{day}. A limit that needs a later date is an error, or marked as provisional; nothing is guessed. When "
            "the next notice is out, add its days and move this date.",
        )

    def _table(self, rows: Iterable[tuple[str, str]]) -> list[str]:
        rows = [(shorten(name, self._columns // 4), text) for name, text in rows]
        left = max((width(name) for name, _ in rows), default=0)
        lines = []
        for name, text in rows:
            first, *others = wrap(text, self._columns - left - 4)
            lines.append(f"  {self._paint(pad(name, left), 'cyan')}  {first}")
            lines += [" " * (left + 4) + line for line in others]
        return lines

    # The year

    def _count(self, kind: str) -> int:
        return sum(each == kind for each in self._kinds.values())

    def _year_head(self) -> list[str]:
        days = self._days
        known = [day for day in self._dates if days.is_known(day)]
        parts = [
            self._working_days(known),
            self._say(f"放假{self._count('off')}天", _many(self._count("off"), "day") + " off"),
            self._say(f"调休上班{self._count('extra')}天", _many(self._count("extra"), "make-up day")),
        ]
        rest = len(self._dates) - len(known)
        if not known:
            parts = [self._say("尚未公布", "not announced yet")]
        elif rest:
            parts.append(self._say(f"其余{rest}天尚未公布", f"{_many(rest, 'day')} not announced yet"))
        text = self._say("，", ", ").join(parts)
        first, *others = marked(self._say(f"{self._year}年", str(self._year)), text, self._columns)
        return [self._paint(first, "bold"), *others]

    def _working_days(self, days: Iterable[dt.date]) -> str:
        number = self._worked(days)
        return self._say(f"{number}个工作日", _many(number, "working day"))

    def _worked(self, days: Iterable[dt.date]) -> int:
        return sum(self._days.is_worked(day) for day in days)

    def _months(self) -> list[str]:
        """The months in rows of as many as fit."""
        beside_each_other = max(1, (self._columns + _GAP) // (_MONTH + _GAP))
        lines: list[str] = []
        for first in range(1, 13, beside_each_other):
            row = list[str]()
            for number in range(min(beside_each_other, 13 - first)):
                row = beside(row, self._month(first + number), number * (_MONTH + _GAP))
            lines += [*row, ""]
        return lines

    def _month(self, month: int) -> list[str]:
        days = [day for day in self._dates if day.month == month]
        known = [day for day in days if self._days.is_known(day)]
        title = self._say(f"{month}月", _MONTHS[month - 1])
        count = self._working_days(known) if known else ""
        room = " " * (_MONTH - width(title) - width(count) - (_CELL - 2))
        names = [name[:2] for name in WEEKDAYS[self._lang]]
        lines = [
            self._paint(title, "bold") + room + self._paint(count, "dim"),
            self._paint("".join(pad(name, _CELL) for name in names).rstrip(), "dim"),
        ]
        cells = [" " * _CELL] * days[0].weekday() + [self._cell(day) for day in days]
        lines += ["".join(cells[start : start + 7]).rstrip() for start in range(0, len(cells), 7)]
        return lines

    def _cell(self, day: dt.date) -> str:
        marks, _, styles = _KINDS[self._kinds[day]]
        text = f"{day.day:2}{self._say(*marks)}"
        return self._paint(text, *styles) + " " * (_CELL - width(text))

    def _legend(self) -> list[str]:
        lines, used = [""], 0
        for kind, (marks, words, styles) in _KINDS.items():
            if kind not in self._kinds.values():
                continue
            mark, text = f"1{self._say(*marks)}", f" {self._say(*words)}"
            needed = width(mark + text)
            if used and used + _GAP + needed > self._columns:
                lines, used = [*lines, ""], 0
            lines[-1] += " " * (_GAP if used else 0) + self._paint(mark, *styles) + text
            used += (_GAP if used else 0) + needed
        return lines

    # The names

    def _names(self) -> list[str]:
        days, lines = self._days, list[str]()
        off = {day: days.name_off(day) or "" for day, kind in self._kinds.items() if kind == "off"}
        extra = {day: days.extra[day] for day, kind in self._kinds.items() if kind == "extra"}
        hours = {day: hours_words(days.hours[day]) for day in self._dates if day in days.hours}
        for title, rows in (
            (self._say("放假", "Days off"), self._rows(off)),
            (self._say("调休上班", "Make-up days"), self._rows(extra)),
            (self._say("当日另有时间", "Hours of their own"), self._rows(hours)),
        ):
            if rows:
                lines += ["", self._paint(title, "bold"), *self._table(rows)]
        return lines

    def _rows(self, named: Mapping[dt.date, str]) -> list[tuple[str, str]]:
        """A row for each name with its dates; dates without work between them are one stretch."""
        stretches: dict[str, list[list[dt.date]]] = {}
        for day, name in named.items():
            found = stretches.setdefault(name, [])
            if found and not self._worked(dates(found[-1][-1], day)):
                found[-1].append(day)
            else:
                found.append([day])
        joiner = self._say("、", ", ")
        return [(name, joiner.join(map(self._stretch, found))) for name, found in stretches.items()]

    def _stretch(self, days: list[dt.date]) -> str:
        if len(days) == 1:
            return self._date(days[0])
        number = self._say(f"（{len(days)}天）", f" ({_many(len(days), 'day')})")
        return unbroken(self._say(" 至 ", " – ").join((self._date(days[0]), self._date(days[-1]))) + number)

    def _every_year(self) -> list[str]:
        years = self._days.years[-_MOST_YEARS:]
        if not years:
            return []
        text = self._say("、", ", ").join(unbroken(self._whole_year(year)) for year in years)
        title = self._say("各年工作日", "Working days of each year")
        return ["", self._paint(title, "bold"), *(f"  {line}" for line in wrap(text, self._columns - 2))]

    def _whole_year(self, year: int) -> str:
        last = dt.date(year, 12, 31)
        end = min(last, self._days.calendar.announced_through or last)
        count = self._days.working_days(dt.date(year, 1, 1), end)
        until = "" if end == last else self._say(f"（至{end:%m-%d}）", f" (to {end:%m-%d})")
        return self._say(f"{year}年{count}天{until}", f"{year}: {count}{until}")


def _many(number: int, word: str) -> str:
    return f"{number} {word}{'' if number == 1 else 's'}"
