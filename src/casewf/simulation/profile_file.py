"""Profiles (``casewf-profile: 1``): read into a ``Profile``, every name checked against the workflow.

The grammar is ``docs/reference/profile-format.md``.
"""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Iterator, Mapping
from pathlib import Path

import attrs

from casewf.definition.beside import calendars_beside
from casewf.definition.expression_types import suggestion
from casewf.definition.files import is_id, packaged, read_packaged, read_text
from casewf.definition.findings import Finding, Report, quoted
from casewf.definition.load import load_calendar, load_workflow, packaged_calendars, packaged_workflows
from casewf.definition.names import Names
from casewf.definition.node import Node, Span
from casewf.definition.shapes import MapView, Shape, as_map
from casewf.definition.source import SourceText
from casewf.definition.values import (
    check_format,
    date,
    label,
    refuse_other_kind,
    text,
    texts,
    whole_number,
    zone_name,
)
from casewf.definition.yaml_text import compose
from casewf.errors import InternalError
from casewf.model.amount import US_PER_HOUR, US_PER_MINUTE
from casewf.model.hours import read_hours
from casewf.model.workflow import Workflow
from casewf.simulation.profile import Profile, Staff
from casewf.simulation.profile_amounts import AmountReader
from casewf.simulation.profile_arrivals import ArrivalReader
from casewf.simulation.profile_gaps import gaps, never_possible, too_late
from casewf.simulation.profile_people import read_levels, read_staff
from casewf.simulation.profile_steps import StepReader
from casewf.worktime import WorkCalendar

__all__ = ["FORMAT", "MAX_DAYS", "PROFILE", "load_profile", "packaged_profiles", "parse_profile"]

FORMAT = 1
PROFILE = Shape(
    "a profile",
    required=(
        "casewf-profile",
        "workflow",
        "zone",
        "from",
        "days",
        "organisations",
        "staff",
        "arrivals",
        "flow",
    ),
    optional=("title", "drain", "calendars", "first", "connectors"),
)
MAX_DAYS = 3_660
_YEARS = (1970, 2999)
_WORKING_DAY = 8 * US_PER_HOUR


def load_profile(
    source: str | os.PathLike[str],
    *,
    name: str | None = None,
    workflow: Workflow | None = None,
    beside: str | None = None,
) -> Profile:
    """The profile in a file, or a packaged one by its id, such as ``chongqing-2024``.

    Args:
        source: a path, or an id. A text of only lower-case letters, digits, ``_`` and ``-`` is an id.
        name: what findings call the file; by default the path.
        workflow: is simulated instead of the one that it names.
        beside: the file of that workflow, in whose folder its calendars are looked for.

    Raises:
        DefinitionError: the profile, its workflow or a calendar is wrong; ``findings`` hold all of it.
    """
    path = os.fspath(source)
    if isinstance(source, str) and is_id(source) and source in packaged_profiles():
        written, file = read_packaged("profiles", source)
        return parse_profile(written, file=name or file, workflow=workflow, beside=beside)
    file = name or path
    written = read_text(source, name=file, advice=f"packaged profiles: {', '.join(packaged_profiles())}")
    return parse_profile(written, file=file, folder=Path(path).parent, workflow=workflow, beside=beside)


def packaged_profiles() -> tuple[str, ...]:
    """The ids of the profiles that casewf ships."""
    return packaged("profiles")


def parse_profile(
    written: str,
    *,
    file: str = "<text>",
    folder: Path | None = None,
    workflow: Workflow | None = None,
    beside: str | None = None,
) -> Profile:
    """The profile in a YAML text.

    Args:
        written: the text.
        file: what findings call it.
        folder: where relative paths in it start; the working directory if None.
        workflow: is simulated instead of the one that it names.
        beside: as for ``load_profile``.

    Raises:
        DefinitionError: as ``load_profile``.
    """
    report = Report(SourceText(file, written.removeprefix("\ufeff")))
    node = compose(report)
    refuse_other_kind(report, node, "casewf-profile")
    root = as_map(report, node, PROFILE)
    if root is None:
        report.close()
        raise InternalError("a root that is no map was noted")
    check_format(report, root, "casewf-profile", FORMAT)
    definition, folder = workflow, folder or Path()
    if definition is None:
        definition, beside = _workflow(report, root.get("workflow"), folder)
    if definition is None:
        report.close()
        raise InternalError("a missing workflow was noted")
    return _Reader(report, root, definition, folder, beside).profile()


def _workflow(report: Report, node: Node | None, folder: Path) -> tuple[Workflow | None, str | None]:
    """The workflow that a profile names, a packaged id or a path that starts at the profile's folder; and its file."""
    name = text(report, node, "workflow")
    if name is None or node is None:
        return None, None
    if not is_id(name):
        file = os.path.normpath(folder / name)
        return load_workflow(folder / name, name=file), file
    if name in packaged_workflows():
        return load_workflow(name), None
    advice = f"{suggestion(name, packaged_workflows())}; for a file write its path, such as ./{name}.yaml"
    report.add("CW303", f"{quoted(name)} is not among the packaged workflows", node.span, help=advice)
    return None, None


class _Reader:
    """Reads the sections in the order in which they refer to one another."""

    def __init__(
        self, report: Report, root: MapView, workflow: Workflow, folder: Path, beside: str | None
    ) -> None:
        self._report = report
        self._root = root
        self._workflow = workflow
        self._folder = folder
        self._beside = beside
        self._names = Names(
            report=report,
            fields=dict(workflow.fields),
            states={track.id: {state.id: None for state in track.states} for track in workflow.tracks},
            triggers={row.trigger: track.id for track in workflow.tracks for row in track.transitions},
            roles=tuple(workflow.roles),
            cards=tuple(name for name, _ in workflow.cards),
            slas=tuple(sla.id for sla in workflow.slas),
        )

    def profile(self) -> Profile:
        """The whole of it, unless something was noted."""
        report, root = self._report, self._root
        calendars = self._calendars(root.get("calendars"))
        zone = zone_name(report, root.get("zone")) or "UTC"
        begins = self._begins(root.get("from"))
        days = whole_number(report, root.get("days"), "days", minimum=1, maximum=MAX_DAYS)
        drain = whole_number(report, root.get("drain"), "drain", minimum=0, maximum=MAX_DAYS)
        levels = read_levels(report, root.get("organisations"))
        staff = read_staff(self._names, root.get("staff"), levels, calendars)
        amounts = AmountReader(report, self._working_day(calendars))
        self._check_horizon(calendars, staff, begins, (days or 1) + (60 if drain is None else drain))
        steps = StepReader(report, self._names, self._workflow, amounts, staff, levels)
        courses = steps.courses(root.get("flow"))
        incoming = ArrivalReader(report, self._workflow, amounts, steps)
        arrivals = incoming.streams(root.get("arrivals"), staff, levels)
        connectors = incoming.connectors(root.get("connectors"))
        first = self._names.guard(root.get("first"))
        title = label(report, root.get("title"))
        report.close()
        profile = Profile(
            file=report.source.file,
            title=title,
            workflow=self._workflow,
            zone=zone,
            begins=begins,
            days=days or 1,
            drain=60 if drain is None else drain,
            first=first,
            calendars=calendars,
            organisations=tuple(levels.values()),
            staff=staff,
            arrivals=arrivals,
            connectors=connectors,
            courses=courses,
        )
        return attrs.evolve(profile, warnings=tuple(self._warnings(profile, steps.spans)))

    def _begins(self, node: Node | None) -> dt.date:
        """The first day, from which the longest run ends long before dates do."""
        found = date(self._report, node, "from")
        if found is None or node is None:
            return dt.date(2000, 1, 1)
        if not _YEARS[0] <= found.year <= _YEARS[1]:
            message = f"from lies in the years {_YEARS[0]} to {_YEARS[1]}, found {found}"
            self._report.add(
                "CW209", message, node.span, help="write a day for which calendars are announced"
            )
            return dt.date(2000, 1, 1)
        return found

    def _warnings(self, profile: Profile, spans: Mapping[str, Span]) -> Iterator[Finding]:
        """States in which cases would be left for ever, and steps that nobody would ever do."""
        for track, state, triggers in gaps(profile):
            yield self._warning(
                "CW203",
                f"no course leads out of {track}.{state}: cases stay there until the end",
                self._root.at("flow"),
                f"add {{enter: {track}.{state}, steps: …}} that fires {', '.join(triggers)}",
            )
        for step, trigger, left in too_late(profile):
            what = step.fire or step.act or step.begin
            yield self._warning(
                "CW203",
                f"with {trigger} a case leaves {left}, so {what} after it is done only where that is refused",
                spans[step.at],
                f"put {what} into a course of the state that the case enters",
            )
        for step, trigger, state, sources in never_possible(profile):
            yield self._warning(
                "CW205",
                f"{trigger} is not possible in {state}, so it is refused whenever somebody does it",
                spans[step.at],
                f"put it into a course of a state in which it is: {', '.join(sources)}",
            )

    def _warning(self, code: str, message: str, span: Span, advice: str) -> Finding:
        place = self._report.place(span)
        return Finding(code=code, message=message, place=place, help=advice, level="warning")

    def _calendars(self, node: Node | None) -> dict[str, WorkCalendar]:
        """The calendars that the profile names, the packaged ones, and those of the workflow that lie beside it."""
        paths = texts(self._report, node, "calendars")
        given = [
            load_calendar(self._folder / path.text, name=str(self._folder / path.text)) for path in paths
        ]
        found = {calendar.id: calendar for calendar in given}
        for name in packaged_calendars():
            found.setdefault(name, load_calendar(name))
        sources = [] if self._beside is None else [self._beside]
        for name, (_, calendar) in calendars_beside(self._workflow.calendar.ids, sources).items():
            found.setdefault(name, calendar)
        missing = [name for name in self._workflow.calendar.ids if name not in found]
        if missing:
            message = f"the workflow goes by calendar {', '.join(missing)}, which is not given"
            advice = f"name its file: calendars: [{missing[0]}.yaml]; or lay it beside the workflow"
            self._report.add("CW303", message, self._root.at("workflow"), help=advice)
        return found

    def _check_horizon(
        self, calendars: dict[str, WorkCalendar], staff: dict[str, Staff], begins: dt.date, days: int
    ) -> None:
        """A run ends while its calendars know which days are working days; else it would break off."""
        last = begins + dt.timedelta(days=days - 1)
        for name in dict.fromkeys([*self._workflow.calendar.ids, *(one.calendar for one in staff.values())]):
            known = None if name not in calendars else calendars[name].announced_through
            if known is not None and last > known and self._root.is_whole:
                message = f"the run ends on {last}, and the calendar {name!r} knows days until {known}"
                advice = "begin earlier, shorten days or drain, or give the calendar later days"
                self._report.add("CW503", message, self._root.at("from"), help=advice)

    def _working_day(self, calendars: dict[str, WorkCalendar]) -> int:
        """How long an ordinary working day of the workflow's calendar is."""
        calendar = calendars.get(self._workflow.calendar.default)
        if calendar is None:
            return _WORKING_DAY
        week = calendar.to_document()["week"]
        lengths = (
            sum(closes - opens for opens, closes in read_hours(spans, calendar.id))
            for spans in week.values()
            if spans
        )
        return next(lengths, _WORKING_DAY // US_PER_MINUTE) * US_PER_MINUTE
