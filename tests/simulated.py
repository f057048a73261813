"""Small profiles and workflows for the tests of the simulation."""

from __future__ import annotations

from casewf.definition import parse_workflow
from casewf.model.workflow import Workflow
from casewf.simulation import Simulation, load_profile, parse_profile
from casewf.simulation.profile import Profile

DESK = """casewf: 1
id: desk
version: 1
calendar: cn-office
roles: {clerk: {zh: 窗口, en: Clerk}, head: {zh: 主管, en: Head}}
fields:
  urgent: {type: boolean, default: false}
  matter: {type: choice, of: [tax, land]}
  amount: {type: decimal, min: 0}
  pages: {type: integer, min: 1, max: 9}
  by: {type: date}
  office: {type: org}
  secret: {type: text, sensitive: true, seen_by: clerk}
tracks:
  desk:
    initial: waiting
    states:
      waiting: {en: Waiting}
      looked_at: {en: Looked at}
      parked: {en: Parked}
      served: {en: Served, category: closed}
    transitions:
      - {trigger: look, from: waiting, to: looked_at, by: clerk, accepts: [matter, amount, pages, by, office, secret]}
      - {trigger: park, from: looked_at, to: parked, by: head}
      - {trigger: unpark, from: parked, to: =previous, by: head}
      - {trigger: serve, from: [waiting, looked_at], to: served, by: clerk, accepts: [matter]}
      - {trigger: leave, from: waiting, to: served, by: clerk}
      - {trigger: sign_off, from: served, by: head, asks: [amount]}
slas:
  serve:
    start: {enter: desk.waiting}
    pause: {in: desk.parked}
    stop: {enter: desk.served}
    target: [{within: 2 hours}]
    ladder: [{at: 50%, notify: head}, {at: due, notify: head}]
    extension: {by: head, not_by: requester, times: 1, asked_by: clerk}
"""

PROFILE = """casewf-profile: 1
workflow: desk
zone: Asia/Shanghai
from: 2024-01-01
days: {days}
drain: 10
organisations: {{hall: {{en: Hall}}}}
staff:
  clerks: {{roles: clerk, org: hall, number: {clerks}{clerk_hours}}}
  heads: {{roles: head, org: hall}}
arrivals: {{people: {{number: {people}, by: clerks, org: hall}}}}
flow:
{flow}
"""

SERVE = "  - {enter: desk.waiting, steps: [{by: clerks, takes: {exponential: 7 minutes}, fire: serve}]}"


COUNTER = """casewf: 1
id: counter
version: 1
calendar: cn-office
roles: {clerk: {zh: 窗口, en: Clerk}}
fields: {}
tracks:
  desk:
    initial: waiting
    states: {waiting: {en: Waiting}, served: {en: Served, category: closed}}
    transitions: [{trigger: serve, from: waiting, to: served, by: clerk}]
"""


def counter(takes: str, *, clerks: int, days: int, people: int) -> Profile:
    """A counter without a limit, open day and night."""
    flow = f"  - {{enter: desk.waiting, steps: [{{by: clerks, takes: {takes}, fire: serve}}]}}"
    written = PROFILE.format(days=days, clerks=clerks, people=people, flow=flow, clerk_hours="")
    written = written.replace("  heads: {roles: head, org: hall}\n", "")
    return parse_profile(written, workflow=parse_workflow(COUNTER))


def desk() -> Workflow:
    return parse_workflow(DESK)


def profile(
    flow: str = SERVE,
    *,
    days: int = 10,
    clerks: int = 3,
    people: int = 4800,
    clerk_hours: str = "",
    heads: int | None = None,
    more: str = "",
    workflow: str = DESK,
) -> Profile:
    written = PROFILE.format(days=days, clerks=clerks, people=people, flow=flow, clerk_hours=clerk_hours)
    if heads is not None:
        written = written.replace("{roles: head, org: hall}", f"{{roles: head, org: hall, number: {heads}}}")
    return parse_profile(written + more, workflow=parse_workflow(workflow))


def ran(of: Profile, *, seed: int = 1, **numbers: int) -> Simulation:
    simulation = Simulation(of, seed=seed, numbers=numbers)
    simulation.run()
    return simulation


def chongqing(days: int) -> Profile:
    return load_profile("chongqing-2024").for_days(days)
