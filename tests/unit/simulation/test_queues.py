"""People and queues: held against the theory of queues, and rule by rule."""

from __future__ import annotations

import datetime as dt
import gc
import json
import math
from zoneinfo import ZoneInfo

import attrs
import pytest

from casewf.definition import parse_workflow
from casewf.model.commands import Fire, Open
from casewf.model.events import Opened
from casewf.simulation import Simulation, measure, parse_profile
from casewf.simulation.exports import result_json
from casewf.simulation.profile import Weighted
from casewf.simulation.staff import Group
from casewf.simulation.tables import sheets
from simulated import DESK, PROFILE, counter, profile, ran

MINUTE = 60_000_000


def erlang_c(servers: int, load: float) -> float:
    """How likely somebody has to wait, in a queue M/M/c."""
    top = load**servers / math.factorial(servers) * servers / (servers - load)
    return top / (sum(load**k / math.factorial(k) for k in range(servers)) + top)


def waits(group: Group) -> list[float]:
    return [(begun - queued) / MINUTE for queued, begun in zip(group.queued, group.begun, strict=True)]


def test_three_clerks_day_and_night_wait_as_erlang_says() -> None:
    """M/M/3: 15 arrivals an hour, 7 minutes each. Tolerances are three standard errors, as twelve seeds have them.

    Over 390,000 customers of twelve seeds the mean is 0.983 ± 0.013 of the theory, and as many wait, within 0.0014.
    """
    group = ran(counter("{exponential: 7 minutes}", clerks=3, days=30, people=10_800), seed=3).groups[
        "clerks"
    ]
    rate, service, servers = 15 / 60, 7.0, 3
    likely = erlang_c(servers, rate * service)
    waited = waits(group)
    assert abs(sum(one > 0 for one in waited) / len(waited) - likely) < 0.03
    assert abs(sum(waited) / len(waited) / (likely / (servers / service - rate)) - 1) < 0.2


def test_one_clerk_with_a_fixed_time_waits_half_as_long() -> None:
    """M/D/1 waits half of M/M/1, which waits rho / (mu - lambda)."""
    group = ran(counter("6 minutes", clerks=1, days=60, people=7_200), seed=5).groups["clerks"]
    rate, service = 5 / 60, 6.0
    expected = rate * service / (1 / service - rate) / 2
    waited = waits(group)
    assert abs(sum(waited) / len(waited) / expected - 1) < 0.09


def test_a_clerk_is_busy_as_long_as_his_tasks_take() -> None:
    flow = "  - {enter: desk.waiting, steps: [{by: clerks, takes: 6 minutes, fire: serve}]}"
    simulation = ran(profile(flow, days=10, clerks=2, people=240))
    result = measure(simulation)
    (clerks,) = result.groups
    assert clerks.load == 240 * 6 / (2 * 10 * 24 * 60)
    assert clerks.waited is not None
    assert clerks.waited.count == 240


def test_who_goes_by_a_calendar_begins_in_working_time_only() -> None:
    simulation = ran(profile(days=7, people=300, clerk_hours=", calendar: cn-office"))
    calendar = simulation.profile.calendars["cn-office"]
    begun = simulation.groups["clerks"].begun
    assert begun
    assert all(calendar.is_open_us(one) for one in begun)


def test_working_time_goes_on_with_the_next_working_day() -> None:
    """Five hours of work do not end on the day on which they begin after noon."""
    flow = "  - {enter: desk.waiting, steps: [{by: clerks, takes: 5 working hours, fire: serve}]}"
    done: list[tuple[int, int]] = []
    of = profile(flow, days=5, clerks=1, people=1, clerk_hours=", calendar: cn-office")
    simulation = Simulation(of, watcher=lambda at, case, command, events: done.append((at, len(events))))
    simulation.run()
    calendar = of.calendars["cn-office"]
    (begun,) = simulation.groups["clerks"].begun
    served = next(at for at, _ in done if calendar.work_between(begun, at) == 5 * 60 * MINUTE)
    assert served == calendar.work_after(begun, 5 * 60 * MINUTE)


def test_what_waits_at_closing_time_is_begun_when_the_office_opens() -> None:
    flow = "  - {enter: desk.waiting, steps: [{by: clerks, takes: 70 minutes, fire: serve}]}"
    of = profile(flow, days=1, clerks=1, people=3, clerk_hours=", calendar: cn-office")
    of = attrs.evolve(of, begins=dt.date(2024, 1, 5))  # a Friday
    evening = attrs.evolve(of.arrivals[0], hours=(0.0,) * 17 + (1.0,) + (0.0,) * 6)
    begun = ran(attrs.evolve(of, arrivals=(evening,))).groups["clerks"].begun
    local = [dt.datetime.fromtimestamp(one / 1e6, ZoneInfo("Asia/Shanghai")) for one in begun]
    assert [f"{one:%a %H:%M}" for one in local][1:] == ["Mon 09:00", "Mon 10:10"]
    assert local[0].hour == 17


def test_nobody_is_on_duty_between_shifts() -> None:
    hours = ', shifts: [{hours: "08:00-12:00", people: 2}]'
    simulation = ran(profile(days=4, clerks=3, people=200, clerk_hours=hours))
    zone = 8 * 3_600 * 1_000_000
    for begun in simulation.groups["clerks"].begun:
        assert 8 <= (begun + zone) / 3_600_000_000 % 24 < 12
    people = simulation.groups["clerks"].pools["hall"].people
    on_duty = [person.duty.done[-1] / 3_600_000_000 for person in people if person.duty is not None]
    assert sum(on_duty) == 2 * 4 * (4 + 10 + 1)
    assert max(on_duty) - min(on_duty) <= 4


def test_urgent_cases_go_first() -> None:
    flow = "  - {enter: desk.waiting, steps: [{by: clerks, takes: 20 minutes, fire: serve}]}"
    of = profile(flow, days=5, clerks=1, people=450, more="first: urgent\n")
    many = of.arrivals[0]
    mixed = attrs.evolve(many, data={"urgent": Weighted((True, False), (1.0, 9.0))})
    of = attrs.evolve(of, arrivals=(mixed,))
    cases: list[Opened] = []
    simulation = Simulation(
        of,
        watcher=lambda at, case, command, events: cases.extend(
            one for one in events if isinstance(one, Opened)
        ),
    )
    simulation.run()
    group = simulation.groups["clerks"]
    # tasks are begun in the order of `begun`; an urgent one waits for one task at most, and for those of its kind
    order = sorted(zip(group.begun, group.queued, strict=True))
    waited = {queued: begun - queued for begun, queued in order}
    urgent = [waited[one.at] for one in cases if one.fields["urgent"]]
    others = [waited[one.at] for one in cases if not one.fields["urgent"]]
    assert sum(urgent) / len(urgent) * 3 < sum(others) / len(others)


def test_who_gives_up_is_counted_and_goes_another_way() -> None:
    flow = """  - enter: desk.waiting
    steps:
      - by: clerks
        takes: 30 minutes
        fire: serve
        gives_up: 5 minutes
        otherwise: [{by: clerks, fire: leave}]"""
    simulation = ran(profile(flow, days=2, clerks=1, people=200))
    (clerks,) = measure(simulation).groups
    assert clerks.given_up > 50
    assert clerks.given_up + len(simulation.groups["clerks"].begun) == 200
    assert all(one <= 5 for one in waits(simulation.groups["clerks"]))
    assert simulation.refused == {}


def test_a_skill_is_needed_where_it_is_asked_for() -> None:
    flow = """  - enter: desk.waiting
    steps: [{by: clerks, takes: 30 minutes, fire: serve, skill: land}]"""
    hours = ", skills: {land: 1}"
    simulation = ran(profile(flow, days=2, clerks=3, people=60, clerk_hours=hours))
    busy = [person.busy > 0 for person in simulation.groups["clerks"].pools["hall"].people]
    assert busy == [True, False, False]


def test_the_days_of_a_result_are_those_of_the_cases_and_tasks() -> None:
    """Backlog and longest queue, counted anew by looking at every day, and at every instant of it."""
    flow = "  - {enter: desk.waiting, steps: [{by: clerks, takes: 50 minutes, fire: serve}]}"
    seen: dict[str, list[int]] = {}
    simulation = Simulation(
        profile(flow, days=3, clerks=1, people=100),
        watcher=lambda at, case, command, events: (
            seen.setdefault(case, []).append(at) if isinstance(command, Open | Fire) else None
        ),
    )
    simulation.run()
    result = measure(simulation)
    day = 24 * 60 * MINUTE
    ends = [simulation.begin + (number + 1) * day for number in range(13)]
    assert result.backlog == tuple(
        sum(opened < end and served >= end for opened, served in seen.values()) for end in ends
    )
    assert result.backlog[0] > 3
    group = simulation.groups["clerks"]
    tasks = list(zip(group.queued, group.begun, strict=True))
    longest = [
        max(
            sum(queued <= at < begun for queued, begun in tasks)
            for at in [end - day, *(one for one in group.queued if end - day <= one < end)]
        )
        for end in ends
    ]
    assert list(result.groups[0].longest) == longest
    assert max(longest) > 10


def test_a_task_whose_case_leaves_the_state_is_no_longer_needed() -> None:
    """Every task is begun, not needed any more, or left; and it is in the queue for as long as it waits."""
    flow = """  - {enter: desk.waiting, steps: [{by: clerks, takes: 3 hours, fire: serve}]}
  - {warned: serve, steps: [{by: heads, after: 9 hours, fire: look}]}"""
    wanted = DESK.replace("to: looked_at, by: clerk,", "to: looked_at, by: [clerk, head],")
    written = PROFILE.format(days=1, clerks=1, people=200, flow=flow, clerk_hours="")
    simulation = Simulation(
        parse_profile(
            written.replace("from: 2024-01-01", "from: 2024-01-02"), workflow=parse_workflow(wanted)
        )
    )
    simulation.run()
    result = measure(simulation)
    group, (clerks,) = simulation.groups["clerks"], result.groups
    assert clerks.not_needed > 100
    assert len(group.begun) + clerks.not_needed + clerks.left == 200
    assert clerks.given_up == 0
    stays = [*zip(group.queued, group.begun, strict=True), *group.dropped]
    first = [at for at, _ in stays if at < simulation.begin + 24 * 60 * MINUTE]
    assert clerks.longest[0] == max(sum(queued <= at < until for queued, until in stays) for at in first)
    assert clerks.longest[0] > 50
    assert json.loads(result_json([result], simulation.profile, seed=1))["runs"][0]["groups"][0][
        "not_needed"
    ] == len(group.dropped)
    (sheet,) = [one for one in sheets([result], simulation.profile, "en") if "queues" in one.title]
    assert sheet.rows[0][-1] == f"0 / {clerks.not_needed} / {clerks.left}"


@pytest.mark.parametrize(
    "hours", ["", ", calendar: cn-office", ', shifts: [{hours: "08:00-16:00", people: 1}]']
)
@pytest.mark.parametrize("takes", ["30 hours", "30 working hours", "200 minutes"])
def test_nobody_is_busy_for_longer_than_he_is_there(hours: str, takes: str) -> None:
    flow = f"  - {{enter: desk.waiting, steps: [{{by: clerks, takes: {takes}, fire: serve}}]}}"
    result = measure(ran(profile(flow, days=4, clerks=1, people=60, clerk_hours=hours)))
    (clerks,) = result.groups
    assert 0.7 < clerks.load <= 1
    assert clerks.busiest == clerks.load


def test_a_run_leaves_no_garbage_in_circles() -> None:
    """Nobody looks for garbage while it runs, so memory would follow the whole run and not what is under way."""
    of = profile(days=3, clerks=1, people=400)
    gc.collect()
    gc.disable()
    try:
        simulation = ran(of)
        assert gc.collect() == 0
    finally:
        gc.enable()
    assert max(measure(simulation).groups[0].longest) > 1
