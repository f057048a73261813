"""What a finding of the reader means: why it matters, a line that has it, and that line mended."""

from __future__ import annotations

from types import MappingProxyType

import attrs

__all__ = ["BASES", "Explanation"]

_WORKFLOW = """casewf: 1
id: claim
version: 1
calendar: cn-office
title: {zh: 投诉, en: Claim}
roles:
  operator: {zh: 接线员, en: Operator}
  handler: {zh: 办理员, en: Handler}
cards:
  yellow: {zh: 黄牌, en: Yellow card}
fields:
  summary: {type: text, title: {zh: 内容, en: Summary}}
  phone: {type: text, sensitive: true, seen_by: [handler], title: {zh: 电话, en: Phone}}
  people: {type: integer, min: 1, title: {zh: 人数, en: People}}
  pay_by: {type: date, title: {zh: 付清日, en: To be paid by}}
  lead_org: {type: org, title: {zh: 主办单位, en: Lead organisation}}
opening: {by: operator, accepts: [summary, phone, people, pay_by, lead_org]}
tracks:
  main:
    title: {zh: 办理, en: Handling}
    initial: received
    states:
      received: {zh: 受理, en: Received}
      handling: {zh: 办理中, en: In hand}
      closed: {zh: 办结, en: Closed, final: true}
    triggers:
      take: {zh: 接办, en: Take over}
      close: {zh: 办结, en: Close}
    transitions:
      - {trigger: take, from: received, to: handling, by: handler}
      - {trigger: close, from: handling, to: closed, by: handler}
slas:
  handle:
    title: {zh: 办理时限, en: Time to handle}
    start: {enter: main.handling}
    stop: {enter: main.closed}
    target: [{within: 5 working days}]
    ladder: [{at: due, notify: handler, card: yellow}]
"""
_CALENDAR = """casewf-calendar: 1
id: office
title: {zh: 办公时间, en: Office hours}
zone: Asia/Shanghai
week:
  mon: ["09:00-12:00", "14:00-18:00"]
years:
  2026:
    days_off:
      2026-10-01: 国庆节
    extra_days:
      2026-10-10: 国庆节调休
"""
_DIRECTORY = """casewf-directory: 1
zone: Asia/Shanghai
levels:
  city: {zh: 市级, en: City}
  district: {zh: 区级, en: District}
organisations:
  city: {zh: 市总工会, en: City union, level: city}
  north: {zh: 城北区总工会, en: North district, level: district, under: city}
people:
  wu: {name: 吴敏, roles: [operator], org: city}
  li: {name: 李薇, roles: [handler], org: north, deputies: [zhao], away: {from: 2026-02-10, to: 2026-02-16}}
  zhao: {name: 赵强, roles: [handler], org: north}
duty:
  - role: operator
    org: city
    shifts:
      - {days: mon-fri, hours: "08:00-20:00", people: [wu]}
"""
_OVERLAY = """casewf: 1
id: yuzhong-visit
version: 1
extends: prevention-visit
title: {zh: 渝中区专项走访, en: "Prevention visit, Yuzhong"}
cards:
  yellow: {}
  red: {zh: 红牌, en: Red card}
slas:
  first_visit: {target: [{within: 5 working days}]}
  revisit: null
"""

BASES = MappingProxyType(
    {"workflow": _WORKFLOW, "calendar": _CALENDAR, "directory": _DIRECTORY, "overlay": _OVERLAY}
)
"""The small files, without a finding, in which one line is written wrongly."""


@attrs.frozen(slots=True)
class Explanation:
    """What a code means.

    Attributes:
        zh: the code's title in Chinese.
        why: what exactly is looked at, and what would happen otherwise.
        instead: what to write.
        right, wrong: a line, or a piece of it, of the base file, and what stands there in the example. Without them the
            file as a whole is wrong, and there is no example.
        base: which of ``BASES``.
    """

    zh: str
    why: str
    instead: str
    right: str = ""
    wrong: str = ""
    base: str = "workflow"
