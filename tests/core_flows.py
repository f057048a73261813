"""Two small workflows that the tests of clocks and of ladders share."""

from __future__ import annotations

from casewf.model.clock_events import RungFired
from core_cases import OFFICE, Story, program

CLOCKS = """
main:
  initial: idle
  states: {idle: {}, work: {}, wait: {}, hold: {}, done: {}, shut: {category: closed},
           void: {category: closed, ends_case: true}}
  transitions:
    - {trigger: begin, from: [idle, work, done], to: work, by: desk, accepts: [n, until]}
    - {trigger: wait, from: [work, hold], to: wait, by: desk}
    - {trigger: hold, from: [idle, work, wait], to: hold, by: desk}
    - {trigger: go_on, from: [wait, hold], to: work, by: desk}
    - {trigger: finish, from: [work, wait, hold], to: done, by: [desk, system]}
    - {trigger: close, from: [work, wait, done], to: shut, by: desk}
    - {trigger: end, from: [idle, work, wait, hold, done], to: void, by: desk}
    - {trigger: reopen, from: [done, shut, void], to: work, by: desk}
    - {trigger: ping, from: [idle, work, wait, hold, done], by: desk, accepts: [n, until]}
side:
  initial: free
  states: {free: {category: closed}, busy: {}}
  transitions:
    - {trigger: block, from: free, to: busy, by: desk}
    - {trigger: unblock, from: busy, to: free, by: desk}
"""
CLOCK_FIELDS = """
n: {type: integer, default: 0}
until: {type: date}
"""
LIMIT = "start: {enter: main.work}, stop: {enter: main.done}, target: [{within: 4 hours}]"


def story(slas: str, **more: object) -> Story:
    calendar = more.pop("calendar", OFFICE)
    return Story(program(CLOCKS, slas=slas, fields=CLOCK_FIELDS, calendar=calendar), **more)  # type: ignore[arg-type]


def limit(more: str = "", base: str = LIMIT, **of: object) -> Story:
    return story(f"limit: {{{base}{', ' if more else ''}{more}}}", **of)


def kinds(events: tuple[object, ...]) -> list[str]:
    return [type(event).__name__ for event in events]


PAUSED = "pause: {in: main.wait}"

LADDERS = """
main:
  initial: work
  states: {work: {}, wait: {}, watched: {}, done: {}}
  transitions:
    - {trigger: ping, from: [work, wait, watched], by: desk, accepts: [n]}
    - {trigger: wait, from: work, to: wait, by: desk}
    - {trigger: go_on, from: wait, to: work, by: desk}
    - {trigger: watch, from: work, to: watched, by: [system, boss]}
    - {trigger: strict, from: work, to: watched, by: [system, boss], needs: [org]}
    - {trigger: late, from: [work, watched], to: done, by: [system, desk], when: n > 5}
    - {trigger: finish, from: [work, watched, wait], to: done, by: [desk, system]}
    - {trigger: reopen, from: done, to: work, by: desk}
    - {trigger: clear, from: [work, watched, done], by: boss, clears: cards}
side:
  initial: calm
  states: {calm: {}, alarmed: {}}
  transitions:
    - {trigger: alarm, from: calm, to: alarmed, auto: true, when: state.main == 'watched'}
"""
LADDER_FIELDS = """
n: {type: integer, default: 0, max: 9}
org: {type: org}
seen: {type: text}
"""


def ladder(rungs: str, *, within: str = "4 hours", more: str = "", others: str = "", **of: object) -> Story:
    slas = (
        f"limit:\n  start: {{enter: main.work}}\n  stop: {{enter: main.done}}\n  pause: {{in: main.wait}}\n"
        f"  target: [{{within: {within}}}]\n  reopen: {{fire: reopen}}\n  ladder: [{rungs}]\n{more}\n{others}"
    )
    calendar = of.pop("calendar", OFFICE)
    return Story(program(LADDERS, slas=slas, fields=LADDER_FIELDS, calendar=calendar), **of)  # type: ignore[arg-type]


def fired(story: Story) -> list[tuple[int, int, int]]:
    return [(event.rung, event.repetition, event.scheduled_for) for event in story.happened(RungFired)]


TARGETS = """\
limit:
  start: {enter: main.work}
  stop: {enter: main.done}
  pause: {in: main.wait}
  reopen: {fire: reopen}
"""
