"""A field that nothing ever fills."""

from __future__ import annotations

from collections.abc import Iterator

from casewf.analysis.lacking import lacking
from casewf.analysis.parts import expressions, fields_named, fields_of
from casewf.analysis.rule import WARNING, Problem, Rule
from casewf.analysis.subject import Subject

__all__ = ["RULE"]


def _check(subject: Subject) -> Iterator[Problem]:
    empty = subject.workflow.fields.keys() - subject.filling.fields
    if not empty:
        return
    empty -= {name for one in lacking(subject) for name in one.fields}
    read = _read(subject)
    for name in subject.workflow.fields:
        if name not in empty:
            continue
        where = f", and line {read[name]} reads it" if name in read else ""
        yield Problem(
            message=f"nothing ever fills field {name!r}{where}",
            span=subject.key("fields", name),
            help="accept it in the opening or in a transition, set it, give it a default, or delete it",
        )


def _read(subject: Subject) -> dict[str, int]:
    """The first line in which each field is read."""
    found: dict[str, int] = {}
    places = [(name, path) for value, path in expressions(subject.document) for name in fields_of(value)]
    for name, path in (*places, *fields_named(subject.document)):
        line = subject.at(*path).line
        found[name] = min(line, found.get(name, line))
    return found


RULE = Rule(
    code="CW724",
    name="field-never-filled",
    level=WARNING,
    title="nothing ever fills a field",
    zh="字段永远没有值",
    what="A field without a default that the opening does not accept, no transition needs, asks for, "
    "accepts or sets, and no rung sets. What a row lacks such a field for is CW722. Import is not looked "
    "at: a field for numbers of an old system, which only an import fills, is allowed with that reason.",
    why="It stays empty in every case. A limit `until` it never starts, a condition that asks for it goes "
    "one way only, and people look in vain for where to enter it.",
    instead="Accept the field where somebody knows its value, or delete it.",
    check=_check,
)
