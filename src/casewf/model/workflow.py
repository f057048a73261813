"""What an author defines: a workflow with its tracks, fields and limits, as frozen data.

``docs/reference/workflow-format.md`` says what each key of a file means and which attribute here holds it.
The same objects can be built in Python; a file and its Python twin are equal.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

import attrs

from casewf.model.amount import Amount
from casewf.model.commands import ACTS, COMMANDS
from casewf.model.effect_specs import EffectSpec
from casewf.model.expression import Expression
from casewf.model.file_commands import FILE_COMMANDS, TIES
from casewf.model.people import PartyRules, Retention
from casewf.model.roles import By
from casewf.model.text import Label

FIELD_KINDS = ("text", "integer", "decimal", "boolean", "choice", "date", "instant", "org", "person")

_Named = TypeVar("_Named", "Track", "Sla", "State")


def _named(items: tuple[_Named, ...], name: str, what: str) -> _Named:
    for item in items:
        if item.id == name:
            return item
    raise KeyError(f"no {what} {name!r}; there are {', '.join(item.id for item in items)}")


@attrs.frozen(slots=True, kw_only=True)
class Field:
    """A value that a case carries.

    Attributes:
        kind: one of ``FIELD_KINDS``.
        many: several values, kept in order.
        of: the codes of a choice.
        options: the labels of these codes.
        minimum, maximum: bounds of a number, both allowed values themselves.
        default: the value at opening, already of the field's type.
        sensitive: the value lives in the vault (D5).
        seen_by: roles that see a sensitive value unmasked.
        identifies: it holds the host's own id of the person whom the sensitive fields describe (D5).
    """

    kind: str
    title: Label = Label()
    many: bool = False
    of: tuple[str, ...] = ()
    options: Mapping[str, Label] = attrs.field(factory=dict)
    minimum: int | None = None
    maximum: int | None = None
    default: object = None
    sensitive: bool = False
    seen_by: tuple[str, ...] = ()
    identifies: bool = False


@attrs.frozen(slots=True, kw_only=True)
class State:
    """A state of a track; ``closed`` counts for closing the case (M8), ``final`` accepts nothing more."""

    id: str
    title: Label = Label()
    closed: bool = False
    final: bool = False
    ends_case: bool = False


@attrs.frozen(slots=True, kw_only=True)
class Transition:
    """One row: a trigger, where it leads from these states, who may, what it needs and what follows.

    Attributes:
        target: a state, ``"=previous"`` (M10), or None for an internal move.
        needs: fields that must have a value afterwards.
        asks: fields that must be given with this very command.
        accepts: fields that may be given.
        comment: ``"optional"`` or ``"required"``.
        not_by, not_by_org: triggers whose earlier actors, or their organisations, may not fire this (M11).
        clears: ``cards`` takes the case's card away (E5), ``ratings`` lets the parties rate anew.
    """

    trigger: str
    sources: tuple[str, ...]
    target: str | None = None
    by: tuple[By, ...] = ()
    auto: bool = False
    not_by: tuple[str, ...] = ()
    not_by_org: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    asks: tuple[str, ...] = ()
    accepts: tuple[str, ...] = ()
    comment: str = "optional"
    when: Expression | None = None
    set: Mapping[str, Expression] = attrs.field(factory=dict)
    assign: Mapping[str, Expression] = attrs.field(factory=dict)
    clears: tuple[str, ...] = ()
    effects: tuple[EffectSpec, ...] = ()


@attrs.frozen(slots=True, kw_only=True)
class Track:
    """One of the workflow's parallel lanes, a flat state machine."""

    id: str
    initial: str
    states: tuple[State, ...]
    transitions: tuple[Transition, ...]
    title: Label = Label()
    triggers: Mapping[str, Label] = attrs.field(factory=dict)

    def state(self, name: str) -> State:
        """The state of that name; ``KeyError`` with the names there are."""
        return _named(self.states, name, "state")


@attrs.frozen(slots=True, kw_only=True)
class Moment:
    """Something that happens to a case and that a clock listens to; exactly one of the five is given.

    Attributes:
        enter, leave: ``track.state`` names.
        fire: triggers.
        inside: ``track.state`` names in which a clock is paused.
        case: ``"closed"`` or ``"reopened"``.
        when: a condition looked at then, or None.
    """

    enter: tuple[str, ...] = ()
    leave: tuple[str, ...] = ()
    fire: tuple[str, ...] = ()
    inside: tuple[str, ...] = ()
    case: str | None = None
    when: Expression | None = None


@attrs.frozen(slots=True, kw_only=True)
class Rung:
    """One step of an escalation ladder (E1-E6).

    Attributes:
        percent: share of the measured time from the start to the current due, 1 to 100; 100 is the due instant.
        before, after: an amount before or after the current due. Exactly one of the three is given.
        every, times: repetitions after the first instant, and how many instants in all.
    """

    percent: int | None = None
    before: Amount | None = None
    after: Amount | None = None
    every: Amount | None = None
    times: int = 1
    card: str | None = None
    fire: str | None = None
    set: Mapping[str, Expression] = attrs.field(factory=dict)
    assign: Mapping[str, Expression] = attrs.field(factory=dict)
    effects: tuple[EffectSpec, ...] = ()


@attrs.frozen(slots=True, kw_only=True)
class Target:
    """One row of an SLA's targets: how long, or until which date field; an own ladder, or the SLA's."""

    within: Amount | None = None
    until: str | None = None
    when: Expression | None = None
    ladder: tuple[Rung, ...] | None = None


@attrs.frozen(slots=True, kw_only=True)
class ActRule:
    """Who may intervene with a clock, and how far; who asks and who grants are different people (K7).

    Attributes:
        by: the role that grants or rejects.
        asked_by: the roles that may ask; none means every role of the workflow.
        times: how often in a cycle.
        up_to: how much; see the two kinds.
        asked_before: how long before the due instant at the latest.
        notify: the roles that are told of a request.
    """

    by: str
    asked_by: tuple[str, ...] = ()
    times: int = 1
    up_to: Amount | None = None
    asked_before: Amount | None = None
    notify: tuple[str, ...] = ()


@attrs.frozen(slots=True, kw_only=True)
class ExtensionRule(ActRule):
    """What extensions of an SLA may be: ``up_to`` in all, None for as much as the limit itself (K7)."""


@attrs.frozen(slots=True, kw_only=True)
class SuspensionRule(ActRule):
    """What suspensions of an SLA may be: ``up_to`` at a time, then they end by themselves; None for no end (K7)."""


@attrs.frozen(slots=True, kw_only=True)
class Sla:
    """A limit: when its clock starts, pauses and stops, how long it is and who is warned when (K1-K8)."""

    id: str
    start: tuple[Moment, ...]
    stop: tuple[Moment, ...]
    target: tuple[Target, ...]
    ladder: tuple[Rung, ...] = ()
    title: Label = Label()
    kind: str = "service"
    pause: tuple[Moment, ...] = ()
    cancel: tuple[Moment, ...] = ()
    reopen: tuple[Moment, ...] = ()
    restarts: bool = False
    measure: str = "recorded"
    extension: ExtensionRule | None = None
    suspension: SuspensionRule | None = None
    on_reopen: str = "never"
    on_change: str = "rebase"
    counts: str = "first"


@attrs.frozen(slots=True, kw_only=True)
class Opening:
    """Who may open a case, and which fields that needs and accepts; ``accepts`` None admits every field."""

    by: tuple[By, ...] = ()
    needs: tuple[str, ...] = ()
    accepts: tuple[str, ...] | None = None


@attrs.frozen(slots=True, kw_only=True)
class SplitRule:
    """Who may split a part off a case, and which fields the new case takes over."""

    by: tuple[By, ...]
    carries: tuple[str, ...] = ()


@attrs.frozen(slots=True, kw_only=True)
class CalendarChoice:
    """Which calendar a case goes by: one id, or by the value of a field."""

    default: str
    field: str | None = None
    of: Mapping[str, str] = attrs.field(factory=dict)

    @property
    def ids(self) -> tuple[str, ...]:
        """Every calendar that a case may go by, each once."""
        return tuple(dict.fromkeys((self.default, *self.of.values())))


@attrs.frozen(slots=True, kw_only=True)
class Workflow:
    """A declarative, versioned definition of a case's life."""

    id: str
    version: int
    calendar: CalendarChoice
    tracks: tuple[Track, ...]
    title: Label = Label()
    roles: Mapping[str, Label] = attrs.field(factory=dict)
    cards: tuple[tuple[str, Label], ...] = ()
    fields: Mapping[str, Field] = attrs.field(factory=dict)
    slas: tuple[Sla, ...] = ()
    opening: Opening = Opening()
    split: SplitRule | None = None
    parties: PartyRules | None = None
    retention: Retention | None = None

    def track(self, name: str) -> Track:
        """The track of that name; ``KeyError`` with the names there are."""
        return _named(self.tracks, name, "track")

    def sla(self, name: str) -> Sla:
        """The SLA of that name; ``KeyError`` with the names there are."""
        return _named(self.slas, name, "SLA")

    @property
    def advisory(self) -> frozenset[str]:
        """The ids of the limits that only advise, by which no case is late."""
        return frozenset(sla.id for sla in self.slas if sla.kind == "advisory")

    def words(self, kind: str, code: str, lang: str) -> str:
        """What a code is called, empty if unknown.

        ``kind`` is ``role``, ``trigger``, ``field``, ``state``, ``sla``, ``act``, ``party_kind``, ``link_kind`` or
        ``option``, whose code is ``field.option``.
        """
        label: Label | None = None
        if kind == "role":
            label = self.roles.get(code)
        elif kind == "field":
            label = self.fields[code].title if code in self.fields else None
        elif kind == "option":
            name, _, option = code.partition(".")
            label = self.fields[name].options.get(option) if name in self.fields else None
        elif kind == "sla":
            label = next((one.title for one in self.slas if one.id == code), None)
        elif kind == "act":
            label = ACTS.get(code)
        elif kind == "party_kind":
            label = None if self.parties is None else self.parties.kinds.get(code)
        elif kind == "link_kind":
            label = TIES.get(code)
        elif kind == "trigger":
            label = self.trigger_title(code)
        elif kind == "state":
            label = next((one.title for track in self.tracks for one in track.states if one.id == code), None)
        return "" if label is None else label.text(lang)

    def trigger_title(self, trigger: str) -> Label:
        """The label of a trigger, an act (K7) or a command on the file, or its code where there is none."""
        for track in self.tracks:
            if trigger in track.triggers:
                return track.triggers[trigger]
        return (
            COMMANDS.get(trigger)
            or ACTS.get(trigger)
            or FILE_COMMANDS.get(trigger)
            or Label(zh=trigger, en=trigger)
        )
