"""What a profile says of the cases that come, and of how connectors answer."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import attrs

from casewf.core.program import named_effects
from casewf.definition.amounts import amount
from casewf.definition.findings import Report, quoted
from casewf.definition.names import check_name
from casewf.definition.node import MapNode, Node
from casewf.definition.shapes import MapView, Shape, as_entries, as_list, as_map
from casewf.definition.values import decimal_number, known_name, whole_number
from casewf.model.amount import US_PER_MINUTE, Elapsed
from casewf.model.effect_specs import PushSpec
from casewf.model.hours import WEEKDAYS
from casewf.model.workflow import Workflow
from casewf.simulation.profile import MOST_CASES, Arrivals, Bursts, Connector, Staff, Value
from casewf.simulation.profile_amounts import AmountReader, numbers_of
from casewf.simulation.profile_people import title_of
from casewf.simulation.profile_steps import StepReader, chance_of

__all__ = ["ARRIVALS", "BURSTS", "CONNECTOR", "WEEK", "ArrivalReader"]

ARRIVALS = Shape(
    "a stream",
    required=("number", "by"),
    optional=("zh", "en", "hours", "weekdays", "rest_days", "bursts", "org", "data"),
)
BURSTS = Shape("bursts", required=("every", "size", "within"))
CONNECTOR = Shape("a connector", optional=("takes", "fails", "data"))
WEEK = Shape("the days of the week", optional=WEEKDAYS)

_HOURS = 24
_MOST_AT_ONCE = 100_000


@attrs.frozen(slots=True)
class ArrivalReader:
    """Reads the sections ``arrivals`` and ``connectors``."""

    _report: Report
    _workflow: Workflow
    _amounts: AmountReader
    _steps: StepReader

    def streams(
        self, node: Node | None, staff: Mapping[str, Staff], levels: Collection[str]
    ) -> tuple[Arrivals, ...]:
        """The streams, in file order."""
        report, opening = self._report, self._workflow.opening
        accepted = self._workflow.fields if opening.accepts is None else (*opening.accepts, *opening.needs)
        found = []
        for name, body in as_entries(report, node, "arrivals"):
            check_name(report, name, "stream")
            view = as_map(report, body, ARRIVALS, at=name.span)
            if view is None:
                continue
            if name.text in staff:
                advice = "--vary goes by these names; call one of them otherwise"
                report.add("CW211", f"{quoted(name.text)} is a group, too", name.span, help=advice)
            number = whole_number(report, view.get("number"), "number", minimum=0, maximum=MOST_CASES)
            rest_days = self._weight(view.get("rest_days"), "rest_days")
            by = known_name(report, view.get("by"), "group", staff) or ""
            self._check_opener(view, staff, by)
            found.append(
                Arrivals(
                    name=name.text,
                    title=title_of(report, view),
                    number=number or 0,
                    hours=self._hours(view),
                    weekdays=self._weekdays(view.get("weekdays")),
                    rest_days=1.0 if rest_days is None else rest_days,
                    bursts=self._bursts(view.get("bursts")),
                    by=by,
                    level=known_name(report, view.get("org"), "level", levels),
                    data=self._data(view, accepted),
                )
            )
        return tuple(found)

    def _check_opener(self, view: MapView, staff: Mapping[str, Staff], name: str) -> None:
        """A group that may open no case would be refused every one of them."""
        roles = {by.role for by in self._workflow.opening.by}
        if roles and name in staff and staff[name].roles and not roles & staff[name].roles:
            able = [other.name for other in staff.values() if roles & other.roles]
            advice = f"that is open to the roles {', '.join(sorted(roles))}"
            message = f"nobody of {quoted(name)} may open a case"
            self._report.add("CW208", message, view.at("by"), allowed=able, help=advice)

    def _data(self, view: MapView, accepted: Collection[str]) -> dict[str, Value]:
        """What cases are opened with; a field without which they would be refused is noted if it is not there."""
        node = view.get("data")
        found = self._steps.data(node, accepted, "an opening")
        written = {key.text for key, _ in node.pairs} if isinstance(node, MapNode) else set()
        for name in self._workflow.opening.needs:
            if name not in written and self._workflow.fields[name].default is None:
                message = f"a case is opened with {name!r}, and the data lacks it"
                self._report.add("CW203", message, view.at("data"), help=f"write data: {{{name}: …}}")
        return found

    def connectors(self, node: Node | None) -> dict[str, Connector]:
        """The connectors, by name."""
        report = self._report
        pushed = [one for one in named_effects(self._workflow) if isinstance(one, PushSpec)]
        known = dict.fromkeys(one.connector for one in pushed)
        rows = {row.trigger: row for track in self._workflow.tracks for row in track.transitions}
        found = {}
        for name, body in as_entries(report, node, "connectors"):
            known_name(report, name, "connector", known)
            view = as_map(report, body, CONNECTOR, at=name.span)
            if view is None:
                continue
            answers = {one.on_ok for one in pushed if one.connector == name.text}
            accepted = [
                field
                for trigger, row in rows.items()
                if trigger in answers
                for field in (*row.asks, *row.needs, *row.accepts)
            ]
            found[name.text] = Connector(
                takes=self._amounts.read(view.get("takes"), "takes"),
                fails=chance_of(report, view.get("fails"), "fails") or 0.0,
                data=self._steps.data(view.get("data"), accepted, "the answer"),
            )
        return found

    def _weight(self, node: Node | None, what: str) -> float | None:
        value = decimal_number(self._report, node, what)
        if value is not None and node is not None and value < 0:
            self._report.add("CW209", f"{what} must be at least 0, found {value}", node.span)
            return None
        return None if value is None else float(value)

    def _hours(self, view: MapView) -> tuple[float, ...]:
        report = self._report
        items = as_list(report, view.get("hours"), "hours")
        weights = [self._weight(item, "an hour") for item in items]
        whole = tuple(one for one in weights if one is not None)
        if "hours" in view and len(items) != _HOURS:
            message = f"hours has a weight for each hour of the day, found {len(items)}"
            report.add(
                "CW205", message, view.at("hours"), help="write 24 numbers, the first for 00:00 to 01:00"
            )
        elif "hours" in view and len(whole) == _HOURS and not any(whole):
            report.add("CW209", "no hour has a weight above 0", view.at("hours"))
        return whole

    def _weekdays(self, node: Node | None) -> tuple[float, ...]:
        """A weight for each day of the week; one that is not named has 1."""
        view = as_map(self._report, node, WEEK)
        if view is None:
            return ()
        weights = {day: self._weight(view.get(day), day) for day in WEEKDAYS}
        found = tuple(1.0 if (weight := weights[day]) is None else weight for day in WEEKDAYS)
        if node is not None and not any(found):
            self._report.add("CW209", "no day of the week has a weight above 0", node.span)
        return found

    def _bursts(self, node: Node | None) -> Bursts | None:
        report = self._report
        view = as_map(report, node, BURSTS)
        if view is None:
            return None
        every = self._amounts.read(view.get("every"), "every")
        size = numbers_of(report, view.get("size"), "size")
        within = amount(report, view.get("within"), "within")
        if within is not None and not isinstance(within, Elapsed):
            report.add("CW205", "within is plain time", view.at("within"), help="write `2 hours`")
            return None
        if every is None or size is None or within is None:
            return None
        # no tighter and no larger than that, or hardly a case would come outside bursts, and drawing them has no end
        if every.values[0] < US_PER_MINUTE:
            advice = "write `1 minutes` or more"
            report.add("CW209", "bursts begin a minute apart at least", view.at("every"), help=advice)
        if size.values[0] < 1 or size.values[-1] > _MOST_AT_ONCE:
            message = f"the size of a burst lies from 1 to {_MOST_AT_ONCE:,}"
            report.add("CW209", message, view.at("size"), help="write numbers in these bounds")
        return Bursts(every=every, size=size, within=within.us)
