"""Each rule of the linter finds its bad example, is silent on its good one, and has its page."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from casewf.analysis.explain import example, explain_rule
from casewf.analysis.lint import lint
from casewf.analysis.rule import Rule
from casewf.analysis.rules import RULES
from casewf.definition.load import load_calendar, packaged_calendars, parse_document

PAGES = Path(__file__).parents[3] / "docs" / "reference" / "lint"
RULE_FILES = Path(__file__).parents[3] / "src" / "casewf" / "analysis" / "rules"
CALENDARS = {name: load_calendar(name) for name in packaged_calendars()}

each_rule = pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)


@each_rule
def test_the_bad_example_is_found_and_nothing_else(rule: Rule) -> None:
    found = lint(parse_document(example(rule, "bad")), CALENDARS)
    assert {finding.code for finding in found} == {rule.code}


@each_rule
def test_the_good_example_is_silent(rule: Rule) -> None:
    assert lint(parse_document(example(rule, "good")), CALENDARS) == ()


@each_rule
def test_the_page_is_what_the_rule_says(rule: Rule) -> None:
    """The page is generated: CASEWF_UPDATE_GOLDEN=1 writes it anew."""
    page = PAGES / f"{rule.code}.md"
    if os.environ.get("CASEWF_UPDATE_GOLDEN"):
        page.parent.mkdir(exist_ok=True)
        page.write_text(explain_rule(rule), encoding="utf-8")
    assert page.read_text(encoding="utf-8") == explain_rule(rule)


def test_each_rule_has_a_file_of_its_name() -> None:
    names = {path.stem.replace("_", "-") for path in RULE_FILES.glob("*.py")} - {"--init--"}
    assert names == {rule.name for rule in RULES}


def test_codes_are_used_once() -> None:
    codes = [rule.code for rule in RULES]
    assert len(set(codes)) == len(codes)
