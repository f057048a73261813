"""What an expression may come to where little is known is never less than what it comes to (M9)."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from types import SimpleNamespace

from hypothesis import event, given
from hypothesis import strategies as st

from casewf.analysis.product.classes import classes_of
from casewf.analysis.product.evaluation import evaluate
from casewf.analysis.product.values import ANYTHING, LACKS, NO, NOTHING, YES, Values, between, exactly, join
from casewf.definition.expression import ExpressionError, parse
from casewf.definition.load import parse_workflow
from casewf.machine.guards import GuardError, compile_expression
from casewf.model.expression import Expression, Name
from expression_strategies import CONDITIONS, NUMBERS, SCOPE, VIEWS
from product_flows import HEAD

_NEVER_RAN = {"verdict": "none", "phase": "none", "cycle": 0}


class Blurred:
    """A view of which a part is known; ``draw`` says how much of each name."""

    def __init__(self, view: SimpleNamespace, draw: st.DataObject) -> None:
        self._view = view
        self._draw = draw
        self._known: dict[Name, Values] = {}

    def read(self, name: Name) -> Values:
        if name not in self._known:
            self._known[name] = self._blur(_value(self._view, name))
        return self._known[name]

    def _blur(self, value: object) -> Values:
        exact = NOTHING if value is None else exactly(value)
        how = self._draw.draw(
            st.sampled_from(("exact", "exact", "or nothing", "another", "range", "anything"))
        )
        if how == "exact" or isinstance(value, frozenset):
            return exact
        if how == "or nothing":
            return join(exact, NOTHING)
        if how == "range" and isinstance(value, int | Decimal | dt.date) and not isinstance(value, bool):
            step = dt.timedelta(days=2) if isinstance(value, dt.date) else 2
            low = self._draw.draw(st.sampled_from((None, value, value - step)))
            high = self._draw.draw(st.sampled_from((None, value, value + step)))
            return between(low, high)
        if how == "another" and value is not None:
            return join(exact, exactly(_another(value)))
        return ANYTHING.lacking(lacks=True)


def _value(view: SimpleNamespace, name: Name) -> object:
    if name.kind == "field":
        return view.fields.get(name.name)
    if name.kind == "state":
        return view.states[name.name]
    if name.kind == "card":
        return view.card
    if name.kind == "sla":
        sla, part = name.name.split(".")
        return getattr(view.clocks[sla], part) if sla in view.clocks else _NEVER_RAN[part]
    return getattr(view.actor if name.kind == "actor" else view.children, name.name)


def _another(value: object) -> object:
    if isinstance(value, bool):
        return not value
    if isinstance(value, dt.date):
        return value + dt.timedelta(days=1)
    if isinstance(value, int | Decimal):
        return value + 1
    return f"{value}x" if isinstance(value, str) else (*value, "x")  # type: ignore[misc]  # a tuple


def _parsed(text: str) -> Expression | None:
    try:
        return parse(text, SCOPE)
    except ExpressionError:
        return None


@given(CONDITIONS, VIEWS, st.data())
def test_a_condition_comes_out_as_one_of_what_was_foreseen(
    text: str, view: SimpleNamespace, data: st.DataObject
) -> None:
    expression = _parsed(text)
    if expression is None:
        return
    try:
        real = YES if compile_expression(expression)(view) else NO
    except GuardError:
        real = LACKS
    foreseen = evaluate(expression.tree, Blurred(view, data)).truth
    event(f"of {foreseen.bit_count()}")
    assert foreseen & real, (text, real, foreseen)


@given(NUMBERS, VIEWS, st.data())
def test_a_number_is_one_of_those_foreseen(text: str, view: SimpleNamespace, data: st.DataObject) -> None:
    expression = _parsed(text)
    if expression is None:
        return
    foreseen = evaluate(expression.tree, Blurred(view, data))
    try:
        real = compile_expression(expression)(view)
    except GuardError:
        assert foreseen.lacks
    else:
        assert real in foreseen


@given(VIEWS)
def test_what_is_all_known_comes_out_in_one_way(view: SimpleNamespace) -> None:
    class Sharp:
        def read(self, name: Name) -> Values:
            value = _value(view, name)
            return NOTHING if value is None else exactly(value)

    for text in ("flag", "has(people) and people > 3", "priority in ('urgent', 'grave') or card == 'red'"):
        expression = parse(text, SCOPE)
        assert evaluate(expression.tree, Sharp()).truth in (YES, NO, LACKS)


CLASSES = """\
tracks:
  a:
    initial: s
    states: {s: {zh: s, en: s, category: closed}}
    transitions:
      - {trigger: t, from: s, by: desk, when: "n > 0 and n + 1 < 3 and kind in ('x', 'y') and mark"}
"""


def test_each_value_of_a_field_is_in_one_class_and_conditions_part_them() -> None:
    classes = classes_of(parse_workflow(HEAD + CLASSES))
    assert [classes["n"].of(number) for number in (None, 0, 1, 2, 3, 4)] == [0, 1, 2, 4, 3, 5]
    assert [classes["kind"].of(option) for option in ("x", "y", "z")] == [1, 2, 3]
    assert [classes["mark"].of(value) for value in (None, False, True)] == [0, 1, 2]
    assert [classes["lead"].of(value) for value in (None, "yz", "cq")] == [0, 1, 1]
    for field in classes.values():
        for number, values in enumerate(field.members[1:], 1):
            for item in values.items or ():
                assert field.of(item) == number
            assert number in field.meeting(values)
