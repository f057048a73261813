"""What a step of a story expects: states, clocks, cards, fields, effects, options."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import attrs

from casewf.definition.findings import Report
from casewf.definition.node import ListNode, MapNode, Node, Scalar
from casewf.definition.shapes import Shape, as_list, as_map, one_or_more
from casewf.definition.values import boolean, one_of, texts, whole_number
from casewf.model.commands import ACTS
from casewf.model.workflow import Workflow
from casewf.testing.story_entry_steps import EntryReader, named
from casewf.testing.story_model import ABSENT, Check, Someone
from casewf.testing.story_values import Times, field_value, known_name, names_of

__all__ = ["CHILDREN", "CLOCK", "CLOCK_WORDS", "EFFECT", "EXPECT", "LINKS", "Cast", "ExpectationReader"]

EXPECT = Shape(
    "an expectation",
    optional=(
        "states",
        "clocks",
        "card",
        "closed",
        "fields",
        "effects",
        "pushed",
        "children",
        "links",
        "parties",
        "told",
        "options",
        "incidents",
        "not_found",
        "notes",
        "attachments",
    ),
)
CLOCK = Shape("a clock", optional=("due", "verdict", "phase"))
EFFECT = Shape("an effect", optional=("notify", "push", "hook", "open", "merge"))
CHILDREN = Shape("children", optional=("open", "closed", "total"))
LINKS = ("duplicate", "related", "split_from", "split_to", "merged_from", "merged_into")
_NONE = "none"
CLOCK_WORDS = {
    "verdict": ("none", "met", "breached", "cancelled"),
    "phase": ("running", "paused", "stopped"),
}


@attrs.frozen(slots=True, kw_only=True)
class Cast:
    """Who and what the steps of a story can name, of one of its cases.

    ``children`` are the workflows of the children that it can open, ``cases`` the ids of all cases.
    """

    workflow: Workflow
    people: Mapping[str, Someone]
    connectors: Collection[str]
    hooks: Collection[str]
    children: Collection[str] = ()
    cases: Collection[str] = ()

    @property
    def triggers(self) -> list[str]:
        """Every trigger of the workflow, in file order."""
        return list(dict.fromkeys(row.trigger for track in self.workflow.tracks for row in track.transitions))


class ExpectationReader:
    """Reads ``expect`` maps; a time alone in them is on the date of the step."""

    def __init__(self, report: Report, times: Times, cast: Cast) -> None:
        self._report = report
        self._times = times
        self._cast = cast
        self._triggers = cast.triggers
        self._entries = EntryReader(report, cast.workflow)

    def read(self, node: Node | None) -> tuple[Check, ...]:
        """Every expectation of an ``expect`` map, in the order of the reference."""
        view = as_map(self._report, node, EXPECT)
        if view is None:
            return ()
        return (
            *self._states(view.get("states")),
            *self._clocks(view.get("clocks")),
            *self._card(view.get("card")),
            *self._flag(view.get("closed")),
            *self._fields(view.get("fields")),
            *self._effects(view.get("effects")),
            *self._pushed(view.get("pushed")),
            *self._children(view.get("children")),
            *self._links(view.get("links")),
            *self._parties(view.get("parties")),
            *self._told(view.get("told")),
            *self._options(view.get("options")),
            *self._incidents(view.get("incidents")),
            *self._not_found(view.get("not_found")),
            *self._entries.checks(view),
        )

    def _check(self, what: str, node: Node, wanted: object, *about: str) -> Check:
        return Check(what, about, wanted, self._report.place(node.span))

    def _states(self, node: Node | None) -> list[Check]:
        tracks = {track.id: [state.id for state in track.states] for track in self._cast.workflow.tracks}
        return [
            self._check("state", name, state, name.text)
            for name, value in names_of(self._report, node, "states")
            if self._known(name, "track", tracks)
            and (state := self._known(value, f"state of {name.text!r}", tracks[name.text]))
        ]

    def _clocks(self, node: Node | None) -> list[Check]:
        found: list[Check] = []
        slas = [sla.id for sla in self._cast.workflow.slas]
        for name, value in names_of(self._report, node, "clocks"):
            if not self._known(name, "SLA", slas):
                continue
            if isinstance(value, Scalar) and value.text == _NONE:
                found.append(self._check("clock", name, None, name.text))
                continue
            view = as_map(self._report, value, CLOCK)
            if view is None:
                continue
            if (due := view.get("due")) is not None:
                paused = isinstance(due, Scalar) and due.text == _NONE
                found.append(
                    self._check("due", due, None if paused else self._times.read(due, "due"), name.text)
                )
            for key, words in CLOCK_WORDS.items():
                if (word := view.get(key)) is not None:
                    found.append(self._check(key, word, one_of(self._report, word, key, words), name.text))
        return found

    def _card(self, node: Node | None) -> list[Check]:
        cards = [_NONE, *(name for name, _ in self._cast.workflow.cards)]
        card = self._known(node, "card", cards)
        return [] if node is None else [self._check("card", node, card)]

    def _flag(self, node: Node | None) -> list[Check]:
        value = boolean(self._report, node, "closed")
        return [] if node is None else [self._check("closed", node, value)]

    def _fields(self, node: Node | None) -> list[Check]:
        fields = self._cast.workflow.fields
        return [
            self._check(
                "field",
                name,
                field_value(self._report, self._times, name.text, fields[name.text], value),
                name.text,
            )
            for name, value in names_of(self._report, node, "fields")
            if self._known(name, "field", fields)
        ]

    def _effects(self, node: Node | None) -> list[Check]:
        if node is None:
            return []
        wanted: list[str] = []
        known: dict[str, Collection[str]] = {
            "notify": self._cast.workflow.roles,
            "push": self._cast.connectors,
            "hook": self._cast.hooks,
            "open": self._cast.children,
            "merge": self._cast.cases,
        }
        items = (
            [] if isinstance(node, ListNode) and not node.items else as_list(self._report, node, "effects")
        )
        for item in items:
            view = as_map(self._report, item, EFFECT)
            if view is None:
                continue
            view.check_one_of(self._report, "an effect", EFFECT.keys, "write {notify: role}")
            for key in view.among(EFFECT.keys)[:1]:
                name = self._known(view.get(key), f"name after {key}", known[key])
                wanted.append(f"{key} {name}")
        return [self._check("effects", node, tuple(wanted))]

    def _pushed(self, node: Node | None) -> list[Check]:
        fields = self._cast.workflow.fields
        found: list[Check] = []
        for connector, body in names_of(self._report, node, "pushed"):
            if not self._known(connector, "connector", self._cast.connectors):
                continue
            for name, value in names_of(self._report, body, "pushed"):
                if not self._known(name, "field", fields):
                    continue
                left_out = isinstance(value, Scalar) and value.text == ABSENT
                wanted = (
                    ABSENT
                    if left_out
                    else field_value(self._report, self._times, name.text, fields[name.text], value)
                )
                found.append(self._check("pushed", name, wanted, connector.text, name.text))
        return found

    def _children(self, node: Node | None) -> list[Check]:
        view = as_map(self._report, node, CHILDREN)
        return [
            self._check("children", one, whole_number(self._report, one, key, minimum=0), key)
            for key in CHILDREN.keys
            if view is not None and (one := view.get(key)) is not None
        ]

    def _links(self, node: Node | None) -> list[Check]:
        return [
            self._check("links", kind, named(self._report, cases, "links"), kind.text)
            for kind, cases in names_of(self._report, node, "links")
            if self._known(kind, "kind of link", LINKS)
        ]

    def _parties(self, node: Node | None) -> list[Check]:
        if node is None:
            return []
        if isinstance(node, MapNode):
            return self._entries.parties(node)
        return [self._check("parties", node, tuple(sorted(named(self._report, node, "parties"))))]

    def _told(self, node: Node | None) -> list[Check]:
        if node is None:
            return []
        nobody = isinstance(node, ListNode) and not node.items
        people = [] if nobody else one_or_more(self._report, node, "told")
        return [self._check("told", node, tuple(self._person(one) for one in people))]

    def _options(self, node: Node | None) -> list[Check]:
        acts = [f"{act}/{sla.id}" for sla in self._cast.workflow.slas for act in ACTS]
        return [
            self._check(
                "option", trigger, boolean(self._report, value, trigger.text), person.text, trigger.text
            )
            for person, triggers in names_of(self._report, node, "options")
            if self._known(person, "person", self._cast.people)
            for trigger, value in names_of(self._report, triggers, "options")
            if self._known(trigger, "trigger", acts if "/" in trigger.text else self._triggers)
        ]

    def _incidents(self, node: Node | None) -> list[Check]:
        count = whole_number(self._report, node, "incidents", minimum=0)
        return [] if node is None else [self._check("incidents", node, count)]

    def _not_found(self, node: Node | None) -> list[Check]:
        people = texts(self._report, node, "not_found")
        return [self._check("not_found", one, True, one.text) for one in people if self._person(one)]

    # Names

    def _person(self, node: Node | None) -> str | None:
        return self._known(node, "person", self._cast.people)

    def _known(self, node: Node | None, kind: str, known: Collection[str]) -> str | None:
        return known_name(self._report, node, kind, known)
