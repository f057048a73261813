"""Small workflow files for the tests of the linter, and a case of one that walks at random."""

from __future__ import annotations

import re
from collections.abc import Iterable
from textwrap import dedent, indent

from casewf.analysis.rule import Problem, Rule
from casewf.analysis.rules import RULES
from casewf.analysis.subject import Subject
from casewf.definition.load import parse_document
from casewf.worktime import WorkCalendar
from core_cases import OFFICE

__all__ = ["problems", "subject"]

_STATE = re.compile(r"(\w+): \{(\}|category:|final:|ends_case:)")


def subject(
    tracks: str, slas: str, *, calendar: WorkCalendar = OFFICE, fields: str = "", opening: str = ""
) -> Subject:
    """A workflow from the sections of a file; its roles are desk and boss, its cards yellow and red."""
    text = dedent(
        """\
        casewf: 1
        id: small
        version: 1
        calendar: office
        roles: {desk: {en: Desk}, boss: {en: Boss}}
        cards: {yellow: {en: Yellow}, red: {en: Red}}
        """
    )
    sections = {
        "fields": fields,
        "opening": opening,
        "tracks": _STATE.sub(r"\1: {en: \1, \2", tracks),
        "slas": slas,
    }
    for key, body in sections.items():
        if body:
            text += f"{key}:\n{indent(dedent(body).strip(), '  ')}\n"
    return Subject(parse_document(text), {"office": calendar})


def problems(of: Subject, rules: Iterable[Rule] = RULES) -> list[tuple[str, Problem]]:
    """What the rules on limits find, by code."""
    return [
        (rule.code, problem)
        for rule in rules
        if "CW750" <= rule.code <= "CW769"
        for problem in rule.check(of)
    ]
