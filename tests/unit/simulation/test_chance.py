"""Distributions, arrivals, who is shared out where, and how figures are rounded."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from random import Random
from zoneinfo import ZoneInfo

import pytest

from casewf.definition import load_calendar
from casewf.simulation.arrivals import _bursts, arrival_times
from casewf.simulation.distributions import Distribution, Source
from casewf.simulation.duty import Duty
from casewf.simulation.organisations import Organisations
from casewf.simulation.profile import Arrivals, Bursts, OrgLevel
from casewf.simulation.result import Spread

HOUR = 3_600_000_000
SHANGHAI = ZoneInfo("Asia/Shanghai")


@pytest.mark.parametrize(
    ("kind", "values", "low", "high"),
    [
        ("fixed", (5.0,), 5, 5),
        ("uniform", (2.0, 8.0), 2, 8),
        ("triangular", (1.0, 2.0, 9.0), 1, 9),
        ("exponential", (6.0,), 0, None),
        ("lognormal", (5.0, 12.0), 0, None),
    ],
)
def test_the_mean_of_many_draws_is_the_mean(
    kind: str, values: tuple[float, ...], low: float, high: float | None
) -> None:
    of = Distribution(kind=kind, values=values)
    drawn = of.batch(Source(1).generator("x"), 20_000)
    assert sum(drawn) / len(drawn) == pytest.approx(of.mean, rel=0.03)
    assert min(drawn) >= low
    assert high is None or max(drawn) <= high


def test_nine_tenths_of_a_lognormal_lie_below_its_second_value() -> None:
    drawn = Distribution(kind="lognormal", values=(5.0, 12.0)).batch(Source(1).generator("x"), 20_000)
    assert sum(one <= 12 for one in drawn) / 20_000 == pytest.approx(0.9, abs=0.01)
    assert sum(one <= 5 for one in drawn) / 20_000 == pytest.approx(0.5, abs=0.015)


def test_generators_depend_on_the_seed_and_on_the_name() -> None:
    drawn = {(seed, name): Source(seed).generator(name).random() for seed in (1, 2) for name in ("a", "b")}
    assert len(set(drawn.values())) == 4
    assert Source(1).generator("a").random() == drawn[1, "a"]


def arrivals(number: int, days: int = 28, **more: object) -> list[dt.datetime]:
    stream = Arrivals(name="calls", number=number, by="x", **more)  # type: ignore[arg-type]
    times = arrival_times(
        stream,
        number,
        zone="Asia/Shanghai",
        first=dt.date(2024, 2, 5),  # a Monday; Spring Festival from the 9th to the 17th
        days=days,
        calendar=load_calendar("cn-office"),
        source=Source(3),
    )
    assert times == sorted(times)
    return [dt.datetime.fromtimestamp(one / 1e6, SHANGHAI) for one in times]


def test_as_many_come_as_are_asked_for_and_in_the_period() -> None:
    found = arrivals(5_000)
    assert len(found) == 5_000
    assert {one.date() for one in found} == {dt.date(2024, 2, 5) + dt.timedelta(days=n) for n in range(28)}


def test_hours_weekdays_and_days_off_have_their_weights() -> None:
    hours = (0.0,) * 9 + (3.0, 1.0) + (0.0,) * 13
    found = arrivals(8_000, hours=hours, weekdays=(2.0, 1, 1, 1, 1, 0.0, 0.0), rest_days=0.5)
    by_hour = Counter(one.hour for one in found)
    assert by_hour.keys() == {9, 10}
    assert by_hour[9] / by_hour[10] == pytest.approx(3, rel=0.1)
    by_day = Counter(one.date() for one in found)
    assert all(day.weekday() < 5 for day in by_day)
    monday, tuesday, festival = dt.date(2024, 2, 26), dt.date(2024, 2, 27), dt.date(2024, 2, 13)
    assert by_day[monday] / by_day[tuesday] == pytest.approx(2, rel=0.2)
    assert by_day[tuesday] / by_day[festival] == pytest.approx(2, rel=0.25)


def test_bursts_are_among_the_number_and_close_together() -> None:
    every = Distribution(kind="fixed", values=(7 * 24.0 * HOUR,))
    bursts = Bursts(every=every, size=Distribution(kind="fixed", values=(50.0,)), within=HOUR)
    found = arrivals(300, bursts=bursts)
    assert len(found) == 300
    by_hour = Counter((one.date(), one.hour) for one in found)
    assert [day.isoformat() for (day, _), number in sorted(by_hour.items()) if number > 20] == [
        "2024-02-12",
        "2024-02-19",
        "2024-02-26",
    ]


def test_of_bursts_no_more_are_drawn_than_are_wanted() -> None:
    """Without an end it would draw a burst for every second of the year, and of one burst a thousand million."""
    every, many = (Distribution(kind="fixed", values=(one,)) for one in (1_000_000.0, 1e9))
    assert len(arrivals(300, bursts=Bursts(every=every, size=many, within=HOUR))) == 300
    drawn = _Counted()
    bursts = Bursts(every=every, size=Distribution(kind="fixed", values=(2.0,)), within=HOUR)
    assert len(_bursts(bursts, 0, 366 * 24 * HOUR, 301, drawn)) == 301
    assert drawn.count == 301


class _Counted(Random):
    """A generator that counts how often it is asked."""

    count = 0

    def random(self) -> float:
        self.count += 1
        return super().random()


LEVELS = (
    OrgLevel(name="city"),
    OrgLevel(name="district", under="city", number=3, weights=(6.0, 3.0, 1.0)),
    OrgLevel(name="street", under="district", number=12),
)


def test_units_have_names_and_those_above_them() -> None:
    of = Organisations(LEVELS)
    assert of.units["district"] == ["district-1", "district-2", "district-3"]
    assert of.units["street"][0] == "street-1-01"
    assert of.lineage["street-2-12"] == ("street-2-12", "district-2", "city")


def test_a_case_falls_to_a_street_of_its_district_by_weight() -> None:
    of, random = Organisations(LEVELS), Source(1).generator("place")
    places = [of.draw(random) for _ in range(5_000)]
    assert all(street.startswith(f"street-{district[-1]}-") for _, district, street in places)
    share = Counter(district for _, district, _ in places)
    assert share["district-1"] / 5_000 == pytest.approx(0.6, abs=0.03)


@pytest.mark.parametrize(
    ("number", "each"), [(3, [1, 1, 1]), (6, [3, 2, 1]), (13, [7, 4, 2]), (103, [61, 31, 11])]
)
def test_people_are_shared_out_by_weight_and_everybody_gets_one(number: int, each: list[int]) -> None:
    assert Organisations(LEVELS).shared_out(number, "district") == each


def test_duty_goes_on_where_it_stopped() -> None:
    duty = Duty([(10, 20), (30, 40), (20, 22)])
    assert [duty.after(at, 5) for at in (0, 10, 12, 19, 22, 33)] == [15, 15, 17, 32, 35, 38]
    assert [duty.after(10, work) for work in (12, 13, 22, 25)] == [22, 31, 40, 43]
    assert [duty.next_on(at) for at in (5, 10, 21, 22, 40)] == [10, 10, 21, 30, None]
    assert [duty.on(at) for at in (9, 10, 21, 22, 39, 40)] == [False, True, True, False, True, False]
    assert duty.worked(35) - duty.worked(15) == 12


def test_percentiles_are_amounts_that_there_were() -> None:
    spread = Spread.of([float(one) for one in range(1, 101)])
    assert spread is not None
    assert (spread.median, spread.p90, spread.p95, spread.most, spread.mean) == (50, 90, 95, 100, 50.5)
    assert Spread.of([]) is None
