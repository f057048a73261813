"""A transition or rung that lacks a field which nothing can have filled by then."""

from __future__ import annotations

from collections.abc import Iterator

from casewf.analysis.lacking import Lacking, lacking
from casewf.analysis.rule import ERROR, Problem, Rule
from casewf.analysis.subject import Subject

__all__ = ["RULE"]


def _check(subject: Subject) -> Iterator[Problem]:
    for one in lacking(subject):
        names = " and ".join(repr(name) for name in one.fields)
        yield Problem(
            message=f"{one.what}: nothing can have filled {names} by then",
            span=subject.at(*one.path),
            help=_advice(one),
        )


def _advice(one: Lacking) -> str:
    field = one.fields[0]
    return f"accept {field!r} here or earlier (in the opening, or in a row that leads here), or set it"


RULE = Rule(
    code="CW722",
    name="never-complete",
    level=ERROR,
    title="a field that is required cannot have a value by then",
    zh="必需的字段到那时不可能有值",
    what="A transition or a rung that cannot do without a field (`needs`, a condition that cannot be met, "
    "a value of `set` or `assign`, the case of a `merge`), while nothing can have filled it by then: no "
    "default, not the opening, no transition on a way that leads there, no other track, no rung, and not "
    "the command itself. People may give with the command what a transition `needs`, `asks` and "
    "`accepts`, so those are never found; automatic transitions and timers are given nothing. A condition "
    "that only asks `has(field)` can be met. Import is not looked at.",
    why="Nobody can ever take the transition; whoever tries is told that a field is missing, and has no way "
    "to give it. An automatic transition waits without a word, or, if it cannot work out what it sets, "
    "refuses every command that leads to it.",
    instead="Let somebody give the field: accept it in this transition, or earlier.",
    check=_check,
)
