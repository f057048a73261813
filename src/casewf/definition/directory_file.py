"""A directory file: organisations in levels, people, absences and deputies, duty (M11); see ``directory-format.md``."""

from __future__ import annotations

from itertools import pairwise

from casewf.definition.findings import Report, quoted
from casewf.definition.names import check_name
from casewf.definition.node import Node, Scalar
from casewf.definition.people_times import ABSENCE, SHIFT, read_absences, read_quiet, read_shifts
from casewf.definition.shapes import MapView, Shape, as_entries, as_list, as_map
from casewf.definition.values import (
    check_format,
    known_name,
    label,
    label_of,
    refuse_other_kind,
    text,
    texts,
    zone_name,
)
from casewf.errors import InternalError
from casewf.model.directory import StaticDirectory
from casewf.model.staff import Absence, Duty, Organisation, Person, organisation_below_itself

__all__ = ["ABSENCE", "DIRECTORY", "DUTY", "FORMAT", "ORGANISATION", "PERSON", "SHIFT", "read_directory"]

FORMAT = 1
DIRECTORY = Shape(
    "a directory",
    required=("casewf-directory", "zone", "organisations", "people"),
    optional=("title", "levels", "duty"),
)
ORGANISATION = Shape("an organisation", optional=("zh", "en", "level", "under"))
PERSON = Shape("a person", required=("org",), optional=("roles", "name", "quiet", "deputies", "away"))
DUTY = Shape("a roster", required=("role", "org", "shifts"))


def read_directory(report: Report, root: Node) -> StaticDirectory:
    """The directory in ``root``, complete and checked.

    Raises:
        DefinitionError: with all problems that were found.
    """
    refuse_other_kind(report, root, "casewf-directory")
    view = as_map(report, root, DIRECTORY)
    if view is None:
        report.close()
        raise InternalError("a root that is no map was noted")
    check_format(report, view, "casewf-directory", FORMAT)
    label(report, view.get("title"))
    return _Reader(report, view).directory()


class _Reader:
    """Reads the sections in the order in which they refer to one another."""

    def __init__(self, report: Report, root: MapView) -> None:
        self._report = report
        self._root = root
        self._zone = zone_name(report, root.get("zone")) or "UTC"
        self._levels = self._read_levels(root.get("levels"))
        self._organisations = self._read_organisations(root.get("organisations"))
        self._persons: dict[str, Person] = {}
        self._org_of: dict[str, str] = {}
        self._away: dict[str, list[Absence]] = {}
        self._deputies: dict[str, list[str]] = {}

    def directory(self) -> StaticDirectory:
        """The whole of it, unless something was noted."""
        self._read_people(self._root.get("people"))
        duty = self._read_duty(self._root.get("duty"))
        self._report.close()
        return StaticDirectory(
            self._organisations,
            {
                org: [self._persons[name] for name, its in self._org_of.items() if its == org]
                for org in self._organisations
            },
            deputies=self._deputies,
            away=self._away,
            duty=duty,
        )

    # Organisations

    def _read_levels(self, node: Node | None) -> list[str]:
        """The names of the levels, the highest first."""
        entries = as_entries(self._report, node, "levels")
        for name, body in entries:
            check_name(self._report, name, "level")
            label(self._report, body)
        return [name.text for name, _ in entries]

    def _read_organisations(self, node: Node | None) -> dict[str, Organisation]:
        report = self._report
        entries = as_entries(report, node, "organisations")
        names = [name.text for name, _ in entries]
        found: dict[str, Organisation] = {}
        places: list[tuple[Scalar, MapView]] = []
        for name, body in entries:
            view = as_map(report, body, ORGANISATION, at=name.span)
            if view is None:
                found[name.text] = Organisation()
                continue
            found[name.text] = Organisation(
                under=known_name(report, view.get("under"), "organisation", names),
                level=known_name(report, view.get("level"), "level", self._levels),
                title=label_of(report, view),
            )
            places.append((name, view))
        circles = organisation_below_itself({name: org.under for name, org in found.items()})
        below = {way[0]: way for way in circles}
        for name, view in places:
            if name.text in below:
                way = " under ".join(below[name.text])
                report.add(
                    "CW601", f"organisation {quoted(name.text)} lies below itself", name.span, help=way
                )
            elif self._levels and view.is_whole:
                self._check_level(name, view, found)
        return found

    def _check_level(self, name: Scalar, view: MapView, found: dict[str, Organisation]) -> None:
        """Where there are levels, each organisation lies directly under one of the next higher level."""
        report, org = self._report, found[name.text]
        if "level" not in view:
            message = f"organisation {quoted(name.text)} has no level"
            report.add(
                "CW601", message, name.span, allowed=self._levels, help="where there are levels, all have one"
            )
            return
        if org.level is None or (org.under is None and "under" in view):
            return  # a name that was noted
        above = {lower: higher for higher, lower in pairwise(self._levels)}.get(org.level)
        upper = None if org.under is None else found[org.under]
        if upper is not None and upper.level is None:
            return
        if above is None and upper is not None:
            message = f"a {org.level} is of the highest level and lies under nothing"
            report.add("CW601", message, view.at("under"), help="leave `under` out")
        elif above is not None and (upper is None or upper.level != above):
            what = "nothing" if upper is None else f"the {upper.level} {quoted(org.under or '')}"
            known = [each for each, one in found.items() if one.level == above]
            message = f"a {org.level} lies directly under a {above}, and {quoted(name.text)} under {what}"
            span = view.at("under") if upper is not None else name.span
            report.add("CW601", message, span, help=f"known of that level: {', '.join(known) or 'none'}")

    # People

    def _read_people(self, node: Node | None) -> None:
        report = self._report
        views: list[tuple[str, MapView]] = []
        for name, body in as_entries(report, node, "people"):
            view = as_map(report, body, PERSON, at=name.span)
            self._persons[name.text] = Person(name.text)
            if view is None:
                continue
            views.append((name.text, view))
            roles = texts(report, view.get("roles"), "roles")
            for role in roles:
                check_name(report, role, "role")
            self._persons[name.text] = Person(
                name.text,
                text(report, view.get("name"), "name") or "",
                frozenset(role.text for role in roles),
                read_quiet(report, view.get("quiet"), self._zone),
            )
            org = known_name(report, view.get("org"), "organisation", self._organisations)
            if org is not None:
                self._org_of[name.text] = org
            if away := read_absences(report, view.get("away"), self._zone):
                self._away[name.text] = away
        for person, view in views:
            self._read_deputies(person, view)

    def _read_deputies(self, person: str, view: MapView) -> None:
        report = self._report
        for deputy in texts(report, view.get("deputies"), "deputies"):
            known = known_name(report, deputy, "person", self._persons)
            if known == person:
                message = f"{quoted(person)} cannot be his own deputy"
                report.add("CW602", message, deputy.span, help="name somebody else, or leave it out")
            elif known is not None and person in self._org_of and known in self._org_of:
                self._check_deputy(person, deputy)
                self._deputies.setdefault(person, []).append(known)

    def _check_deputy(self, person: str, deputy: Scalar) -> None:
        """A deputy sees what the absent person sees only from the same organisation, or from above."""
        org, his = self._org_of[person], self._org_of[deputy.text]
        line = [org]
        while (above := self._organisations[line[-1]].under) is not None and above not in line:
            line.append(above)
        if his not in line:
            whose = f"{quoted(person)} of {quoted(org)}"
            message = f"{quoted(deputy.text)} of {quoted(his)} cannot be the deputy of {whose}"
            advice = f"a deputy belongs to the same organisation or to one above it: {', '.join(line)}"
            self._report.add("CW602", message, deputy.span, help=advice)

    # Duty

    def _read_duty(self, node: Node | None) -> list[Duty]:
        report = self._report
        roles = list(dict.fromkeys(role for one in self._persons.values() for role in sorted(one.roles)))
        found: dict[tuple[str, str], Duty] = {}
        lines: dict[tuple[str, str], int] = {}
        for item in as_list(report, node, "duty"):
            view = as_map(report, item, DUTY)
            if view is None:
                continue
            role = known_name(report, view.get("role"), "role", roles)
            org = known_name(report, view.get("org"), "organisation", self._organisations)
            if role is None or org is None:
                continue
            there = [
                name
                for name, one in self._persons.items()
                if role in one.roles and self._org_of.get(name, org) == org
            ]
            shifts = read_shifts(report, view.get("shifts"), there, role, org)
            if (role, org) in found:
                message = f"there is a roster for {quoted(role)} in {quoted(org)} already"
                advice = f"the first one is in line {lines[role, org]}; add the shifts there"
                report.add("CW211", message, view.span, help=advice)
            found[role, org] = Duty(role=role, org=org, zone=self._zone, shifts=shifts)
            lines[role, org] = view.span.line
        return list(found.values())
