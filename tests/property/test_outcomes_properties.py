"""What an expression comes to is among what the linter says that it can come to (M9)."""

from __future__ import annotations

from types import SimpleNamespace

from hypothesis import event, given
from hypothesis import strategies as st

from casewf.analysis.outcomes import FAILS, can_be_met, outcomes
from casewf.definition.expression import parse
from casewf.machine.guards import GuardError, MissingValue, compile_expression
from expression_strategies import CONDITIONS, NUMBERS, SCOPE, VIEWS


@given(text=CONDITIONS | NUMBERS, view=VIEWS)
def test_no_outcome_is_left_out(text: str, view: SimpleNamespace) -> None:
    expression = parse(text, SCOPE)
    missing = SCOPE.fields.keys() - view.fields.keys()
    possible = outcomes(expression.tree, missing)
    try:
        actual: object = compile_expression(expression)(view)
    except MissingValue as lacking:
        if lacking.name in SCOPE.fields:
            assert FAILS in possible
        return
    except GuardError:
        return
    if isinstance(actual, bool):
        assert actual in possible
    else:
        assert {True, False} <= possible
    event("impossible to meet" if True not in possible else "possible")


@given(text=CONDITIONS, data=st.data())
def test_with_every_value_there_nothing_fails(text: str, data: st.DataObject) -> None:
    tree = parse(text, SCOPE, expect="boolean").tree
    assert FAILS not in outcomes(tree, frozenset())
    missing = data.draw(st.frozensets(st.sampled_from(sorted(SCOPE.fields))))
    assert can_be_met(tree, missing) <= can_be_met(tree, frozenset())
