"""What an author allows, where, and with which words."""

from __future__ import annotations

import pytest

from casewf.analysis.explain import example
from casewf.analysis.lint import lint
from casewf.analysis.rules import RULES
from casewf.definition.load import load_calendar, parse_document

BAD = example(RULES[0], "bad")
CALENDARS = {"cn-office": load_calendar("cn-office")}
LINE = "      postponed: {zh: 延期, en: Postponed}\n"
ALLOW = "# casewf: allow CW701: taken over from the old system"


def codes(text: str) -> list[str]:
    return [finding.code for finding in lint(parse_document(text), CALENDARS)]


@pytest.mark.parametrize(
    "written",
    [
        f"      {ALLOW}\n{LINE}",
        f"{LINE.rstrip()}  {ALLOW}\n",
        f"      {ALLOW}\n      # and a word more\n\n{LINE}",
        f"      # casewf: allow CW701：旧系统转入\n{LINE}",
        f"      #casewf:allow CW701: old\n{LINE}",
    ],
    ids=["above", "beside", "above a comment", "a Chinese colon", "without blanks"],
)
def test_it_covers_its_own_line_or_the_next_that_says_something(written: str) -> None:
    assert codes(BAD) == ["CW701"]
    assert codes(BAD.replace(LINE, written)) == []


@pytest.mark.parametrize(
    ("written", "found"),
    [
        (f"      # casewf: allow CW701\n{LINE}", ["CW797", "CW701"]),
        (f"      # casewf: allow CW701:   \n{LINE}", ["CW797", "CW701"]),
        (f"      # casewf: allow\n{LINE}", ["CW798", "CW701"]),
        (f"      # casewf: allow CW70l: a slip\n{LINE}", ["CW798", "CW701"]),
        (f"      # casewf: allow CW303: a slip\n{LINE}", ["CW798", "CW701"]),
        (f"{LINE}      {ALLOW}\n", ["CW701", "CW799"]),
        (f"      # casewf: allow CW701, CW702x: both\n{LINE}", ["CW798"]),
    ],
    ids=["no reason", "blank reason", "no code", "no such rule", "a reader's code", "below", "two codes"],
)
def test_what_allows_nothing_is_told(written: str, found: list[str]) -> None:
    assert codes(BAD.replace(LINE, written)) == found


def test_what_stands_in_a_value_is_no_comment() -> None:
    text = BAD.replace("title: {zh: 走访, en: Visit}\nroles", f"title: {{zh: 走访, en: 'a {ALLOW}'}}\nroles")
    assert text != BAD
    assert codes(text) == ["CW701"]
