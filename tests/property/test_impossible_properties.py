"""What ``explore`` calls impossible never happens: neither in a story that is found nor on a walk at random."""

from __future__ import annotations

from hypothesis import HealthCheck, assume, event, given, settings
from hypothesis import strategies as st

from casewf.definition.document import Document
from casewf.definition.load import load_calendar, parse_document
from casewf.errors import DefinitionError
from casewf.testing.coverage_points import Point
from casewf.testing.explore.commands import FAIL, OK, Command
from casewf.testing.explore.impossible import impossible
from casewf.testing.explore.setting import setting_of
from casewf.testing.explore.stories import explore
from casewf.testing.explore.walk import ExploringWalk
from casewf.testing.strategies import commands, workflow_texts
from walks import START

OFFICE = {"cn-office": load_calendar("cn-office")}
CASE = "explored"

LEAVES = st.sampled_from(
    [
        "flag",
        "has(number)",
        "number > 0",
        "number == 2",
        "kind == 'a'",
        "kind in ('b', 'c')",
        "state.side == 'idle'",
        "state.side in ('busy', 'over')",
        "'chief' in actor.roles",
        "card == 'red'",
    ]
)
CONDITIONS = st.recursive(
    LEAVES,
    lambda below: st.one_of(
        st.builds("({} and {})".format, below, below),
        st.builds("({} or {})".format, below, below),
        st.builds("(not {})".format, below),
        st.builds("({} if {} else {})".format, below, below, below),
    ),
    max_leaves=3,
)
PERSONAL = [
    "by: clerk",
    "by: chief",
    "by: [clerk, chief]",
    "by: [chief, system]",
    "by: clerk, not_by: [switch]",
    "by: clerk, not_by_org: [switch]",
    "by: {any: clerk}",
]
FIELDS = ["", ", asks: [number]", ", needs: [number]", ", asks: [flag]", ", accepts: [number, flag]"]
SETS = ["", ", set: {flag: 'true'}", ", set: {number: 2}", ", set: {kind: \"'b'\"}"]


@st.composite
def rival_texts(draw: st.DrawFn) -> str:
    """Workflows in which rows of few triggers leave few states, so that many compete for the same move."""
    ways = draw(
        st.sampled_from(
            [["one: {zh: 一}", "two: {zh: 二}"], ["one: {zh: 一}", "two: {zh: 二, category: closed}"]]
        )
    )
    text = f"""casewf: 1
id: rivals
version: 1
calendar: cn-office
roles: {{clerk: {{zh: 窗口}}, chief: {{zh: 领导}}}}
cards: {{red: {{zh: 红牌}}}}
fields:
  flag: {{type: boolean, default: false}}
  number: {{type: integer, min: 0, max: 2}}
  kind: {{type: choice, of: {{a: {{zh: 甲}}, b: {{zh: 乙}}, c: {{zh: 丙}}}}, default: a}}
opening: {{by: clerk, accepts: [flag, number, kind]}}
tracks:
  main:
    initial: one
    states: {{{", ".join(ways)}, three: {{zh: 三, category: closed}}}}
    transitions:
"""
    before = "flag"
    for _ in range(draw(st.integers(2, 4))):
        source = draw(st.sampled_from(["one", "one", "[one, two]", "two"]))
        target = draw(st.sampled_from(["one", "two", "three", "=previous", ""]))
        target = f", to: {target}" if target else ""
        before = draw(CONDITIONS | _what_is_left(before))
        when = f', when: "{before}"' if draw(st.integers(0, 9)) else ""
        text += f"      - {{from: {source}{target}{when}{draw(st.sampled_from(SETS))}{draw(_ways())}}}\n"
    fire = ", fire: go" if "trigger: go, by: [chief, system]" in text else ""
    text += f"""  side:
    initial: idle
    states: {{idle: {{zh: 闲, category: closed}}, busy: {{zh: 忙}}, over: {{zh: 完, category: closed}}}}
    transitions:
      - {{trigger: switch, from: idle, to: busy, by: [clerk, chief]}}
      - {{trigger: switch, from: busy, to: over, by: [clerk, chief]}}
slas:
  answer:
    start: {{enter: main.one}}
    stop: {{leave: main.one}}
    ladder: [{{at: due, card: red{fire}}}]
    target:
"""
    for _ in range(draw(st.integers(0, 2))):
        text += f'      - {{within: 2 hours, when: "{draw(CONDITIONS.filter(lambda one: "actor" not in one))}"}}\n'
    return text + "      - {within: 1 working day}\n"


def _what_is_left(before: str) -> st.SearchStrategy[str]:
    """Guards that have something in common with the one before, which may take it."""
    left = [f"not ({before})", f"({before}) or {{}}", f"{{}} and not ({before})", f"{{}} or not ({before})"]
    return st.builds(str.format, st.sampled_from(left), LEAVES)


@st.composite
def _ways(draw: st.DrawFn) -> str:
    """Who fires a row and what he gives, or that it runs by itself."""
    if draw(st.integers(0, 3)) == 0:
        needs = draw(st.sampled_from(["", ", needs: [number]"]))
        return f", trigger: auto_{draw(st.integers(1, 2))}, auto: true{needs}"
    comment = draw(st.sampled_from(["", "", ", comment: required"]))
    trigger = draw(st.sampled_from(["go", "go", "act"]))
    return f", trigger: {trigger}, {draw(st.sampled_from(PERSONAL))}{draw(st.sampled_from(FIELDS))}{comment}"


def read(text: str) -> Document:
    try:
        return parse_document(text, file="it.yaml")
    except DefinitionError:
        assume(False)
        raise


def walked(data: st.DataObject, document: Document, turns: int) -> set[Point]:
    """What a walk of so many turns at random covers."""
    walk = ExploringWalk(setting_of(document.workflow, (), {}, "Asia/Shanghai"), START, {})
    covered: set[Point] = set()
    for _ in range(turns):
        waits = walk.is_open(CASE) and data.draw(st.integers(0, 4)) == 0
        action = None if waits else data.draw(commands(walk, CASE))
        tried = walk.attempt(Command(case=CASE, action=action, answer=data.draw(st.sampled_from([OK, FAIL]))))
        covered.update(tried.points if tried is not None else ())
    return covered


SLOW = settings(
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much],
)


@settings(SLOW, max_examples=50)
@given(rival_texts())
def test_no_story_covers_what_is_called_impossible(text: str) -> None:
    document = read(text)
    told = impossible(document, OFFICE)
    event(f"{len(told)} impossible")
    found = explore(setting_of(document.workflow, (), {}, "Asia/Shanghai"), START, 150).found
    assert not found.covered & set(told), text


@settings(SLOW, max_examples=50)
@given(st.data(), st.one_of(rival_texts(), workflow_texts()))
def test_no_walk_covers_what_is_called_impossible(data: st.DataObject, text: str) -> None:
    document = read(text)
    told = impossible(document, OFFICE)
    event(f"{len(told)} impossible")
    assert not walked(data, document, 12) & set(told), text
