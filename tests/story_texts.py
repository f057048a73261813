"""A small workflow and stories on it, for the tests of stories, views and the command line."""

from __future__ import annotations

from casewf.definition import parse_workflow
from casewf.testing.story_file import parse_story
from casewf.testing.story_model import Story

WORKFLOW = """casewf: 1
id: lost-card
version: 1
title: {zh: 补卡, en: Lost card}
calendar: cn-office
roles: {operator: {zh: 接线员, en: Operator}, handler: {zh: 办理员, en: Handler}}
cards: {yellow: {zh: 黄牌, en: Yellow card}}
fields:
  urgent: {type: boolean, title: {zh: 紧急, en: Urgent}}
  people: {type: integer, min: 1, title: {zh: 人数, en: People}}
  amount: {type: decimal, title: {zh: 金额, en: Amount}}
  lead_org: {type: org, title: {zh: 主办单位, en: Lead organisation}}
  topic: {type: choice, of: {card: {zh: 会员卡, en: Card}, other: {zh: 其他, en: Other}}}
  seen_at: {type: instant}
  tags: {type: text, many: true}
  pay_by: {type: date}
  caller_phone: {type: text, sensitive: true, seen_by: [operator], title: {zh: 电话, en: Phone}}
opening: {by: operator}
tracks:
  work:
    title: {zh: 办理, en: Work}
    initial: received
    states:
      received: {zh: 受理, en: Received}
      dispatched: {zh: 派单, en: Dispatched}
      waiting: {zh: 挂起, en: Waiting}
      done: {zh: 办结, en: Done, category: closed}
    triggers:
      dispatch: {zh: 派单, en: Dispatch}
      registered: {zh: 已登记, en: Registered}
      wait: {zh: 挂起, en: Wait}
      go_on: {zh: 恢复, en: Go on}
      finish: {zh: 办结, en: Finish}
    transitions:
      - {trigger: dispatch, from: received, to: dispatched, by: operator, asks: [lead_org],
         accepts: [urgent, people, amount, topic, seen_at, tags, pay_by],
         assign: {handler: lead_org}, effects: [{notify: handler},
           {push: registry, on_ok: registered, retry: [1 minute]}]}
      - {trigger: registered, from: dispatched, by: system}
      - {trigger: wait, from: dispatched, to: waiting, by: handler, comment: required}
      - {trigger: go_on, from: waiting, to: dispatched, by: handler}
      - {trigger: finish, from: dispatched, to: done, by: handler, clears: cards,
         when: "people > 0 or topic in ('card', 'other')"}
slas:
  handle:
    title: {zh: 办结, en: Handle}
    start: {enter: work.dispatched}
    pause: {in: work.waiting}
    stop: {enter: work.done}
    target:
      - {when: urgent, within: 2 hours}
      - {when: topic == 'card', within: 2 working days}
      - {within: 5 working days}
    ladder: [{before: 1 working day, notify: handler}, {at: due, notify: handler, card: yellow}]
  glance:
    title: {zh: 观察期, en: Time to look}
    kind: advisory
    start: {enter: work.dispatched}
    stop: {enter: work.done}
    target: [{within: 30 minutes}]
    ladder: []
"""

TOP = """casewf-story: 1
title: {zh: 补卡, en: A lost card}
workflow: ./lost-card.yaml
zone: Asia/Shanghai
organisations:
  city: {zh: 市总工会, en: City federation}
  north: {zh: 城北区总工会, en: North district, under: city}
  south: {zh: 城南区总工会, en: South district, under: city}
people:
  wu: {name: {zh: 吴敏, en: Wu Min}, roles: [operator], org: city}
  li: {name: {zh: 李薇, en: Li Wei}, roles: [handler], org: north}
  zhao: {name: {zh: 赵强, en: Zhao Qiang}, roles: [handler], org: south}
connectors:
  registry: [{ok: false, error: down}, {ok: true}]
case: {id: card-1, org: city}
steps:
"""

OPEN = "  - {at: 2026-03-02 09:00, open: {caller_phone: 139}, by: wu, note: {zh: 来电, en: A call}}\n"
DISPATCH = "  - {at: 09:05, fire: dispatch, by: wu, data: {lead_org: north, topic: card, people: 2}}\n"


def story(steps: str, *, top: str = TOP) -> Story:
    """The story of these steps on the small workflow, in the file ``s.yaml``."""
    return parse_story(top + steps, file="s.yaml", workflow=parse_workflow(WORKFLOW))


def line_of(steps: str, piece: str, *, top: str = TOP) -> int:
    """The line of the file on which a piece of the steps stands."""
    text = top + steps
    return text[: text.index(piece, len(top))].count("\n") + 1


TICKING = """casewf: 1
id: ticking
version: 1
calendar: cn-office
roles: {clerk: {zh: 窗口}}
tracks:
  main:
    initial: running
    states: {running: {zh: 开}, ended: {zh: 关, category: closed}}
    transitions:
      - {trigger: tick, from: running, by: system}
      - {trigger: stop, from: running, to: ended, by: clerk}
slas:
  minute:
    start: [{enter: main.running}, {fire: tick}]
    restarts: true
    stop: {enter: main.ended}
    target: [{within: 1 minute}]
    ladder: [{at: due, fire: tick}]
"""
