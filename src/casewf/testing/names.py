"""What there is in a host, so that an assertion on a name that nothing has is an error and no green test."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

import attrs

from casewf.definition.nearest import nearest
from casewf.model.commands import ACTS
from casewf.model.workflow import Workflow
from casewf.testing.rungs import rung_names

__all__ = ["HostNames", "check_name", "check_roles"]


@attrs.frozen(slots=True, kw_only=True)
class HostNames:
    """The names that may be asked for.

    Attributes:
        knows: whether the directory knows a person of this id.
        people: ids of people, as far as they can be listed.
        workflows: what the cases of the host go by.
    """

    knows: Callable[[str], bool]
    people: Sequence[str]
    workflows: Sequence[Workflow]

    def check(self, *, person: str | None = None, role: str | None = None, about: str | None = None) -> None:
        """That there are such names; None is not looked at.

        Raises:
            ValueError: there are not; with what there is.
        """
        __tracebackhide__ = True
        if person is not None and not self.knows(person):
            check_name("person", person, self.people)
        if role is not None:
            check_name("role", role, (name for one in self.workflows for name in one.roles))
        if about is not None:
            self._check_about(about)

    def _check_about(self, about: str) -> None:
        sla, slash, rung = about.partition("/")
        if not slash:
            rows = (row for one in self.workflows for track in one.tracks for row in track.transitions)
            check_name("trigger", about, (row.trigger for row in rows))
            return
        check_name("limit", sla, (limit.id for one in self.workflows for limit in one.slas))
        rungs = (name for one in self.workflows for name in rung_names(one, sla))
        check_name(f"rung or act of the limit {sla!r}", rung, (*rungs, *ACTS))


def check_name(kind: str, name: str, known: Iterable[str]) -> None:
    """That there is such a name.

    Raises:
        ValueError: there is not; with the one that was probably meant, and all that there are.
    """
    __tracebackhide__ = True
    names = list(dict.fromkeys(known))
    if name not in names:
        close = nearest(name, names)
        listed = f"there are: {', '.join(names) or 'none'}"
        meant = f"did you mean {close!r}? T{listed[1:]}" if close else listed
        raise ValueError(f"there is no {kind} {name!r}; {meant}")


def check_roles(people: Mapping[str, Iterable[str]], workflows: Sequence[Workflow]) -> None:
    """That the workflows have every role that somebody has, as in a story.

    Raises:
        ValueError: there are others.
    """
    known = dict.fromkeys(role for one in workflows for role in one.roles)
    problems = []
    for person, roles in people.items():
        for role in roles:
            try:
                check_name("role", role, known)
            except ValueError as problem:
                problems.append(f"{person!r}: {problem}")
    if problems:
        raise ValueError("\n".join(problems))
