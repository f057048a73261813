"""However the packaged files are damaged, reading them raises nothing but ``DefinitionError`` (X3)."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from casewf.definition import parse_calendar, parse_workflow, render_findings
from casewf.errors import DefinitionError
from damaged_texts import HOTLINE, OFFICE, damaged


def reads_or_says_why(parse: Callable[[str], object], text: str) -> None:
    findings = None
    try:
        parse(text)
    except DefinitionError as error:
        findings = error.findings
    assert findings is None or render_findings(findings).strip()


@settings(max_examples=60, deadline=None)
@given(text=damaged(HOTLINE))
def test_a_damaged_workflow_raises_nothing_but_definition_errors(text: str) -> None:
    reads_or_says_why(parse_workflow, text)


@settings(max_examples=60, deadline=None)
@given(text=damaged(OFFICE))
def test_a_damaged_calendar_raises_nothing_but_definition_errors(text: str) -> None:
    reads_or_says_why(parse_calendar, text)


@settings(max_examples=200, deadline=None)
@given(text=st.text(alphabet="a:-[]{}\"'&*!|> \n\t#?,欠"))
@pytest.mark.parametrize("parse", [parse_workflow, parse_calendar])
def test_any_text_raises_nothing_but_definition_errors(parse: Callable[[str], object], text: str) -> None:
    reads_or_says_why(parse, text)
