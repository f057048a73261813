"""Workflows that the tests of pictures and handbooks share."""

from __future__ import annotations

from functools import cache

from casewf.core.program import Program, compile_program
from casewf.definition.load import load_workflow, parse_workflow

SMALL = """casewf: 1
id: permit
version: 3
title: {zh: 许可, en: Permit}
calendar: cn-office
roles:
  clerk: {zh: 受理员, en: Clerk}
  boss: {zh: 负责人, en: Head}
cards:
  yellow: {zh: 黄牌, en: Yellow card}
  red: {zh: 红牌, en: Red card}
fields:
  urgent: {type: boolean, title: {zh: 紧急, en: Urgent}}
  place: {type: choice, of: {north: {zh: 北区, en: North}, south: {zh: 南区, en: South}}, title: {zh: 地区, en: Place}}
  answer: {type: text, title: {zh: 答复, en: Answer}}
opening: {by: clerk, needs: [place]}
tracks:
  desk:
    title: {zh: 窗口, en: Desk}
    initial: filed
    states:
      filed: {zh: 已递交, en: Filed}
      checked: {zh: 已审查, en: Checked}
      held: {zh: 暂缓, en: Held}
      granted: {zh: 准许, en: Granted, category: closed}
      refused: {zh: 不准, en: Refused, final: true}
      void: {zh: 作废, en: Void, final: true, ends_case: true}
    triggers:
      check: {zh: 审查, en: Check}
      note: {zh: 备注, en: Note}
      hold: {zh: 缓办, en: Hold}
      go_on: {zh: 继续, en: Go on}
      grant: {zh: 批准, en: Grant}
      refuse: {zh: 驳回, en: Refuse}
      cancel: {zh: 撤销, en: Cancel}
      lapse: {zh: 失效, en: Lapse}
    transitions:
      - {trigger: check, from: filed, to: checked, by: clerk, asks: [answer]}
      - {trigger: note, from: [filed, checked], by: clerk, comment: required}
      - {trigger: hold, from: [filed, checked], to: held, by: [clerk, boss], when: not urgent}
      - {trigger: go_on, from: held, to: =previous, by: clerk}
      - {trigger: grant, from: checked, to: granted, by: boss, not_by: [check],
         when: "place == 'north' and state.lab in ('passed', 'skipped')", effects: [{notify: clerk}]}
      - {trigger: grant, from: checked, to: granted, by: boss, when: "place == 'south' and state.lab == 'passed'"}
      - {trigger: refuse, from: checked, to: refused, by: boss}
      - {trigger: cancel, from: [filed, checked, held], to: void, by: [clerk, system]}
      - {trigger: lapse, from: granted, to: void, auto: true, when: urgent}
  lab:
    title: {zh: 检测, en: Lab}
    initial: waiting
    states:
      waiting: {zh: 待检, en: Waiting}
      passed: {zh: 合格, en: Passed, category: closed}
      skipped: {zh: 免检, en: Skipped, category: closed}
    triggers:
      approve: {zh: 判合格, en: Approve}
      skip: {zh: 判免检, en: Skip}
    transitions:
      - {trigger: approve, from: waiting, to: passed, by: clerk}
      - {trigger: skip, from: waiting, to: skipped, auto: true, when: state.desk == 'checked'}
slas:
  decide:
    title: {zh: 审批, en: Decide}
    start: {enter: desk.filed}
    pause: {in: desk.held}
    stop: [{enter: desk.granted}, {fire: refuse}]
    cancel: {enter: desk.void}
    target:
      - {when: urgent, within: 4 working hours, ladder: [{at: due, notify: boss, card: red, fire: cancel}]}
      - {within: 5 working days}
    ladder:
      - {at: 80%, notify: clerk}
      - {before: 1 working day, notify: [clerk, boss], card: yellow}
      - {at: due, notify: boss, card: red}
      - {after: 1 day, every: 1 day, times: 3, hook: call-the-boss}
    extension: {by: boss, asked_by: clerk, times: 2, up_to: 3 working days, asked_before: 1 working day}
"""
"""Two tracks with one of everything that a picture shows."""

EDGE = "a-word-that-is-longer-than-any-line-and-has-no-place-to-break-but-must-be-shown-all-the-same"
HOSTILE = (
    SMALL.replace(
        "zh: 许可, en: Permit", "zh: '<script>许可</script> & %% ]]>', en: '<script>\"Permit\"</script> -->'"
    )
    .replace("zh: 受理员, en: Clerk", "zh: '<b>受理员;:{}', en: 'Clerk\" ] [*] --> {x} #35; \\l'")
    .replace("zh: 已审查, en: Checked", f"zh: {'很长的名称' * 16}, en: {EDGE}")
    .replace("zh: 审批, en: Decide", "zh: '时限<&>\"', en: 'Limit <&> \"x\" : note right of'")
    .replace("zh: 北区, en: North", "zh: '</text>北', en: '</text>North'")
)
"""The same with labels that mean something to Mermaid, DOT, XML and HTML, and with endless ones."""

FILES = (
    "hotline-12351",
    "legal-supervision",
    "prevention-visit",
    "examples/complaint.yaml",
    "examples/opinion.yaml",
)


@cache
def compiled(source: str) -> Program:
    """The program of a packaged workflow, a file or a text; without calendars, which nothing here needs."""
    workflow = parse_workflow(source) if "\n" in source else load_workflow(source)
    return compile_program(workflow, {}, pinned=True)


def small() -> Program:
    """A program of its own, whose tables a test may change."""
    return compile_program(parse_workflow(SMALL), {}, pinned=True)
