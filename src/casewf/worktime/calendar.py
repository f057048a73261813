"""``WorkCalendar``: working time between aware datetimes, by a versioned calendar."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from bisect import bisect_right
from collections.abc import Mapping
from typing import Any, ClassVar

from casewf.errors import AmountError, HorizonError, WorkingTimeError
from casewf.model.amount import Amount, WorkingDays, WorkingTime
from casewf.model.hours import Hours
from casewf.worktime.arithmetic import Arithmetic
from casewf.worktime.rules import CalendarRules
from casewf.worktime.wall import NO_WALL, build_wall_table

__all__ = ["ProvisionalDatetime", "WorkCalendar"]

_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_MICROSECOND = dt.timedelta(microseconds=1)


class ProvisionalDatetime(dt.datetime):
    """An instant computed over days that the calendar does not know yet, and so marked (T6).

    It is a datetime in every other respect; ``isinstance(due, ProvisionalDatetime)`` tells it from a firm
    answer.
    """

    provisional: ClassVar[bool] = True


class WorkCalendar(Arithmetic):
    """Which instants are working time, as immutable data, with the arithmetic of limits.

    Datetimes must be aware; they come back as stdlib datetimes in the calendar's zone, exact to the
    microsecond. Every question costs a bisection at any distance (T8): years are laid out when first asked
    for. The integer calls of ``Arithmetic`` are the same arithmetic on epoch microseconds. Calendars are
    equal when their content is, whatever they are called.

    Args:
        zone: an IANA time zone name.
        week: opening hours per weekday ``mon`` ... ``sun`` as pairs of ``HH:MM``; an absent weekday is
        closed.
            ``24:00`` may close a span, and ``("22:00", "06:00")`` belongs to the date on which it opens (T6).
        days_off: dates without work, with their names.
        extra_days: make-up working days, with their names; they have ``extra_hours``.
        day_hours: hours that replace those of one date.
        yearly_off: days off of every year as ``MM-DD``, with their names; a date given above wins over them.
        announced_through: the last date that is known; ``None`` means no horizon. Answers that touch a later
        date
            raise ``HorizonError``.
        extra_hours: hours of make-up days; those of the first open weekday unless given.
        id: a name for errors and explanations; no part of the content.

    Raises:
        WorkingTimeError: something cannot be read or contradicts itself; the text says where.
        EmptyCalendarError: there is no working time at all.
    """

    __slots__ = ("_epoch", "_pin", "_provisional", "_wall")

    def __init__(
        self,
        *,
        zone: str,
        week: Mapping[str, Hours],
        days_off: Mapping[dt.date, str] | None = None,
        extra_days: Mapping[dt.date, str] | None = None,
        day_hours: Mapping[dt.date, Hours] | None = None,
        yearly_off: Mapping[str, str] | None = None,
        announced_through: dt.date | None = None,
        extra_hours: Hours | None = None,
        id: str = "calendar",  # noqa: A002  # the word of calendar files
    ) -> None:
        self._take(
            CalendarRules.read(
                id=id,
                zone=zone,
                week=week,
                days_off=days_off,
                extra_days=extra_days,
                day_hours=day_hours,
                yearly_off=yearly_off,
                announced_through=announced_through,
                extra_hours=extra_hours,
            )
        )

    def _take(self, rules: CalendarRules) -> None:
        super().__init__(rules)
        self._epoch = dt.datetime(1970, 1, 1, tzinfo=self._zone)
        self._wall = NO_WALL
        self._pin: tuple[str, str] | None = None
        self._provisional: WorkCalendar | None = None

    # --- questions ---

    def due(
        self,
        start: dt.datetime,
        amount: Amount,
        *,
        boundary: str = "close",
        anchor: str = "close",
        provisional: bool = False,
    ) -> dt.datetime:
        """The instant at which ``amount`` from ``start`` is used up (T1 to T5).

        Args:
            start: an aware datetime.
            amount: ``WorkingTime`` gives the earliest instant with exactly that much work; ``WorkingDays``
            and
                ``CalendarDays`` do not count the day of ``start``; ``Elapsed`` is plain time. Zero gives
                ``start``.
            boundary: ``"next_open"`` moves an answer outside working time to the next opening.
            anchor: where day amounts end: at ``"close"`` of business or at the ``"same_time"`` of day.
            provisional: past ``announced_through`` answer by the weekly hours alone, as a
            ``ProvisionalDatetime``.

        Raises:
            HorizonError: the answer touches a date past ``announced_through``.
            AmountError: the answer lies more than 400 years away.
            WorkingTimeError: ``start`` is naive, or an argument is not one of those named.
        """
        if boundary == anchor == "close":
            wall = self._wall
            if isinstance(amount, WorkingTime):
                worked = wall.worked(start)
                if worked is not None and 0 < amount.us <= wall.table.done[-1] - worked:
                    return self._datetime(wall.table.earliest(worked + amount.us))
            elif isinstance(amount, WorkingDays):
                place = wall.place(start)
                if place is not None and 0 < amount.days < len(wall.table.closings) - place:
                    return self._datetime(wall.table.closings[place + amount.days])
        t = self._us(start)
        try:
            return self._datetime(self.add_us(t, amount, anchor=anchor, boundary=boundary))
        except HorizonError:
            if not provisional:
                raise
        guess = self._datetime(self.provisional.add_us(t, amount, anchor=anchor, boundary=boundary))
        return ProvisionalDatetime.combine(guess.date(), guess.timetz())

    def before(self, end: dt.datetime, amount: Amount, *, anchor: str = "same_time") -> dt.datetime:
        """The latest instant from which ``amount`` leads to ``end`` (T2).

        ``CalendarDays`` do not roll off a rest day here (E2). Raises as ``due`` does.
        """
        if isinstance(amount, WorkingTime):
            wall = self._wall
            worked = wall.worked(end)
            if worked is not None and 0 < amount.us <= worked:
                return self._datetime(wall.table.latest(worked - amount.us))
        return self._datetime(self.subtract_us(self._us(end), amount, anchor=anchor))

    def between(self, a: dt.datetime, b: dt.datetime) -> dt.timedelta:
        """The working time from ``a`` to ``b``, negative when ``b`` is before ``a`` (T2)."""
        worked = self._wall.between(a, b)
        if worked is not None:
            return _MICROSECOND * worked
        return _MICROSECOND * self.work_between(self._us(a), self._us(b))

    def is_open(self, t: dt.datetime) -> bool:
        """Whether ``t`` is working time; an opening instant is, a closing instant is not (T1)."""
        return self.is_open_us(self._us(t))

    def next_open(self, t: dt.datetime) -> dt.datetime:
        """``t`` itself if it is working time, else the next opening instant."""
        return self._datetime(self.next_open_us(self._us(t)))

    # --- content ---

    @property
    def id(self) -> str:
        """The name for errors and explanations."""
        return self._rules.id

    @property
    def zone(self) -> str:
        """The IANA name of the time zone."""
        return self._rules.zone

    @property
    def announced_through(self) -> dt.date | None:
        """The last date that is known; ``None`` means no horizon."""
        return self._rules.announced_through

    @property
    def version(self) -> str:
        """The content hash (T6): SHA-256, in hex, of ``to_document()`` without its id, as canonical JSON."""
        return self.pin[1]

    @property
    def pin(self) -> tuple[str, str]:
        """``id`` and ``version``, by which a clock names the calendar that it goes by (K6)."""
        if self._pin is None:
            content = self.to_document()
            del content["id"]
            text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
            self._pin = self._rules.id, hashlib.sha256(text.encode()).hexdigest()
        return self._pin

    @property
    def provisional(self) -> WorkCalendar:
        """This calendar without its horizon: later dates follow the week and the yearly days off (T6)."""
        if self.announced_through is None:
            return self
        if self._provisional is None:
            self._provisional = self.from_document(self.to_document() | {"announced_through": None})
        return self._provisional

    def layer(
        self,
        name: str,
        *,
        days_off: Mapping[dt.date, str] | None = None,
        extra_days: Mapping[dt.date, str] | None = None,
        day_hours: Mapping[dt.date, Hours] | None = None,
    ) -> WorkCalendar:
        """A calendar in which these dates win over this one's (T6); its id is ``<id>/<name>``.

        Raises:
            WorkingTimeError: the layer cannot be read, or names one date as off and as worked.
        """
        return self._of(self._rules.layered(f"{self.id}/{name}", days_off, extra_days, day_hours))

    def to_document(self) -> dict[str, Any]:
        """The whole calendar as plain data, ready for JSON and for storing by ``version`` (K6)."""
        return self._rules.to_document()

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> WorkCalendar:
        """The calendar that ``to_document`` wrote down.

        Raises:
            WorkingTimeError: it is no such document, or one of a later format.
        """
        return cls._of(CalendarRules.from_document(document))

    @classmethod
    def _of(cls, rules: CalendarRules) -> WorkCalendar:
        calendar = cls.__new__(cls)
        cls._take(calendar, rules)
        return calendar

    def __reduce__(self) -> tuple[Any, ...]:
        return WorkCalendar.from_document, (self.to_document(),)

    def __eq__(self, other: object) -> bool:
        return self.version == other.version if isinstance(other, WorkCalendar) else NotImplemented

    def __hash__(self) -> int:
        return hash(self.version)

    def __repr__(self) -> str:
        return f"WorkCalendar(id={self.id!r}, zone={self.zone!r}, version={self.version[:12]!r})"

    def _us(self, instant: dt.datetime) -> int:
        """``epoch_us`` by the laid-out offsets; brings the wall table up to date for the next question."""
        table = self._table
        if self._wall.table is not table:
            self._wall = build_wall_table(self._rules, self._zone, table)
        if type(instant) is dt.datetime and instant.tzinfo is self._zone and not instant.fold:
            # Two datetimes of one zone subtract as wall times.
            since = instant - self._epoch
            t = (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds
            offsets = table.offsets
            k = bisect_right(offsets.wall_ends, t) if offsets.changes else 0
            t -= offsets.offsets[k]
            if table.low <= t <= table.high and (k == 0 or t >= offsets.changes[k - 1]):
                return t
        return epoch_us(instant)

    def _datetime(self, t: int) -> dt.datetime:
        table = self._table
        if table.low <= t <= table.high and not table.offsets.changes:
            return self._epoch + _MICROSECOND * (t + table.offsets.offsets[0])
        try:
            return self._zone.fromutc(self._epoch + _MICROSECOND * t)
        except OverflowError:
            raise AmountError(
                f"the instant {t} us lies outside the years 1 to 9999 that dates express"
            ) from None


def epoch_us(instant: dt.datetime) -> int:
    """An aware datetime as UTC microseconds since 1970.

    Raises:
        WorkingTimeError: it is naive, or no datetime.
    """
    try:
        # A subclass may bring an arithmetic of its own; only the standard library's is exact and fast.
        since = instant - _EPOCH if type(instant) is dt.datetime else dt.datetime.__sub__(instant, _EPOCH)
        return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds
    except TypeError:
        pass
    if not isinstance(instant, dt.datetime):
        raise WorkingTimeError(f"expected a datetime, got {instant!r}")
    raise WorkingTimeError(
        f"the datetime {instant} is naive; say whose time it is, for example "
        'instant.replace(tzinfo=ZoneInfo("Asia/Shanghai"))'
    )
