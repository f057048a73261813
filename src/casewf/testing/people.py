"""People in a word: ``"handler reviewer @ city/yuzhong"``, and a directory of them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

import attrs

from casewf.model.directory import StaticDirectory
from casewf.ports.outside import Person

__all__ = ["Written", "directory_of", "organisations_of", "read_person"]


@attrs.frozen(slots=True)
class Written:
    """A person as he was written down: his roles, and the way from the top to his organisation, or nothing."""

    roles: tuple[str, ...]
    way: tuple[str, ...] = ()

    @property
    def org(self) -> str | None:
        """His organisation, or None for nobody's."""
        return self.way[-1] if self.way else None


def directory_of(*organisations: str, **people: str) -> StaticDirectory:
    """A directory in one line: ``directory_of(wu="operator @ city", li="handler @ city/yuzhong")``.

    People are named by their ids, and told in that order. ``engine.actor("li")`` gives one of them to act.

    Args:
        organisations: those in which nobody is: ``"city/jiangbei"``.
        people: roles, separated by spaces or commas; then ``@`` and the organisation with those above it.

    Raises:
        ValueError: a person without an organisation, or an organisation that is written below two others.
        BindingError: an organisation lies below itself.
    """
    written = {name: read_person(name, text) for name, text in people.items()}
    members: dict[str, list[Person]] = {}
    for name, one in written.items():
        if one.org is None:
            raise ValueError(
                f"{name!r} needs an organisation: write it as {name}={people[name] + ' @ city'!r}"
            )
        members.setdefault(one.org, []).append(Person(name, name, frozenset(one.roles)))
    ways = [_way(text, text) for text in organisations]
    return StaticDirectory(organisations_of([*ways, *(one.way for one in written.values())]), members)


def read_person(name: str, text: str) -> Written:
    """A person from ``"handler reviewer @ city/yuzhong"``; without ``@`` he belongs to no organisation.

    Raises:
        ValueError: the organisation has no name.
    """
    roles, at, org = text.partition("@")
    found = tuple(role for role in re.split(r"[\s,]+", roles) if role)
    return Written(found, _way(name, org) if at else ())


def organisations_of(ways: Iterable[tuple[str, ...]]) -> Mapping[str, str | None]:
    """Every organisation on these ways with the one above it.

    Raises:
        ValueError: one is written below two others.
    """
    found: dict[str, str | None] = {}
    for way in ways:
        for above, org in zip((None, *way), way, strict=False):
            if found.setdefault(org, above) != above:
                raise ValueError(
                    f"{org!r} is written below {found[org]!r} and below {above!r}; write one of them"
                )
    return found


def _way(whose: str, text: str) -> tuple[str, ...]:
    way = tuple(part.strip() for part in text.split("/"))
    if "" in way:
        raise ValueError(f"the organisation of {whose!r} has an empty name: {text!r}; write city/yuzhong")
    return way
