"""The steps of a story file."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from casewf.definition.amounts import amount
from casewf.definition.findings import Report
from casewf.definition.node import ListNode, MapNode, Node, Scalar
from casewf.definition.shapes import MapView, Shape, as_map
from casewf.definition.values import one_of, text, texts
from casewf.model.commands import ACTS
from casewf.model.reasons import REASON_CODES
from casewf.testing.story_entries import Entry
from casewf.testing.story_entry_steps import ENTRY_STEPS, EntryReader
from casewf.testing.story_expectations import Cast, ExpectationReader
from casewf.testing.story_model import (
    NOT_FOUND,
    Action,
    ActOnClock,
    DeliverNow,
    EraseValues,
    FireTrigger,
    OpenCase,
    SplitCase,
    Step,
    SweepNow,
)
from casewf.testing.story_values import (
    Times,
    field_value,
    known_name,
    names_of,
    note,
    plain_value,
    value_if_it_fits,
)

__all__ = ["STEP", "StepReader"]

_ACTIONS = ("open", "fire", "act", "split", *ENTRY_STEPS, "sweep", "deliver", "erase")
STEP = Shape(
    "a step",
    optional=(
        "at",
        *_ACTIONS,
        "case",
        "by",
        "rating",
        "kind",
        "sla",
        "amount",
        "parties",
        "data",
        "comment",
        "occurred_at",
        "reason",
        "refused",
        "note",
        "expect",
    ),
)
_GOES_WITH = {
    "by": ("open", "fire", "act", "split", *ENTRY_STEPS, "erase"),
    "rating": ("rate",),
    "kind": ("link", "unlink"),
    "sla": ("act",),
    "amount": ("act",),
    "parties": ("split",),
    "data": ("fire", "split"),
    "comment": ("fire", "act", "split"),
    "occurred_at": ("open", "fire"),
    "reason": ("erase",),
    "refused": ("open", "fire", "act", "split", *ENTRY_STEPS),
}
_ALL = "all"
ERASURE = Shape("an erasure", optional=("fields", "parties"))


class StepReader:
    """Reads the steps in order; what a step leaves out, it takes from the one above."""

    def __init__(self, report: Report, times: Times, casts: Mapping[str, Cast], main: str) -> None:
        self._report = report
        self._times = times
        self._casts = casts
        self._main = self._case = main
        self._expectations = {name: ExpectationReader(report, times, cast) for name, cast in casts.items()}
        self._last: int | None = None
        self._opened: set[str] = set()

    @property
    def _cast(self) -> Cast:
        return self._casts[self._case]

    def read(self, node: Node) -> Step | None:
        """The step, or None where it is no map."""
        view = as_map(self._report, node, STEP)
        if view is None:
            return None
        at = self._at(view)
        self._case = self._main
        if (case := self._known(view.get("case"), "case", self._casts)) in self._casts:
            self._case = case or self._main
        action = self._action(view)
        refused = self._refused(view)
        self._order(view, action, refused)
        place = self._report.place(view.span)
        return Step(
            at=at,
            case=self._case,
            place=place,
            action=action,
            refused=refused,
            note=note(self._report, view.get("note")),
            checks=self._expectations[self._case].read(view.get("expect")),
        )

    def _at(self, view: MapView) -> int:
        if "at" not in view:
            if self._last is None and view.is_whole:
                self._report.add("CW203", "the first step needs the key 'at'", view.span)
            return self._last or 0
        at = self._times.read(view.get("at"), "at")
        if at is None:
            return self._last or 0
        node = view.get("at")
        if self._last is not None and at < self._last and node is not None:
            above = self._times.show(self._last)
            advice = "time does not go back; move the step up, or mend its time"
            self._report.add("CW209", f"this is before the step above, {above}", node.span, help=advice)
            return self._last
        self._last = at
        self._times.today = self._times.date_of(at)
        return at

    def _action(self, view: MapView) -> Action | None:
        kinds = view.among(_ACTIONS)
        if len(kinds) > 1 or (not kinds and "expect" not in view and view.is_whole):
            found = " and ".join(kinds) or "none"
            message = f"a step has at most one of {', '.join(_ACTIONS)}, or only expect; found {found}"
            self._report.add("CW205", message, view.span)
            return None
        kind = kinds[0] if kinds else ""
        for key, allowed in _GOES_WITH.items():
            if key in view and kind not in allowed:
                self._report.add("CW205", f"{key} goes with {', '.join(allowed)} only", view.at(key))
        if kind in _GOES_WITH["by"] and "by" not in view and view.is_whole:
            self._report.add("CW203", f"a step with {kind!r} needs the key 'by'", view.span)
        by = self._person(view.get("by")) or ""
        if kind == "open":
            return OpenCase(by=by, data=self._data(view, "open"), occurred_at=self._occurred(view))
        if kind == "fire":
            return FireTrigger(
                trigger=self._trigger(view) or "",
                by=by,
                data=self._data(view, "data"),
                comment=text(self._report, view.get("comment"), "comment"),
                occurred_at=self._occurred(view),
            )
        if kind == "act":
            return self._act(view, by)
        if kind == "split":
            return self._split(view, by)
        return self._other(view, kind, by)

    def _other(self, view: MapView, kind: str, by: str) -> Action | None:
        if kind == "erase":
            reason = text(self._report, view.get("reason"), "reason") or ""
            fields, parties = self._erased(view.get("erase"))
            return EraseValues(by=by, fields=fields, parties=parties, reason=reason)
        if kind in ENTRY_STEPS:
            return EntryReader(self._report, self._cast.workflow).read(
                view, kind, by, refused="refused" in view
            )
        if kind:
            one_of(self._report, view.get(kind), kind, ("true",))
            return SweepNow() if kind == "sweep" else DeliverNow()
        return None

    def _split(self, view: MapView, by: str) -> SplitCase:
        parties = texts(self._report, view.get("parties"), "parties")
        return SplitCase(
            new_id=text(self._report, view.get("split"), "split") or "",
            by=by,
            parties=tuple(name.text for name in parties),
            data=self._data(view, "data"),
            comment=text(self._report, view.get("comment"), "comment"),
        )

    def _act(self, view: MapView, by: str) -> ActOnClock:
        if "sla" not in view and view.is_whole:
            self._report.add("CW203", "a step with 'act' needs the key 'sla'", view.span)
        slas = [sla.id for sla in self._cast.workflow.slas]
        sla = view.get("sla")
        unknown = "unknown_sla" in _codes(view)
        return ActOnClock(
            act=one_of(self._report, view.get("act"), "act", tuple(ACTS)) or "",
            sla=(text(self._report, sla, "sla") if unknown else self._known(sla, "SLA", slas)) or "",
            by=by,
            amount=amount(self._report, view.get("amount"), "amount"),
            comment=text(self._report, view.get("comment"), "comment"),
        )

    def _order(self, view: MapView, action: Action | None, refused: frozenset[str] | None) -> None:
        """A case is opened once, and before anybody fires on it; others may be opened by what is delivered."""
        if isinstance(action, OpenCase):
            if self._case in self._opened and refused is None:
                advice = "say which one with `case`, and name it at the top under `cases`"
                self._report.add("CW205", "the case was opened above", view.at("open"), help=advice)
            self._opened |= {self._case} if refused is None else set()
        elif (
            self._case == self._main
            and self._case not in self._opened
            and isinstance(action, FireTrigger | ActOnClock | SplitCase | EraseValues | Entry)
        ):
            (key,) = view.among(_ACTIONS)
            advice = "begin with a step `open: {…}`"
            self._report.add("CW205", "the case is not open yet", view.at(key), help=advice)

    def _occurred(self, view: MapView) -> int | None:
        return self._times.read(view.get("occurred_at"), "occurred_at")

    def _refused(self, view: MapView) -> frozenset[str] | None:
        if "refused" not in view:
            return None
        codes = texts(self._report, view.get("refused"), "refused")
        known = sorted(REASON_CODES | {NOT_FOUND})
        return frozenset(code for one in codes if (code := self._known(one, "code of a refusal", known)))

    def _trigger(self, view: MapView) -> str | None:
        node = view.get("fire")
        if "unknown_trigger" in _codes(view):
            return text(self._report, node, "fire")
        return self._known(node, "trigger", self._cast.triggers)

    def _data(self, view: MapView, key: str) -> dict[str, object]:
        """Field values; what the step wants refused need not fit."""
        found: dict[str, object] = {}
        fields = self._cast.workflow.fields
        for name, node in names_of(self._report, view.get(key), key):
            field = fields.get(name.text)
            if field is None:
                if "field_unknown" not in _codes(view):
                    self._known(name, "field", fields)
                found[name.text] = plain_value(node)
            elif "refused" in view:
                found[name.text] = value_if_it_fits(self._report, self._times, name.text, field, node)
            else:
                found[name.text] = field_value(self._report, self._times, name.text, field, node)
        return found

    def _erased(self, node: Node | None) -> tuple[tuple[str, ...] | None, tuple[str, ...] | None]:
        """The fields and the parties to be erased; None for both is everything."""
        if isinstance(node, Scalar) and node.text == _ALL:
            return None, None
        if isinstance(node, MapNode):
            view = as_map(self._report, node, ERASURE)
            if view is None or not view.among(ERASURE.keys):
                self._report.add("CW206", "nothing is named that could be erased", node.span)
                return (), None
            parties = tuple(one.text for one in texts(self._report, view.get("parties"), "parties"))
            return self._erased_fields(view.get("fields")), parties
        return self._erased_fields(node), None

    def _erased_fields(self, node: Node | None) -> tuple[str, ...]:
        sensitive = [name for name, field in self._cast.workflow.fields.items() if field.sensitive]
        names = texts(self._report, node, "erase")
        return tuple(name for one in names if (name := self._known(one, "sensitive field", sensitive)))

    # Names

    def _person(self, node: Node | None) -> str | None:
        return self._known(node, "person", self._cast.people)

    def _known(self, node: Node | None, kind: str, known: Collection[str]) -> str | None:
        return known_name(self._report, node, kind, known)


def _codes(view: MapView) -> frozenset[str]:
    """What the step wants refused for, before the codes are checked."""
    node = view.get("refused")
    items = node.items if isinstance(node, ListNode) else (node,)
    return frozenset(item.text for item in items if isinstance(item, Scalar))
