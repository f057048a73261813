"""When cases arrive: by the hour of the day, the day of the week, days off, and in bursts."""

from __future__ import annotations

import datetime as dt
from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate
from random import Random

from casewf.model.amount import US_PER_DAY, US_PER_HOUR
from casewf.model.zone import load_zone
from casewf.simulation.distributions import Source
from casewf.simulation.profile import Arrivals, Bursts
from casewf.worktime import WorkCalendar, epoch_us

__all__ = ["arrival_times"]


def arrival_times(
    stream: Arrivals,
    number: int,
    *,
    zone: str,
    first: dt.date,
    days: int,
    calendar: WorkCalendar,
    source: Source,
) -> list[int]:
    """The instants at which so many cases of a stream arrive, in order.

    Given how many they are, each comes at any instant as likely as the intensity there says, as the arrivals of a
    Poisson process do.

    Args:
        stream: which.
        number: how many.
        zone: whose hours and days.
        first: the first day on which they do.
        days: on how many days they do.
        calendar: what a day off is.
        source: the generators.
    """
    place, name = load_zone(zone), f"arrivals.{stream.name}"
    begin = epoch_us(dt.datetime.combine(first, dt.time(), place))
    end = epoch_us(dt.datetime.combine(first + dt.timedelta(days=days), dt.time(), place))
    found: list[int] = []
    if stream.bursts is not None:
        random = source.generator(f"{name}.bursts")
        found = _bursts(stream.bursts, begin, end, number, random)
    hours, sums = _intensity(stream, place, first, days, calendar)
    random = source.generator(name)
    found += [_one(random, hours, sums) for _ in range(number - len(found))]
    return sorted(found)


def _one(random: Random, hours: Sequence[int], sums: Sequence[float]) -> int:
    hour = bisect_right(sums, random.random() * sums[-1], 0, len(sums) - 1)
    return hours[hour] + int(random.random() * US_PER_HOUR)


def _bursts(bursts: Bursts, begin: int, end: int, most: int, random: Random) -> list[int]:
    """The arrivals of bursts until there are as many as are wanted; no more are drawn."""
    found: list[int] = []
    at = begin
    while len(found) < most:
        at += round(bursts.every.batch(random, 1)[0])
        if at >= end:
            break
        size = min(round(bursts.size.batch(random, 1)[0]), most - len(found))
        found += [one for _ in range(size) if (one := at + int(random.random() * bursts.within)) < end]
    return found


def _intensity(
    stream: Arrivals, zone: dt.tzinfo, first: dt.date, days: int, calendar: WorkCalendar
) -> tuple[list[int], list[float]]:
    """The beginning of each hour, and how likely an arrival falls before its end, not yet divided by the whole."""
    by_hour = stream.hours or (1.0,) * 24
    by_weekday = stream.weekdays or (1.0,) * 7
    hours: list[int] = []
    weights: list[float] = []
    for number in range(days):
        day = first + dt.timedelta(days=number)
        midnight = epoch_us(dt.datetime.combine(day, dt.time(), zone))
        weight = by_weekday[day.weekday()]
        if stream.rest_days != 1 and not calendar.work_between(midnight, midnight + US_PER_DAY):
            weight *= stream.rest_days
        for hour, of_hour in enumerate(by_hour):
            hours.append(epoch_us(dt.datetime.combine(day, dt.time(hour), zone)))
            weights.append(weight * of_hour)
    return hours, list(accumulate(weights))
