"""Texts that a case can hold."""

from __future__ import annotations

import pytest

from casewf.core.fields import FieldProblem, check_value
from casewf.model.workflow import Field


@pytest.mark.parametrize("text", ["plain", "三个月未发工资", "🙂"])
def test_every_whole_text_is_kept_as_it_is(text: str) -> None:
    assert check_value("summary", Field(kind="text"), text) == text


@pytest.mark.parametrize("text", ["", "  \n", "half a character \ud83d"])
def test_an_empty_text_or_half_a_character_is_no_value(text: str) -> None:
    with pytest.raises(FieldProblem) as problem:
        check_value("summary", Field(kind="text"), text)
    assert problem.value.reason.code == "field_type"
