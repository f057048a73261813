"""Who of a directory may do what, holders left out: a holder only ever leaves fewer of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import attrs

from casewf.analysis.parts import transitions
from casewf.model.directory import StaticDirectory
from casewf.model.roles import SYSTEM
from casewf.model.workflow import Workflow

__all__ = ["People"]


@attrs.frozen(slots=True)
class People:
    """The people of a directory.

    Attributes:
        orgs: for each person, the organisation.
        roles: for each person, the roles.
    """

    orgs: Mapping[str, str]
    roles: Mapping[str, frozenset[str]]

    @classmethod
    def of(cls, directory: StaticDirectory) -> People:
        """Those of a directory."""
        members = [(org, one) for org, people in directory.members.items() for one in people]
        return cls({one.id: org for org, one in members}, {one.id: one.roles for _, one in members})

    def having(self, roles: Iterable[str]) -> frozenset[str]:
        """Who has one of these roles."""
        wanted = frozenset(roles)
        return frozenset(name for name, own in self.roles.items() if not own.isdisjoint(wanted))

    def firing(self, workflow: Workflow) -> dict[str, frozenset[str]]:
        """For each trigger, who may fire some row of it."""
        roles: dict[str, set[str]] = {}
        for row in transitions(workflow):
            roles.setdefault(row.trigger, set()).update(by.role for by in row.by)
        return {trigger: self.having(names - {SYSTEM}) for trigger, names in roles.items()}

    def at(self, people: Iterable[str]) -> frozenset[str]:
        """The organisations of some people."""
        return frozenset(self.orgs[name] for name in people)
