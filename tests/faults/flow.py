"""A workflow that has everything that can be lost or doubled, small enough for thousands of runs."""

from __future__ import annotations

from casewf.definition.load import parse_workflow
from casewf.model.case import Actor
from casewf.model.directory import StaticDirectory
from casewf.model.quiet_hours import QuietHours
from casewf.ports.outside import Person

MARKED = ("note", "begin", "wait", "go_on", "spawn", "close", "reopen")
"""The triggers of people; each takes a ``mark``, which tells in the history which command moved the case."""

JOB = """
casewf: 1
id: job
version: 1
calendar: cn-office
roles: {desk: {zh: 窗口, en: Desk}, boss: {zh: 领导, en: Boss}}
cards: {yellow: {zh: 黄牌, en: Yellow}, red: {zh: 红牌, en: Red}}
fields:
  mark: {type: text, title: {zh: 标记, en: Mark}}
  phone: {type: text, sensitive: true, seen_by: [desk]}
  number: {type: text}
opening: {by: desk, accepts: [mark, phone]}
tracks:
  main:
    initial: received
    states:
      received: {zh: 受理, en: Received}
      working: {zh: 办理, en: Working}
      waiting: {zh: 等待, en: Waiting}
      closed: {zh: 办结, en: Closed, category: closed}
      filed: {zh: 归档, en: Filed, category: closed}
    transitions:
      - {trigger: note, from: [received, working, waiting], by: desk, accepts: [mark]}
      - {trigger: begin, from: received, to: working, by: desk, accepts: [mark],
         effects: [{notify: desk}, {hook: again}]}
      - {trigger: wait, from: working, to: waiting, by: desk, accepts: [mark], effects: [{notify: boss}]}
      - {trigger: go_on, from: waiting, to: working, by: desk, accepts: [mark], effects: [{notify: desk}]}
      - {trigger: spawn, from: [working, waiting], by: desk, accepts: [mark],
         effects: [{open: part, with: {mark: mark}, carry: [phone]}]}
      - {trigger: close, from: [working, waiting], to: closed, by: desk, accepts: [mark],
         effects: [{notify: boss}, {hook: audit}]}
      - {trigger: file, from: closed, to: filed, auto: true, when: children.open == 0 and children.total > 0}
      - {trigger: reopen, from: [closed, filed], to: working, by: desk, accepts: [mark],
         effects: [{push: platform, send: [mark, phone], retry: [1 minute, 5 minutes]}]}
  platform:
    initial: unopened
    states:
      unopened: {zh: 未推送, en: Not pushed, category: closed}
      pending: {zh: 待推送, en: To be pushed, category: closed}
      pushed: {zh: 已推送, en: Pushed, category: closed}
      failed: {zh: 推送失败, en: Failed, category: closed}
    transitions:
      - trigger: p_open
        from: unopened
        to: pending
        auto: true
        when: state.main == 'working'
        effects: [{push: platform, send: [mark, phone], on_ok: p_ok, on_fail: p_fail, retry: [1 minute, 5 minutes]}]
      - {trigger: p_ok, from: [pending, failed], to: pushed, by: system, accepts: [number]}
      - {trigger: p_fail, from: [pending, failed], to: failed, by: system}
  oversight:
    initial: calm
    states: {calm: {zh: 正常, en: Calm, category: closed}, watched: {zh: 督办, en: Watched, category: closed}}
    transitions: [{trigger: watch, from: calm, to: watched, by: system, effects: [{hook: audit}]}]
slas:
  answer:
    start: {enter: main.working}
    pause: {in: main.waiting}
    stop: {enter: main.closed}
    target: [{within: 4 hours}]
    ladder:
      - {at: 50%, notify: desk}
      - {at: due, notify: [desk, boss], card: yellow}
      - {after: 1 hour, card: red, fire: watch}
      - {after: 2 hours, every: 1 hour, times: 2, hook: audit}
    extension: {by: boss, times: 9, up_to: 40 hours}
    on_reopen: continue
  hours:
    start: {enter: main.working}
    stop: {enter: main.closed}
    target: [{within: 6 working hours}]
    ladder: [{at: 80%, notify: desk}, {at: due, hook: audit}]
    on_reopen: restart
  total:
    start: {enter: main.received}
    stop: {enter: main.closed}
    target: [{within: 12 hours}]
    ladder:
      - {at: 50%, notify: desk}
      - {at: due, notify: boss, card: red}
      - {after: 6 hours, every: 6 hours, times: 2, hook: audit}
    on_reopen: restart
"""

TOTAL_RUNGS = ((0, 1, 6), (1, 1, 12), (2, 1, 18), (2, 2, 24))
"""(rung, repetition, hours after the start) of ``total``, which nothing pauses or extends, so that this is known."""

PART = """
casewf: 1
id: part
version: 1
calendar: cn-office
roles: {desk: {zh: 窗口, en: Desk}}
fields:
  mark: {type: text}
  phone: {type: text, sensitive: true, seen_by: [desk]}
opening: {by: desk, accepts: [mark, phone]}
tracks:
  main:
    initial: open
    states: {open: {zh: 办理, en: Open}, ended: {zh: 办结, en: Ended, category: closed}}
    transitions:
      - {trigger: note, from: open, by: desk, accepts: [mark]}
      - {trigger: close, from: open, to: ended, by: desk, accepts: [mark]}
      - {trigger: reopen, from: ended, to: open, by: desk, accepts: [mark]}
slas:
  limit:
    start: {enter: main.open}
    stop: {enter: main.ended}
    target: [{within: 3 hours}]
    ladder: [{at: due, notify: desk}]
    on_reopen: restart
"""

WORKFLOWS = (parse_workflow(JOB), parse_workflow(PART))
DESK = Actor("ann", frozenset({"desk"}), "north")
BOSS = Actor("bo", frozenset({"boss"}), "north")
DIRECTORY = StaticDirectory(
    {"north": None},
    {
        "north": [
            Person("ann", "安", frozenset({"desk"})),
            Person(
                "amy",
                "艾",
                frozenset({"desk"}),
                quiet=QuietHours.daily("12:00", "14:00", zone="Asia/Shanghai"),
            ),
            Person(
                "bo",
                "博",
                frozenset({"boss"}),
                quiet=QuietHours.daily("20:00", "07:00", zone="Asia/Shanghai"),
            ),
        ]
    },
)
HOUR_US = 3_600_000_000
START_US = 1_773_626_400_000_000
"""2026-03-16 10:00 in Shanghai, a Monday."""
