"""Expressions against Python itself (M9): same values, one normal text, and nothing else ever gets in."""

from __future__ import annotations

import ast
import datetime as dt
import decimal
import operator
import pickle
from collections.abc import Callable, Mapping
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from casewf.definition.expression import ExpressionError, parse
from casewf.machine.guards import GuardError, MissingValue, compile_expression, unmet
from casewf.model.expression import Expression
from expression_strategies import CONDITIONS, NUMBERS, OPTIONS, SCOPE, VIEWS

_DIVISIONS: dict[type[ast.AST], str] = {ast.Div: "/", ast.FloorDiv: "//", ast.Mod: "%"}
_DIVIDE: dict[str, Callable[[Any, Any], Any]] = {
    "/": lambda left, right: Decimal(left) / right,
    "//": operator.floordiv,
    "%": operator.mod,
}


class _Pythonic(ast.NodeTransformer):
    """Marks the few places where the language means something else than Python: decimals, division, has."""

    def __init__(self, text: str) -> None:
        self.text = text

    def visit_Constant(self, node: ast.Constant) -> ast.expr:
        if not isinstance(node.value, float):
            return node
        digits = ast.get_source_segment(self.text, node)
        return ast.copy_location(ast.parse(f"Decimal('{digits}')", mode="eval").body, node)

    def visit_BinOp(self, node: ast.BinOp) -> ast.AST:
        self.generic_visit(node)
        if type(node.op) not in _DIVISIONS:
            return node
        sign = ast.Constant(_DIVISIONS[type(node.op)])
        return ast.Call(ast.Name("divide", ast.Load()), [sign, node.left, node.right], [])

    def visit_Call(self, node: ast.Call) -> ast.AST:
        assert isinstance(node.func, ast.Name)
        if node.func.id != "has":
            return self.generic_visit(node)
        assert isinstance(node.args[0], ast.Name)
        return ast.Call(node.func, [ast.Constant(node.args[0].id)], [])


def divide(sign: str, left: Any, right: Any) -> Any:
    if right == 0:
        raise ZeroDivisionError
    return _DIVIDE[sign](left, right)


class _Actor:
    def __init__(self, actor: SimpleNamespace) -> None:
        self.roles, self._org = actor.roles, actor.org

    @property
    def org(self) -> str:
        if self._org is None:
            raise MissingValue("actor.org")
        return str(self._org)


class _Names(dict[str, object]):
    def __missing__(self, name: str) -> object:
        if name in SCOPE.fields:
            raise MissingValue(name)
        raise KeyError(name)


def python_says(text: str, view: SimpleNamespace) -> object:
    never = SimpleNamespace(verdict="none", phase="none", cycle=0)
    # ISO dates have the order of their texts, so Python can compare the literals as they are written.
    values = {
        name: str(value) if isinstance(value, dt.date) else value for name, value in view.fields.items()
    }
    names = _Names(
        values,
        true=True,
        false=False,
        Decimal=Decimal,
        divide=divide,
        len=len,
        has=lambda name: name in view.fields,
        state=SimpleNamespace(**view.states),
        sla=SimpleNamespace(handle=view.clocks.get("handle", never)),
        actor=_Actor(view.actor),
        card=view.card,
        children=view.children,
    )
    tree = ast.fix_missing_locations(_Pythonic(text).visit(ast.parse(text, mode="eval")))
    with decimal.localcontext(prec=34):
        return eval(compile(tree, "<test>", "eval"), {"__builtins__": {}}, names)


def outcome(evaluate: Callable[[], object]) -> tuple[object, ...]:
    try:
        value = evaluate()
    except MissingValue as error:
        return ("missing_value", error.name)
    except ZeroDivisionError:
        return ("division_by_zero",)
    except GuardError as error:
        return (error.code,)
    return (type(value), value)


def read(text: str) -> Expression | None:
    try:
        return parse(text, SCOPE)
    except ExpressionError as error:
        # The only refusal that a text of these strategies can meet.
        if "at most" in error.message or "deeper" in error.message:
            return None
        raise


@given(CONDITIONS, VIEWS)
def test_a_condition_has_the_value_that_python_gives_it(text: str, view: SimpleNamespace) -> None:
    expression = read(text)
    if expression is not None:
        evaluate = compile_expression(expression)
        assert outcome(lambda: evaluate(view)) == outcome(lambda: python_says(text, view))


@given(NUMBERS, VIEWS)
def test_a_calculation_has_the_value_that_python_gives_it(text: str, view: SimpleNamespace) -> None:
    expression = read(text)
    if expression is not None:
        evaluate = compile_expression(expression)
        assert outcome(lambda: evaluate(view)) == outcome(lambda: python_says(text, view))


@given(CONDITIONS, VIEWS)
def test_nothing_is_unmet_exactly_if_the_guard_is_met(text: str, view: SimpleNamespace) -> None:
    expression = read(text)
    if expression is not None:
        evaluate = compile_expression(expression)
        assert (unmet(expression, view) == ()) == (outcome(lambda: evaluate(view)) == (bool, True))


@given(CONDITIONS)
def test_the_normal_text_reads_back_to_the_same_expression(text: str) -> None:
    expression = read(text)
    if expression is not None:
        again = parse(expression.text, SCOPE)
        assert again == expression
        assert again.tree == expression.tree
        assert pickle.loads(pickle.dumps(expression)) == expression


FORMS = [
    "{}.{}", "{}[{}]", "{}({})", "{}.__class__({})", "lambda: ({}, {})", "[{} for people in {}]",
    "{} ** {}", "({} := {})", "f'{{{}}}{}'", "{{{}: {}}}", "{}, *{}", "({} is {})", "{} @ {}",
    "{} | {}", "(yield {}) or {}", "await {} if {} else 0", "{}\n{}", "{}; {}", "{} in {}",
    "{} == {}", "({}) and ({})", "has({}) or {}", "len({}) < {}", "{} + ({},)", "~{} < {}",
    "-{} > {}", "{} < {} < 3", "({}, {})", "'{}' {}", "{} # {}", "{} not in [{}]",
]  # fmt: skip
ATOMS = [
    "people", "flag", "district", "tags", "caller", "card", "state", "state.union", "actor",
    "actor.roles", "sla.handle", "sla.handle.cycle", "__import__", "__builtins__", "os", "open",
    "eval", "getattr", "None", "True", "1", "1.5", "1e9", "'urgent'", "\"x\"", "b''", "...",
    "__class__", "mro", "_", "has", "len", "'2026-01-01'", "渝", "()", "\\", "'", "(",
]  # fmt: skip
SNIPPETS = st.recursive(
    st.sampled_from(ATOMS),
    lambda below: st.builds(
        lambda form, one, other: form.format(one, other), st.sampled_from(FORMS), below, below
    ),
    max_leaves=8,
)
TOKENS = st.lists(
    st.sampled_from([*ATOMS, *"()[]{}.,:;=<>!+-*/%#'\"", "and", "or", "not", "if", "else", "in", "\n", "\t"]),
    max_size=12,
).map(" ".join)
ALLOWED = {*SCOPE.fields, "state", "actor", "sla", "children", "card", "has", "len", "true", "false"}
PARTS = {"union", "id", "org", "roles", "handle", "verdict", "phase", "cycle", "open", "closed", "total"}


def attempt(text: str) -> tuple[Expression | None, ExpressionError | None]:
    try:
        return parse(text, SCOPE), None
    except ExpressionError as error:
        return None, error


def check_only_the_language_gets_in(text: str, view: SimpleNamespace) -> None:
    expression, error = attempt(text)
    if expression is None:
        assert error is not None
        assert error.message
        assert error.length >= 1
        assert 0 <= error.offset <= len(text)
        return
    for node in ast.walk(ast.parse(text.replace("\n", " ").strip(), mode="eval")):
        assert not isinstance(node, ast.Name) or node.id in ALLOWED
        assert not isinstance(node, ast.Attribute) or node.attr in PARTS
        assert not isinstance(node, ast.Call) or ast.unparse(node.func) in {"has", "len"}
        assert not isinstance(node, (ast.Subscript, ast.Lambda, ast.comprehension, ast.JoinedStr, ast.Pow))
    outcome(lambda: compile_expression(expression)(view))


@given(SNIPPETS, VIEWS)
def test_random_python_never_gets_in_and_never_crashes(text: str, view: SimpleNamespace) -> None:
    check_only_the_language_gets_in(text, view)


@given(TOKENS, VIEWS)
def test_random_tokens_never_get_in_and_never_crash(text: str, view: SimpleNamespace) -> None:
    check_only_the_language_gets_in(text, view)


@given(st.text(max_size=40) | st.text(st.characters(), max_size=10), VIEWS)
def test_random_text_never_gets_in_and_never_crashes(text: str, view: SimpleNamespace) -> None:
    check_only_the_language_gets_in(text, view)


WILD: Mapping[str, st.SearchStrategy[object]] = {
    "people": st.integers(),
    "amount": st.decimals(allow_nan=False, allow_infinity=False),
    "priority": st.sampled_from(OPTIONS),
    "district": st.text(),
    "tags": st.lists(st.text()),
    "pay_by": st.dates(),
    "lead_org": st.text(),
    "flag": st.booleans(),
}


@given(CONDITIONS, VIEWS, st.fixed_dictionaries({}, optional=WILD))
def test_any_value_of_the_declared_types_gives_a_boolean_or_a_reason(
    text: str, view: SimpleNamespace, fields: dict[str, object]
) -> None:
    expression = read(text)
    if expression is not None:
        view.fields = fields
        evaluate = compile_expression(expression)
        found = outcome(lambda: evaluate(view))
        assert found[0] is bool or found[0] in {"missing_value", "division_by_zero", "out_of_range"}
        assert outcome(lambda: evaluate(view)) == found
