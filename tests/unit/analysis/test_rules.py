"""Each rule of the linter finds its bad example, is silent on its good one, and has its page."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from casewf.analysis.explain import (
    example,
    example_bindings,
    explain_code,
    explain_rule,
    findings_of_example,
)
from casewf.analysis.lint import lint
from casewf.analysis.reader_codes import BASES, EXPLANATIONS
from casewf.analysis.rule import Rule
from casewf.analysis.rules import RULES
from casewf.definition.codes import CODES
from casewf.definition.load import (
    load_calendar,
    packaged_calendars,
    parse_calendar,
    parse_directory,
    parse_document,
)

PAGES = Path(__file__).parents[3] / "docs" / "reference" / "lint"
RULE_FILES = Path(__file__).parents[3] / "src" / "casewf" / "analysis" / "rules"
CALENDARS = {name: load_calendar(name) for name in packaged_calendars()}

each_rule = pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)


@each_rule
def test_the_bad_example_is_found_and_nothing_else(rule: Rule) -> None:
    found = lint(parse_document(example(rule, "bad")), CALENDARS, example_bindings(rule))
    assert {finding.code for finding in found} == {rule.code}


@each_rule
def test_the_good_example_is_silent(rule: Rule) -> None:
    assert lint(parse_document(example(rule, "good")), CALENDARS, example_bindings(rule)) == ()


def check_page(code: str, text: str) -> None:
    """The page is generated: CASEWF_UPDATE_GOLDEN=1 writes it anew."""
    page = PAGES / f"{code}.md"
    if os.environ.get("CASEWF_UPDATE_GOLDEN"):
        page.write_text(text, encoding="utf-8")
    assert page.read_text(encoding="utf-8") == text


@each_rule
def test_the_page_is_what_the_rule_says(rule: Rule) -> None:
    check_page(rule.code, explain_rule(rule))


@pytest.mark.parametrize("code", CODES)
def test_the_page_is_what_is_said_of_a_code_of_the_reader(code: str) -> None:
    check_page(code, explain_code(code))


def test_every_code_of_the_reader_is_explained() -> None:
    assert list(EXPLANATIONS) == list(CODES)


@pytest.mark.parametrize("code", [code for code in CODES if EXPLANATIONS[code].right])
def test_the_example_of_a_code_has_this_code_only(code: str) -> None:
    assert {finding.code for finding in findings_of_example(code)} == {code}


@pytest.mark.parametrize("base", BASES)
def test_the_base_of_the_examples_has_no_finding(base: str) -> None:
    if base == "workflow":
        assert lint(parse_document(BASES[base]), CALENDARS) == ()
    else:
        readers = {"calendar": parse_calendar, "directory": parse_directory, "overlay": parse_document}
        readers[base](BASES[base])


def test_there_is_no_page_of_a_code_that_is_gone() -> None:
    pages = {path.stem for path in PAGES.glob("*.md")}
    assert pages == {*CODES, *(rule.code for rule in RULES)}


def test_each_rule_has_a_file_of_its_name() -> None:
    names = {path.stem.replace("_", "-") for path in RULE_FILES.glob("*.py")} - {"--init--"}
    assert names == {rule.name for rule in RULES}


def test_codes_are_used_once() -> None:
    codes = [rule.code for rule in RULES]
    assert len(set(codes)) == len(codes)
