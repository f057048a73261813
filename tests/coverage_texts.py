"""A workflow of which every point can be counted by hand, and stories on it, for the tests of story coverage."""

from __future__ import annotations

PARCEL = """casewf: 1
id: parcel
version: 1
title: {zh: 包裹, en: Parcel}
calendar: cn-office
roles: {clerk: {zh: 窗口, en: Clerk}}
fields:
  urgent: {type: boolean, default: false, title: {zh: 加急, en: Urgent}}
  weight: {type: integer, title: {zh: 重量, en: Weight}}
tracks:
  main:
    initial: new
    states:
      new: {zh: 新到, en: New}
      open: {zh: 办理, en: Open}
      done: {zh: 办结, en: Done, category: closed}
    transitions:
      - {trigger: take, from: new, to: open, by: clerk, when: urgent or weight > 10}
      - {trigger: take, from: new, to: open, by: clerk}
      - {trigger: finish, from: [new, open], to: done, by: clerk, when: not urgent}
slas:
  handle:
    start: {enter: main.open, when: weight > 5}
    stop: {enter: main.done}
    target:
      - when: urgent
        within: 1 working day
        ladder:
          - {at: due, notify: clerk}
      - {within: 2 working days}
    ladder:
      - {at: 50%, notify: clerk}
      - {at: due, notify: clerk}
"""
"""4 transitions; 4 guards, 8 answers; 2 conditions, 4 answers; 2 targets; 3 rungs."""

TOP = """casewf-story: 1
title: {zh: 包裹, en: A parcel}
workflow: ./parcel.yaml
zone: Asia/Shanghai
people: {wu: {roles: [clerk]}}
case: {id: p-1}
steps:
"""

HEAVY = f"""{TOP}  - {{at: 2026-03-02 09:00, open: {{weight: 7}}, by: wu}}
  - {{at: 10:00, fire: take, by: wu}}
  - {{at: 2026-03-05 09:00, fire: finish, by: wu}}
"""
"""Takes the second row of ``take``, is late, and finishes from ``open``."""

URGENT = f"""{TOP}  - {{at: 2026-03-02 09:00, open: {{urgent: true}}, by: wu}}
  - {{fire: finish, by: wu, refused: [guard_not_met]}}
  - {{fire: take, by: wu, expect: {{clocks: {{handle: none}}}}}}
"""
"""Is refused ``finish``, takes the first row of ``take`` without its second condition, and starts no clock."""

LOOKS = f"""{TOP}  - {{at: 2026-03-02 09:00, open: {{weight: 20}}, by: wu}}
  - expect: {{options: {{wu: {{take: true, finish: true}}}}}}
"""
"""Opens a case and asks what may be done."""

EVERYWHERE = """casewf: 1
id: everywhere
version: 1
calendar: cn-office
roles: {clerk: {zh: 窗口}}
cards: {yellow: {zh: 黄牌}}
fields:
  a: {type: boolean, default: false}
  b: {type: boolean, default: false}
  note: {type: text}
tracks:
  main:
    initial: new
    states: {new: {zh: 新}, open: {zh: 办}, done: {zh: 结, category: closed}, back: {zh: 回, category: closed}}
    transitions:
      - {trigger: change, from: "*", by: clerk, accepts: [a, b]}
      - trigger: go
        from: new
        to: open
        by: clerk
        when: a if b else not a
        effects: [{push: registry, send_if: {when: a and b, fields: [note]}}]
      - {trigger: finish, from: open, to: done, by: clerk}
      - {trigger: again, from: done, to: open, by: clerk}
slas:
  limit:
    start: [{enter: main.open, when: a}, {fire: go, when: a}]
    pause: [{in: [main.open, main.new], when: b}]
    stop: {enter: main.done, when: a}
    cancel: [{fire: again}, {enter: main.done, when: b}]
    reopen: {enter: main.open, when: a}
    restarts: true
    target: [{when: b, within: 1 hour}, {within: 1 day}]
    ladder:
      - at: 50%
        notify: clerk
        card: yellow
        effects:
          - {push: registry}
          - {push: registry, send_if: {when: a and b, fields: [note]}}
"""
"""A guard wherever one can stand."""

AROUND = """casewf-story: 1
workflow: ./everywhere.yaml
zone: Asia/Shanghai
people: {wu: {roles: [clerk]}}
case: {id: e-1}
steps:
  - {at: 2026-03-02 09:00, open: {}, by: wu}
  - {fire: change, by: wu, data: {a: true}}
  - {fire: go, by: wu, refused: [guard_not_met]}
  - {fire: change, by: wu, data: {a: true, b: true}}
  - {fire: go, by: wu}
  - {fire: change, by: wu, data: {a: false, b: false}}
  - {at: 2026-03-03 09:00, fire: finish, by: wu}
  - {fire: again, by: wu}
"""
"""Asks every guard of it."""
