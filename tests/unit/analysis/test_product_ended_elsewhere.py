"""A track explored alone while another one may have ended the case (M8)."""

from __future__ import annotations

from casewf.analysis.product.explore import explore
from casewf.analysis.product.ground import ground_of
from casewf.analysis.product.layout import layout_of
from casewf.core.program import compile_program
from casewf.definition.load import load_calendar, parse_workflow

OFFICE = load_calendar("cn-office")
TEXT = """\
casewf: 1
id: small
version: 1
calendar: cn-office
roles: {desk: {zh: 窗口, en: Desk}}
opening: {by: desk, accepts: []}
tracks:
  main:
    initial: work
    states: {work: {zh: 办理, en: Work}, done: {zh: 办结, en: Done, category: closed}}
    transitions:
      - {trigger: again, from: work, auto: true}
      - {trigger: close, from: work, to: done, by: desk}
  side:
    initial: over
    states: {over: {zh: 并单, en: Merged, category: closed, ends_case: true}}
    transitions: []
"""


def test_a_case_that_another_track_ended_rests_before_an_automatic_row() -> None:
    program = compile_program(parse_workflow(TEXT), {"cn-office": OFFICE})
    graph = explore(layout_of(ground_of(program), {"main"}, []), 1_000)
    assert graph.steps
