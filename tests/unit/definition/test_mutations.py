"""However the packaged files are damaged, reading them raises nothing but ``DefinitionError`` (X3)."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from casewf.analysis.changes.diff import diff
from casewf.core.migration_gaps import gaps
from casewf.definition import parse_calendar, parse_workflow, render_findings
from casewf.definition.load import parse_document
from casewf.definition.migrate import check_earlier
from casewf.errors import DefinitionError
from damaged_texts import HOTLINE, OFFICE, damaged
from migration_cases import WHOLE, version


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


MIGRATING = version(2, migrate=WHOLE)
EARLIER = parse_workflow(version(1))


@settings(max_examples=100, deadline=None)
@given(text=damaged(MIGRATING))
def test_a_damaged_migration_raises_nothing_but_definition_errors(text: str) -> None:
    """Whatever can be read can be compared with another version, in both directions."""
    reads_or_says_why(parse_workflow, text)
    try:
        document = parse_document(text)
    except DefinitionError:
        return
    workflow, plan = document.workflow, document.migration
    for change in (*diff(EARLIER, workflow, plan), *diff(workflow, EARLIER)):
        assert change.text("zh")
        assert document.report.place(document.key(*change.at_new)).line >= 1
    if plan is not None:
        assert all(gap.why.text() for gap in gaps(EARLIER, workflow, plan))
        reads_or_says_why(lambda _: check_earlier(parse_document(text), EARLIER), text)


@settings(max_examples=60, deadline=None)
@given(text=damaged(OFFICE))
def test_a_damaged_calendar_raises_nothing_but_definition_errors(text: str) -> None:
    reads_or_says_why(parse_calendar, text)


@settings(max_examples=200, deadline=None)
@given(text=st.text(alphabet="a:-[]{}\"'&*!|> \n\t#?,欠"))
@pytest.mark.parametrize("parse", [parse_workflow, parse_calendar])
def test_any_text_raises_nothing_but_definition_errors(parse: Callable[[str], object], text: str) -> None:
    reads_or_says_why(parse, text)
