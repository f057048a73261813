"""A directory that is written down once: small organisations, tests and stories."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from casewf.errors import BindingError
from casewf.ports.outside import Person


class StaticDirectory:
    """A ``Directory`` from two maps; it never changes.

    Args:
        under: every organisation with the one directly above it, or None at the top.
        people: who belongs to which organisation, in the order in which they are told things.

    Raises:
        BindingError: an organisation lies below itself, or one is named that ``under`` does not have.
    """

    def __init__(
        self, under: Mapping[str, str | None], people: Mapping[str, Sequence[Person]] | None = None
    ) -> None:
        people = people or {}
        named = {above for above in under.values() if above is not None} | set(people)
        if missing := sorted(named - set(under)):
            raise BindingError([f"organisation {org!r} is named, but is not in the chart" for org in missing])
        self._lineages = {org: _upwards(org, under) for org in under}
        self._people = {org: tuple(members) for org, members in people.items()}

    def lineage(self, org: str) -> tuple[str, ...]:
        """``org`` and the organisations above it, nearest first; just itself for one that is not there."""
        return self._lineages.get(org, (org,))

    def people(self, role: str, org: str) -> Sequence[Person]:
        """Who has ``role`` in ``org`` itself; empty if nobody."""
        return tuple(person for person in self._people.get(org, ()) if role in person.roles)


def _upwards(org: str, under: Mapping[str, str | None]) -> tuple[str, ...]:
    found = [org]
    while (above := under[found[-1]]) is not None:
        if above in found:
            raise BindingError([f"organisation {org!r} lies below itself: {' under '.join([*found, above])}"])
        found.append(above)
    return tuple(found)
