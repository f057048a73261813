"""Calendars from the holiday packages: the notices of China, and the public holidays of other countries.

A package is asked once, when the calendar is built; what comes out is plain data, with a horizon no later than
what the package can know (T6). The names of days are in one language on every machine, because they are part
of a calendar's version.

In China a year is known when its notice is. ``chinesecalendar`` refuses other years; ``holidays`` guesses them in
silence, but only a notice names make-up days, so a year without one is a guess. The notice of the next year
may still move the days after 28 December (for 2019 it moved the 29th and the 31st), so the newest known year
ends there.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from casewf.errors import WorkingTimeError
from casewf.model.hours import WEEKDAYS, Hours
from casewf.worktime.calendar import WorkCalendar
from casewf.worktime.extras import extra

if TYPE_CHECKING:
    from holidays import HolidayBase

__all__ = ["from_chinesecalendar", "from_holidays"]

_LAST_SETTLED_DAY = 28
"""The last day of December that no notice of a next year has moved."""


def from_chinesecalendar(
    *,
    week: Mapping[str, Hours],
    zone: str = "Asia/Shanghai",
    id: str = "cn",  # noqa: A002  # the word of calendar files
    years: Iterable[int] | None = None,
) -> WorkCalendar:
    """The calendar of China's national notices, by the package ``chinesecalendar`` (an extra of that name).

    Days off at weekends close a week that is open then, too. The notices of the package are taken as they are;
    it has 2005-12-31 as a rest day, which by the notice was a make-up day.

    Args:
        week: opening hours, as ``WorkCalendar`` takes them.
        zone: an IANA time zone name.
        id: the calendar's name.
        years: which years to take, without a gap; by default all that the package knows, from 2004.

    Returns:
        A calendar announced through 28 December of its last year, or 31 December where the package knows the
        next year. It has no lower end: before its first year only the weekly hours count.

    Raises:
        WorkingTimeError: the package does not know one of the years, or ``week`` cannot be read.
        EmptyCalendarError: the week has no working time.
        ModuleNotFoundError: the package is not installed.
    """
    with extra("chinesecalendar", "chinese_calendar"):
        from chinese_calendar import Holiday, constants  # noqa: PLC0415  # an extra
    names = {holiday.value: holiday.chinese for holiday in Holiday}
    off, worked = constants.holidays, constants.workdays
    known = {day.year for day in off if (day.month, day.day) == (10, 1)}  # National Day is in every notice
    wanted = _in_a_row(known if years is None else years)
    _refuse_guesses("chinesecalendar", wanted, known)
    is_open = _open_weekdays(zone, week)
    return WorkCalendar(
        id=id,
        zone=zone,
        week=week,
        days_off={d: names[off[d]] for d in off if d.year in wanted and d.weekday() in is_open},
        extra_days={
            d: f"{names[worked[d]]}调休" for d in worked if d.year in wanted and d.weekday() not in is_open
        },
        announced_through=_settled(wanted, known),
    )


def from_holidays(
    country: str,
    *,
    years: Iterable[int],
    week: Mapping[str, Hours],
    zone: str,
    subdivision: str | None = None,
    announced_through: dt.date | None = None,
    id: str | None = None,  # noqa: A002  # the word of calendar files
) -> WorkCalendar:
    """The calendar of a country's public holidays, by the package ``holidays`` (an extra of that name).

    The package works out any year, from the rules that it knows, and does not say which years are settled. So
    for every country but China somebody who knows must say ``announced_through``: governments add days, move
    them, and see the moon. Half holidays are not days off.

    Args:
        country: its ISO 3166 code, such as ``"CN"`` or ``"DE"``.
        years: which years to take, without a gap.
        week: opening hours, as ``WorkCalendar`` takes them.
        zone: an IANA time zone name.
        subdivision: the code of a province or state, as the package has it.
        announced_through: the last date that is settled. For China it may be left out, and may only bring the
            horizon forward: the package knows no later date than the last notice that it has.
        id: the calendar's name; by default the codes, such as ``"de-by"``.

    Returns:
        A calendar with that horizon. It has no lower end: before its first year only the weekly hours count.

    Raises:
        WorkingTimeError: the package does not have the country or subdivision, ``announced_through`` is missing
            or does not lie in the years, or ``week`` cannot be read or answered for.
        EmptyCalendarError: the week has no working time.
        ModuleNotFoundError: the package is not installed.
    """
    wanted = _in_a_row(years)
    is_open = _open_weekdays(zone, week)
    table = _ask_holidays(country, subdivision, wanted)
    china = table.country == "CN"
    horizon = (_china_horizon if china else _told_horizon)(table, wanted, is_open, announced_through)
    days_off: dict[dt.date, str] = {}
    extra_days: dict[dt.date, str] = {}
    for day in _dates(wanted):
        if day.weekday() in is_open and not table.is_working_day(day) and day in table:
            days_off[day] = table[day]
        elif day.weekday() not in is_open and day in table.weekend_workdays:
            extra_days[day] = "调休上班" if china else "make-up working day"
    return WorkCalendar(
        id=id or "-".join(part.lower() for part in (country, subdivision) if part),
        zone=zone,
        week=week,
        days_off=days_off,
        extra_days=extra_days,
        announced_through=horizon,
    )


def _ask_holidays(country: str, subdivision: str | None, wanted: range) -> HolidayBase:
    with extra("holidays", "holidays"):
        import holidays  # noqa: PLC0415  # an extra
    years = range(wanted[0], wanted[-1] + 2)  # the notice of the next year moves days of December
    try:
        table = holidays.country_holidays(country, subdivision, years, expand=False)
    except NotImplementedError as error:
        raise WorkingTimeError(f"holidays: {error}; give the codes that the package lists") from None
    # Unless it is told, the package speaks the language of the machine.
    language = table.default_language
    return holidays.country_holidays(country, subdivision, years, expand=False, language=language)


def _china_horizon(
    table: HolidayBase, wanted: range, is_open: Collection[int], announced_through: dt.date | None
) -> dt.date:
    if table.weekend.intersection(is_open):
        raise WorkingTimeError(
            "week: it is open at weekends, and holidays does not tell the weekend days of a Chinese holiday from "
            "others; use from_chinesecalendar"
        )
    known = {day.year for day in table.weekend_workdays}
    _refuse_guesses("holidays", wanted, known)
    settled = _settled(wanted, known)
    if announced_through is not None and not _first_day(wanted) <= announced_through <= settled:
        raise WorkingTimeError(
            f"announced_through: expected a date of {_first_day(wanted)} to {settled}, which is what the notices "
            f"that holidays has settle, got {announced_through}"
        )
    return announced_through or settled


def _told_horizon(
    table: HolidayBase, wanted: range, _is_open: Collection[int], announced_through: dt.date | None
) -> dt.date:
    _refuse_guesses("holidays", wanted, range(table.start_year, table.end_year + 1))
    last = dt.date(wanted[-1], 12, 31)
    if announced_through is None or not _first_day(wanted) <= announced_through <= last:
        raise WorkingTimeError(
            f"announced_through: expected the last date of {_first_day(wanted)} to {last} that is settled by law, "
            f"got {announced_through}; holidays works out any year and does not say which are settled"
        )
    return announced_through


def _settled(wanted: range, known: Collection[int]) -> dt.date:
    """The last date that the notices of the known years settle among those of the wanted ones."""
    last = wanted[-1]
    return dt.date(last, 12, 31 if last + 1 in known else _LAST_SETTLED_DAY)


def _dates(years: range) -> Iterator[dt.date]:
    first, after = (dt.date(year, 1, 1).toordinal() for year in (years[0], years[-1] + 1))
    return map(dt.date.fromordinal, range(first, after))


def _first_day(wanted: range) -> dt.date:
    return dt.date(wanted[0], 1, 1)


def _in_a_row(years: Iterable[int]) -> range:
    given = sorted(set(years))
    if not given or given[-1] - given[0] >= len(given):
        raise WorkingTimeError(
            f"years: expected one year or several without a gap, such as range(2024, 2027), got {given}; the days "
            "of a year that is left out would count as ordinary ones"
        )
    return range(given[0], given[-1] + 1)


def _refuse_guesses(package: str, wanted: range, known: Collection[int]) -> None:
    unknown = sorted(set(wanted) - set(known))
    if unknown:
        raise WorkingTimeError(
            f"years: {package} has nothing certain about {', '.join(map(str, unknown))}; leave these out, or "
            "install a release of it that knows them"
        )


def _open_weekdays(zone: str, week: Mapping[str, Hours]) -> set[int]:
    """The weekdays, 0 for Monday, on which a week is open; the calendar checks it."""
    return {WEEKDAYS.index(name) for name in WorkCalendar(zone=zone, week=week).to_document()["week"]}
