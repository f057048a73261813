"""Whose working time an amount is of: the group's calendar or shifts, else the workflow's calendar."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import attrs
import pytest

from casewf.model.commands import Command
from casewf.model.events import Event
from casewf.simulation import Simulation
from simulated import profile

SHIFTS = ', shifts: [{hours: "20:00-22:00", people: 1}, {hours: "22:00-23:00", people: 1}]'
OFFICE = ", calendar: cn-office"


def served(step: str, hours: str, *, clerks: int = 2, people: int = 1) -> list[str]:
    """When cases of Tuesday 2 January 2024, from 16:00 to 17:00, are left or served, or looked at."""
    of = profile(
        f"  - {{enter: desk.waiting, steps: [{step}]}}",
        clerks=clerks,
        people=people,
        days=1,
        clerk_hours=hours,
    )
    stream = attrs.evolve(of.arrivals[0], hours=(0.0,) * 16 + (1.0,) + (0.0,) * 7)
    done: dict[str, list[int]] = {}

    def see(at: int, case: str, _command: Command, _events: tuple[Event, ...]) -> None:
        done.setdefault(case, []).append(at)

    Simulation(attrs.evolve(of, begins=dt.date(2024, 1, 2), arrivals=(stream,)), watcher=see).run()
    zone = ZoneInfo("Asia/Shanghai")
    ends = sorted(times[-1] for times in done.values())
    return [f"{dt.datetime.fromtimestamp(one / 1e6, zone):%a %H}" for one in ends]


@pytest.mark.parametrize(("hours", "end"), [("", "Wed 11"), (OFFICE, "Wed 11"), (SHIFTS, "Wed 22")])
def test_what_takes_working_time(hours: str, end: str) -> None:
    """Four hours from between 16:00 and 17:00; who is there from 20:00 to 22:00 needs two evenings."""
    assert served("{by: clerks, takes: 4 working hours, fire: serve}", hours) == [end]


@pytest.mark.parametrize(("hours", "end"), [("", "Wed 11"), (OFFICE, "Wed 11"), (SHIFTS, "Wed 21")])
def test_after_working_time(hours: str, end: str) -> None:
    """Somebody is there for three hours each evening, so four are over at nine o'clock the next."""
    assert served("{by: clerks, after: 4 working hours, fire: serve}", hours) == [end]


@pytest.mark.parametrize(("hours", "end"), [("", "Wed 11"), (OFFICE, "Wed 11"), (SHIFTS, "Wed 21")])
def test_who_gives_up_after_working_time(hours: str, end: str) -> None:
    """The clerks are busy for days with the first cases; the last one waits for four hours."""
    step = "{by: clerks, takes: 9 days, fire: serve, gives_up: 4 working hours, otherwise: [{by: clerks, fire: leave}]}"
    assert end in served(step, hours, people=3)
