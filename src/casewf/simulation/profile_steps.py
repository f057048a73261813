"""What a profile says of the work: values, steps, choices, courses; every name is held against the workflow."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from casewf.definition.amounts import amount
from casewf.definition.fields import read_value
from casewf.definition.findings import Report, quoted
from casewf.definition.names import Names
from casewf.definition.node import MapNode, Node, Span
from casewf.definition.shapes import MapView, Shape, as_entries, as_list, as_map, did_you_mean
from casewf.definition.values import boolean, decimal_number, known_name, one_of, text
from casewf.model.case import Sealed
from casewf.model.commands import ACTS
from casewf.model.workflow import Field, Transition, Workflow
from casewf.simulation.profile import (
    Choice,
    Course,
    Drawn,
    Fixed,
    InDays,
    PlaceOf,
    SameAs,
    Staff,
    Step,
    Value,
    Way,
    Weighted,
)
from casewf.simulation.profile_amounts import AmountReader, numbers_of, positive

__all__ = [
    "CHOICE",
    "COURSE",
    "DATE_AHEAD",
    "PLACE",
    "RESUMED",
    "SAME",
    "STEP",
    "WAY",
    "StepReader",
    "chance_of",
]

STEP = Shape(
    "a step",
    required=("by",),
    optional=(
        *("after", "takes", "begin", "fire", "act", "sla", "amount", "data", "chance", "when", "until"),
        *("skill", "relocate", "gives_up", "otherwise"),
    ),
)
CHOICE = Shape("a choice", required=("choose",))
WAY = Shape("a way", required=("share",), optional=("steps", "when"))
COURSE = Shape("a course", required=("steps",), optional=("enter", "warned", "after", "when"))
RESUMED = Shape("a course", required=("enter", "resume"), optional=("after", "when"))
PLACE = Shape("a place", required=("place",))
SAME = Shape("a value", required=("same_as",))
DATE_AHEAD = Shape("a date", required=("in",))

_NUMBERS = frozenset({"integer", "decimal"})
_SEALED = Sealed("simulated", "")


def chance_of(report: Report, node: Node | None, what: str) -> float | None:
    """A probability, from 0 to 1."""
    value = decimal_number(report, node, what)
    if value is None or node is None:
        return None
    if not 0 <= value <= 1:
        report.add("CW209", f"{what} must be 0 to 1, found {value}", node.span, help="0.25 is one in four")
        return None
    return float(value)


class StepReader:
    """Reads the steps of a profile, whose people and places are known.

    Attributes:
        spans: by its ``at``, where each step stands.
    """

    def __init__(
        self,
        report: Report,
        names: Names,
        workflow: Workflow,
        amounts: AmountReader,
        staff: Mapping[str, Staff],
        levels: Collection[str],
    ) -> None:
        self._report = report
        self._names = names
        self._fields = workflow.fields
        self._amounts = amounts
        self._staff = staff
        self._levels = levels
        self.spans: dict[str, Span] = {}
        self._rows: dict[str, list[Transition]] = {}
        for track in workflow.tracks:
            for row in track.transitions:
                self._rows.setdefault(row.trigger, []).append(row)

    def courses(self, node: Node | None) -> tuple[Course, ...]:
        """The section ``flow``."""
        items = enumerate(as_list(self._report, node, "flow"), 1)
        return tuple(one for number, item in items if (one := self._course(item, f"flow.{number}")))

    def _course(self, node: Node, at: str) -> Course | None:
        resumed = isinstance(node, MapNode) and node.peek("resume") is not None
        view = as_map(self._report, node, RESUMED if resumed else COURSE)
        if view is None:
            return None
        if not resumed:
            view.check_one_of(self._report, "a course", ("enter", "warned"), "say what begins it")
        entered = self._names.state_list(view.get("enter"), "enter")
        warned = view.get("warned")
        return Course(
            at=at,
            enter=entered[0] if entered else None,
            warned=known_name(self._report, warned, "limit", self._names.slas),
            after=frozenset(self._names.trigger_list(view.get("after"), "after")),
            resume=boolean(self._report, view.get("resume"), "resume") or False,
            when=self._names.guard(view.get("when")),
            steps=self.steps(view.get("steps"), f"{at}.steps"),
        )

    def steps(self, node: Node | None, at: str) -> tuple[Step | Choice, ...]:
        """Some steps, one after the other."""
        items = enumerate(as_list(self._report, node, "steps"), 1)
        return tuple(one for number, item in items if (one := self._step_or_choice(item, f"{at}.{number}")))

    def _step_or_choice(self, node: Node, at: str) -> Step | Choice | None:
        if not isinstance(node, MapNode) or node.peek("choose") is None:
            return self._step(node, at)
        view = as_map(self._report, node, CHOICE)
        ways = [] if view is None else as_list(self._report, view.get("choose"), "choose")
        found = (self._way(item, f"{at}.{number}") for number, item in enumerate(ways, 1))
        return Choice(at=at, ways=tuple(way for way in found if way is not None))

    def _way(self, node: Node, at: str) -> Way | None:
        view = as_map(self._report, node, WAY)
        if view is None:
            return None
        share = positive(self._report, view.get("share"), "share")
        steps = self.steps(view.get("steps"), at)
        return Way(share=share or 1.0, steps=steps, when=self._names.guard(view.get("when")))

    def _step(self, node: Node, at: str) -> Step | None:
        report = self._report
        view = as_map(report, node, STEP)
        if view is None:
            return None
        self.spans[at] = node.span
        group = self._staff.get(known_name(report, view.get("by"), "group", self._staff) or "")
        begin, fire = (self._trigger(view, key, group) for key in ("begin", "fire"))
        act = one_of(report, view.get("act"), "act", tuple(ACTS))
        self._check_together(view)
        chance = chance_of(report, view.get("chance"), "chance")
        carrier = fire or begin
        skill = text(report, view.get("skill"), "skill")
        if skill is not None and group is not None and skill not in group.skills:
            self._known_skill(view, skill, group)
        return Step(
            at=at,
            by="" if group is None else group.name,
            after=self._amounts.read(view.get("after"), "after"),
            takes=self._amounts.read(view.get("takes"), "takes"),
            begin=begin,
            fire=fire,
            act=act,
            sla=known_name(report, view.get("sla"), "limit", self._names.slas),
            amount=amount(report, view.get("amount"), "amount"),
            data=self._data_of(view, carrier, group),
            chance=1.0 if chance is None else chance,
            when=self._names.guard(view.get("when")),
            until=self._names.guard(view.get("until")),
            skill=skill,
            relocate=boolean(report, view.get("relocate"), "relocate") or False,
            gives_up=self._amounts.read(view.get("gives_up"), "gives_up"),
            otherwise=self.steps(view.get("otherwise"), f"{at}.otherwise"),
        )

    def _known_skill(self, view: MapView, skill: str, group: Staff) -> None:
        message = f"nobody of {quoted(group.name)} has the skill {quoted(skill)}"
        advice = did_you_mean(skill, group.skills) or f"give it to some: skills: {{{skill}: 1}}"
        self._report.add("CW303", message, view.at("skill"), help=advice)

    def _check_together(self, view: MapView) -> None:
        report = self._report
        if "fire" in view and "act" in view:
            report.add(
                "CW205", "a step fires a trigger or does an act", view.at("act"), help="make it two steps"
            )
        if "act" in view and "sla" not in view:
            report.add(
                "CW203", "an act needs the key 'sla'", view.at("act"), help="say on which limit's clock"
            )
        for key, other in (
            ("sla", "act"),
            ("amount", "act"),
            ("otherwise", "gives_up"),
            ("gives_up", "takes"),
        ):
            if key in view and other not in view:
                report.add(
                    "CW205", f"{key} goes with {other} only", view.at(key), help=f"add {other}, or delete it"
                )
        if "data" in view and "fire" not in view and "begin" not in view:
            report.add(
                "CW205", "data goes with fire or begin only", view.at("data"), help="say what is fired"
            )

    # Triggers and their values

    def _trigger(self, view: MapView, key: str, group: Staff | None) -> str | None:
        name = known_name(self._report, view.get(key), "trigger", self._names.triggers)
        if name is None or name not in self._rows or group is None or not group.roles:
            return name
        if not self._open_to(name, group.roles):
            able = [other.name for other in self._staff.values() if self._open_to(name, other.roles)]
            message = f"nobody of {quoted(group.name)} may fire {name!r}"
            roles = dict.fromkeys(by.role for row in self._rows[name] for by in row.by)
            advice = f"it is open to the roles {', '.join(roles) or '–'}"
            self._report.add("CW208", message, view.at("by"), allowed=able, help=advice)
        return name

    def _open_to(self, trigger: str, roles: frozenset[str]) -> list[Transition]:
        return [row for row in self._rows[trigger] if any(by.role in roles for by in row.by)]

    def _data_of(self, view: MapView, trigger: str | None, group: Staff | None) -> dict[str, Value]:
        report, rows = self._report, self._rows.get(trigger or "", [])
        if group is not None and rows:
            rows = self._open_to(trigger or "", group.roles) or rows
        accepted = [name for row in rows for name in (*row.asks, *row.needs, *row.accepts)]
        found = self.data(view.get("data"), dict.fromkeys(accepted), f"the data of {trigger}")
        if rows and view.is_whole and all(set(row.asks) - set(found) for row in rows):
            missing = sorted(set(rows[0].asks) - set(found))
            node = view.get("data")
            written = {key.text for key, _ in node.pairs} if isinstance(node, MapNode) else set()
            for name in missing:
                if name not in written:
                    message = f"the data of {trigger!r} needs {name!r}, which it asks for"
                    report.add("CW203", message, view.at("data"), help=f"write data: {{{name}: …}}")
        return found

    def data(self, node: Node | None, accepted: Collection[str], what: str) -> dict[str, Value]:
        """Values by field; one that is not accepted is noted."""
        found: dict[str, Value] = {}
        for key, body in as_entries(self._report, node, "data"):
            if self._names.known(key, "field", self._fields) is None:
                continue
            if key.text not in accepted:
                message = f"{what} cannot have {key.text!r}"
                self._report.add("CW208", message, key.span, allowed=sorted(accepted))
                continue
            value = self._value(self._fields[key.text], key.text, body)
            if value is not None:
                found[key.text] = value
        return found

    def _value(self, field: Field, name: str, node: Node) -> Value | None:
        report = self._report
        if field.sensitive:
            return Fixed(_SEALED)
        if not isinstance(node, MapNode):
            value = read_value(report, field, node, name)
            return None if value is None else Fixed((value,) if field.many else value)
        if node.peek("same_as") is not None:
            view = as_map(report, node, SAME)
            other = None if view is None else view.get("same_as")
            same = known_name(report, other, "field", self._fields)
            return None if same is None else SameAs(same)
        if field.kind == "org" or (field.kind == "text" and node.peek("place") is not None):
            view = as_map(report, node, PLACE)
            level = None if view is None else known_name(report, view.get("place"), "level", self._levels)
            return None if level is None else PlaceOf(level, field.many)
        if field.kind == "date":
            view = as_map(report, node, DATE_AHEAD)
            days = None if view is None else self._amounts.days(view.get("in"), name)
            return None if days is None else InDays(days)
        if field.kind in _NUMBERS:
            numbers = numbers_of(report, node, name)
            decimal = field.kind == "decimal"
            return None if numbers is None else Drawn(numbers, decimal, field.minimum, field.maximum)
        return self._weighted(field, name, node)

    def _weighted(self, field: Field, name: str, node: MapNode) -> Value | None:
        values: list[object] = []
        weights: list[float] = []
        for key, body in node.pairs:
            value = read_value(self._report, field, key, name)
            weight = positive(self._report, body, f"the weight of {key.text}")
            if value is not None and weight is not None:
                values.append((value,) if field.many else value)
                weights.append(weight)
        return Weighted(tuple(values), tuple(weights)) if values else None
