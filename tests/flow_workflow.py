"""A workflow small enough to be walked through in milliseconds, with something for every rule to break at."""

from __future__ import annotations

TEXT = """\
casewf: 1
id: desk
version: 1
calendar: cn-office
title: {zh: 窗口, en: Desk}
roles: {clerk: {zh: 经办, en: Clerk}, chief: {zh: 主管, en: Chief}}
cards: {yellow: {zh: 黄牌, en: Yellow card}, red: {zh: 红牌, en: Red card}}
fields:
  answer: {type: text, title: {zh: 答复, en: Answer}}
  phone: {type: text, sensitive: true, seen_by: [clerk], title: {zh: 电话, en: Phone}}
  number: {type: text, title: {zh: 编号, en: Number}}
  urgent: {type: boolean, default: false, title: {zh: 紧急, en: Urgent}}
opening: {by: clerk, accepts: [phone, urgent]}
tracks:
  main:
    title: {zh: 办理, en: Work}
    initial: received
    states:
      received: {zh: 受理, en: Received}
      waiting: {zh: 等待, en: Waiting}
      closed: {zh: 办结, en: Closed, category: closed}
      archived: {zh: 归档, en: Archived, final: true}
    transitions:
      - {trigger: reply, from: [received, waiting], by: clerk, asks: [answer], effects: [{notify: chief}]}
      - {trigger: hasten, from: received, by: clerk, asks: [urgent]}
      - {trigger: wait, from: received, to: waiting, by: clerk, not_by: [hasten]}
      - {trigger: go_on, from: waiting, to: =previous, by: clerk}
      - {trigger: close, from: [received, waiting], to: closed, by: chief, not_by: [reply], when: has(answer),
         effects: [{hook: audit}]}
      - {trigger: reopen, from: closed, to: received, by: chief, not_by: [close], clears: cards}
      - {trigger: archive, from: closed, to: archived, by: [chief, system]}
  platform:
    title: {zh: 平台, en: Platform}
    initial: unopened
    states:
      unopened: {zh: 未推送, en: Not pushed, category: closed}
      pending: {zh: 待推送, en: To be pushed, category: closed}
      pushed: {zh: 已推送, en: Pushed, category: closed}
    transitions:
      - {trigger: p_open, from: unopened, to: pending, auto: true, when: has(answer),
         effects: [{push: platform, send: [answer], on_ok: p_ok, retry: [1 minute, 5 minutes]}]}
      - {trigger: p_ok, from: pending, to: pushed, by: system, accepts: [number]}
slas:
  handle:
    title: {zh: 办结, en: Handle}
    start: {enter: main.received}
    pause: {in: main.waiting}
    stop: {enter: main.closed}
    target: [{when: urgent, within: 4 working hours}, {within: 2 working days}]
    ladder:
      - {at: 50%, notify: clerk, card: yellow}
      - {at: due, notify: [clerk, chief], card: red}
      - {after: 1 working day, every: 1 working day, times: 2, notify: chief, card: yellow}
    extension: {by: chief, asked_by: clerk, times: 2, up_to: original}
    suspension: {by: chief, asked_by: clerk, times: 2}
    on_reopen: continue
  first_answer:
    title: {zh: 首次答复, en: First answer}
    start: {enter: main.received}
    stop: {fire: reply}
    target: [{within: 3 hours}]
    ladder: [{at: due, notify: chief}, {after: 1 working day, every: 1 working day, times: 5, notify: chief}]
  keep:
    title: {zh: 保管, en: Keep}
    kind: advisory
    start: {case: closed}
    restarts: true
    stop: {case: reopened}
    cancel: {enter: main.archived}
    target: [{within: 5 days}]
    ladder: [{at: due, fire: archive}]
"""
NIGHTS = """\
casewf-calendar: 1
id: cn-nights
title: {zh: 夜班, en: Nights}
zone: Asia/Shanghai
week: {mon: ["22:00-06:00"], wed: ["22:00-06:00"], fri: ["22:00-06:00"]}
"""
PEOPLE = """\
casewf-directory: 1
zone: Asia/Shanghai
organisations:
  city: {zh: 市总工会, en: City}
  north: {zh: 城北区总工会, en: North district, under: city}
people:
  an: {roles: [clerk], org: north, deputies: [bo], away: [{from: 2026-03-03, to: 2026-03-20}]}
  bo: {roles: [clerk, chief], org: city, quiet: "22:00-07:00"}
  chen: {roles: [chief], org: north, deputies: [bo, dai], away: [{from: 2026-03-02, to: 2026-03-31}]}
  dai: {org: city}
"""
UNGUARDED = TEXT.replace(", when: has(answer),\n         effects: [{hook", ",\n         effects: [{hook")
"""Its author forgot that nobody may close without an answer."""
