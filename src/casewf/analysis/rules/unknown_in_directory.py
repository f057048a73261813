"""An organisation or a person written out in a workflow whom the directory does not know."""

from __future__ import annotations

from collections.abc import Iterator

from casewf.analysis.ids import written_ids
from casewf.analysis.rule import ERROR, Problem, Rule
from casewf.analysis.subject import Subject
from casewf.definition.findings import quoted
from casewf.definition.shapes import did_you_mean

__all__ = ["RULE"]


def _check(subject: Subject) -> Iterator[Problem]:
    directory = None if subject.bindings is None else subject.bindings.directory
    if directory is None:
        return
    people = [one.id for members in directory.members.values() for one in members]
    known = {"org": list(directory.organisations), "person": people}
    words = {"org": "organisation", "person": "person"}
    for written in written_ids(subject.document):
        if written.id not in known[written.kind]:
            yield Problem(
                message=f"the directory has no {words[written.kind]} {quoted(written.id)}",
                span=subject.at(*written.path),
                help=did_you_mean(written.id, known[written.kind])
                or "add it to the directory, or mend the id here",
            )


RULE = Rule(
    code="CW746",
    name="unknown-in-directory",
    level=ERROR,
    title="the directory does not know an organisation or a person",
    zh="名录中没有该单位或人员",
    what="The id of an organisation or a person that is written out in an expression (compared with a "
    "field of that type, with `actor.org` or `actor.id`, or as the value of such a field, of an `assign` "
    "or of the `org` of a child), as the default of a field, or in the choice of a calendar, and that is "
    "not in the `directory` of the bindings.",
    why="A condition that compares with it is never met. As a value it is refused, and the move with it.",
    instead="Write the id as the directory has it. Better still, let a field hold it, so that the file "
    "need not change when an organisation does.",
    check=_check,
    needs_bindings=True,
)
