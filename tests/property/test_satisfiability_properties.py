"""Satisfiability against the guards themselves: what a case shows to be possible is never called impossible (M9)."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from itertools import product
from types import SimpleNamespace

from hypothesis import event, given, settings
from hypothesis import strategies as st

from casewf.analysis.guards.facts import CLOCKS, Facts
from casewf.analysis.guards.satisfiability import FAILED, FALSE, MET, UNMET, Goal, solve
from casewf.analysis.guards.witness import witness
from casewf.definition.expression import ExpressionError, parse
from casewf.machine.guard_view import GuardError
from casewf.machine.guards import compile_expression
from casewf.model.amount import WorkingDays
from casewf.model.expression import Expression
from casewf.model.text import Label
from casewf.model.workflow import (
    CalendarChoice,
    Field,
    Moment,
    Rung,
    Sla,
    State,
    Target,
    Track,
    Workflow,
)
from expression_strategies import CONDITIONS, SCOPE

FIELDS = {
    **SCOPE.fields,
    "priority": Field(kind="choice", of=("routine", "urgent", "grave"), default="routine"),
    "people": Field(kind="integer", minimum=-1, maximum=3),
    "amount": Field(kind="decimal", minimum=0),
    "flag": Field(kind="boolean", default=False),
}
"""The fields of the expressions, some with bounds and some that always have a value."""

WORKFLOW = Workflow(
    id="small",
    version=1,
    calendar=CalendarChoice(default="office"),
    tracks=(Track(id="union", initial="received", states=(State(id="received"), State(id="closed")), transitions=()),),
    roles={"operator": Label(), "handler": Label()},
    cards=(("yellow", Label()), ("red", Label())),
    fields=FIELDS,
    slas=(
        Sla(
            id="handle",
            start=(Moment(enter=("union.received",)),),
            stop=(Moment(enter=("union.closed",)),),
            pause=(Moment(inside=("union.received",)),),
            restarts=True,
            target=(Target(within=WorkingDays(1)),),
            ladder=(Rung(percent=100, card="yellow"), Rung(percent=100, card="red")),
        ),
    ),
)  # fmt: skip
FACTS = Facts.of(WORKFLOW)

VIEWS = st.builds(
    SimpleNamespace,
    fields=st.fixed_dictionaries(
        {"priority": st.sampled_from(FIELDS["priority"].of), "flag": st.booleans()},
        optional={
            "people": st.integers(-1, 3),
            "amount": st.decimals(0, 12, places=2),
            "district": st.text("ab渝# =!", min_size=1, max_size=4),
            "caller": st.just("secret"),
            "pay_by": st.dates(dt.date(2025, 12, 1), dt.date(2026, 2, 1)),
            "lead_org": st.sampled_from(["o1", "o2"]),
            "tags": st.lists(st.text("ab渝# =!", max_size=3), max_size=3).map(tuple),
        },
    ),
    states=st.fixed_dictionaries({"union": st.sampled_from(["received", "closed"])}),
    actor=st.builds(
        SimpleNamespace,
        id=st.just("u1"),
        org=st.sampled_from(["o1", "o2", None]),
        roles=st.frozensets(st.sampled_from(["operator", "handler"])),
    ),
    card=st.sampled_from(["none", "yellow", "red"]),
    clocks=st.dictionaries(
        st.just("handle"),
        st.builds(
            lambda pair, cycle: SimpleNamespace(verdict=pair[0], phase=pair[1], cycle=cycle),
            st.sampled_from(sorted(CLOCKS - {("none", "none")})),
            st.integers(1, 3),
        ),
        max_size=1,
    ),
    children=st.builds(SimpleNamespace, open=st.integers(0, 3), closed=st.just(0), total=st.integers(0, 3)),
)


def read(text: str) -> Expression | None:
    try:
        return parse(text, SCOPE)
    except ExpressionError:
        return None  # longer or deeper than the language allows


def outcome(expression: Expression, view: SimpleNamespace) -> int:
    try:
        return MET if compile_expression(expression)(view) else FALSE
    except GuardError:
        return FAILED


@settings(max_examples=300, deadline=None)
@given(st.lists(CONDITIONS, min_size=1, max_size=4), VIEWS)
def test_what_a_case_shows_is_never_called_impossible(texts: list[str], view: SimpleNamespace) -> None:
    conditions = [found for text in texts if (found := read(text)) is not None]
    exact = [Goal(one.tree, outcome(one, view)) for one in conditions]
    loose = [Goal(one.node, MET if one.want == MET else UNMET) for one in exact]
    for goals in (exact, loose):
        found = solve(FACTS, goals)
        assert found is not None
        event("a case is known" if witness(FACTS, found, goals) else "no case is known")


NARROW_FIELDS = {
    "priority": Field(kind="choice", of=("routine", "urgent", "grave"), default="routine"),
    "flag": Field(kind="boolean"),
    "people": Field(kind="integer", minimum=0, maximum=2),
}
LEAVES = st.one_of(
    st.sampled_from(
        [
            "flag",
            "has(flag)",
            "has(people)",
            "state.union == 'closed'",
            "'handler' in actor.roles",
            "people > 0",
            "people + 1 <= 1",
            "2 > people",
            "1 <= people < 2",
            "people in (0, 2)",
            "people not in (1,)",
            "flag == (people == 1)",
            "(people if flag else 0) > 1",
        ]
    ),
    st.builds(
        "priority {} '{}'".format,
        st.sampled_from(["==", "!="]),
        st.sampled_from(NARROW_FIELDS["priority"].of),
    ),
)
NARROW = st.recursive(
    LEAVES,
    lambda below: st.one_of(
        st.builds("({} and {})".format, below, below),
        st.builds("({} or {})".format, below, below),
        st.builds("(not {})".format, below),
        st.builds("({} if {} else {})".format, below, below, below),
    ),
    max_leaves=6,
)
EVERY_VIEW = [
    SimpleNamespace(
        fields={
            name: value
            for name, value in (("priority", priority), ("flag", flag), ("people", people))
            if value is not None
        },
        states={"union": state},
        actor=SimpleNamespace(roles=frozenset(roles)),
    )
    for priority, flag, people, state, roles in product(
        NARROW_FIELDS["priority"].of,
        (None, False, True),
        (None, 0, 1, 2),
        ("received", "closed"),
        ((), ("handler",)),
    )
]


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(NARROW, st.sampled_from((MET, FALSE, FAILED, UNMET))), min_size=1, max_size=3))
def test_where_few_values_are_possible_the_answer_is_exact(wanted: list[tuple[str, int]]) -> None:
    scope = type(SCOPE)(fields=NARROW_FIELDS, tracks=SCOPE.tracks, roles=SCOPE.roles)
    read_ones = [(parse(text, scope), want) for text, want in wanted]
    facts = Facts.of(
        Workflow(
            id="narrow",
            version=1,
            calendar=CalendarChoice(default="office"),
            tracks=WORKFLOW.tracks,
            fields=NARROW_FIELDS,
            roles=WORKFLOW.roles,
        )
    )
    compiled = [(compile_expression(one), want) for one, want in read_ones]

    def comes_out(view: SimpleNamespace) -> bool:
        for evaluate, want in compiled:
            try:
                found = MET if evaluate(view) else FALSE  # type: ignore[arg-type]
            except GuardError:
                found = FAILED
            if not found & want:
                return False
        return True

    possible = solve(facts, [Goal(one.tree, want) for one, want in read_ones]) is not None
    assert possible == any(map(comes_out, EVERY_VIEW))


def test_decimals_are_told_from_whole_numbers() -> None:
    between = parse("amount > 1 and amount < 2", SCOPE).tree
    assert solve(FACTS, [Goal(between)]) is not None
    assert Decimal("1.5") in FACTS.domain(parse("amount", SCOPE).tree)  # type: ignore[arg-type]
    assert solve(FACTS, [Goal(parse("people > 1 and people < 2", SCOPE).tree)]) is None
