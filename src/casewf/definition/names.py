"""The names a workflow declares, gathered before anything refers to them, and the checks of references."""

from __future__ import annotations

import keyword
import re
from collections.abc import Collection

import attrs

from casewf.definition.expression import ExpressionError, Scope, parse
from casewf.definition.expression_types import FieldType, suggestion
from casewf.definition.findings import Report, quoted
from casewf.definition.node import ListNode, MapNode, Node, Scalar, Span
from casewf.definition.values import text, texts
from casewf.model.expression import Conditional, Constant, Expression, Name
from casewf.model.expression import Node as ExpressionNode
from casewf.model.roles import SYSTEM
from casewf.model.workflow import Field

__all__ = ["HOST_NAME", "ID", "NAME", "Names", "check_host_name", "check_id", "check_name"]

NAME = re.compile(r"[a-z][a-z0-9_]{0,63}")
ID = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")
HOST_NAME = re.compile(r"[a-z][a-z0-9_-]{0,63}")
_WORD = re.compile(r"\w+")


def check_name(report: Report, name: Scalar, kind: str, *, reserved: Collection[str] = ()) -> None:
    """Note a name that expressions could not read; they know lower-case letters, digits and ``_``."""
    if not NAME.fullmatch(name.text):
        report.add(
            "CW301",
            f"{quoted(name.text)} is not a well-formed {kind} name",
            name.span,
            help="use at most 64 lower-case letters, digits and _, a letter first; labels may be Chinese",
        )
    elif name.text in reserved or keyword.iskeyword(name.text):
        report.add(
            "CW302",
            f"{name.text!r} is reserved; no {kind} can have this name",
            name.span,
            help="choose another name",
        )


def check_id(report: Report, node: Node | None, what: str) -> str | None:
    """The id of a file: lower-case letters, digits, ``_`` and ``-``."""
    value = text(report, node, what)
    if value is None or node is None or ID.fullmatch(value):
        return value
    report.add(
        "CW301",
        f"{what} cannot be {quoted(value)}",
        node.span,
        help="use lower-case letters, digits, _ and -, at most 64",
    )
    return None


def check_host_name(report: Report, name: Scalar, what: str) -> None:
    """Note a name of a hook or a connector that no host could bind; ``what`` has its article."""
    if not HOST_NAME.fullmatch(name.text):
        report.add(
            "CW301",
            f"{quoted(name.text)} is not a well-formed name of {what}",
            name.span,
            help="use lower-case letters, digits, _ and -, a letter first",
        )


@attrs.define(slots=True, kw_only=True)
class Names:
    """What can be referred to.

    Attributes:
        fields: the fields; one that could not be read is in ``broken``, too.
        states: by track their names in file order; a dict, because everything asks for them.
        final_states: those of them that are final, by track.
        triggers: the track of each trigger.
        system_triggers: triggers that ``system`` may fire.
        moves: how many rows were read so far, each as often as it leaves states.
        rated: the parties of a case say what they think of the handling.
        unreadable: kinds of names whose whole section could not be read, so that nothing is known of them.
        removed: names that an overlay took out of its base, by kind, and where it says so.
    """

    report: Report
    fields: dict[str, Field] = attrs.field(factory=dict)
    broken: set[str] = attrs.field(factory=set)
    states: dict[str, dict[str, None]] = attrs.field(factory=dict)
    final_states: dict[str, frozenset[str]] = attrs.field(factory=dict)
    triggers: dict[str, str] = attrs.field(factory=dict)
    system_triggers: set[str] = attrs.field(factory=set)
    roles: tuple[str, ...] = ()
    cards: tuple[str, ...] = ()
    slas: tuple[str, ...] = ()
    moves: int = 0
    rated: bool = False
    unreadable: set[str] = attrs.field(factory=set)
    removed: dict[str, dict[str, Span]] = attrs.field(factory=dict)
    _scope: Scope | None = None
    _parsed: dict[tuple[str, str | int], Expression | ExpressionError] = attrs.field(factory=dict)

    @property
    def scope(self) -> Scope:
        """What expressions may name; asked for once everything is declared."""
        if self._scope is None:
            self._scope = Scope(
                fields=self.fields,
                tracks={track: tuple(states) for track, states in self.states.items()},
                slas=self.slas,
                cards=self.cards,
                roles=self.roles,
            )
        return self._scope

    def known(self, name: Scalar, kind: str, known: Collection[str]) -> str | None:
        """The name, if there is one of that kind; else it is noted."""
        if name.text in known or kind in self.unreadable:
            return name.text
        advice = self.gone(name.text, kind) or suggestion(name.text[:100], known)
        self.report.add("CW303", f"unknown {kind} {quoted(name.text)}", name.span, help=advice)
        return None

    def declare_removed(self, kind: str, node: Node | None) -> None:
        """Remember what an overlay took out of a section, for those who still name it."""
        if isinstance(node, MapNode | ListNode) and node.removed:
            self.removed.setdefault(kind, {}).update((key.text, key.span) for key in node.removed)

    def gone(self, name: str, kind: str = "") -> str:
        """Where an overlay took out something of that name, of one kind or of any; else the empty text."""
        for names in [self.removed.get(kind, {})] if kind else self.removed.values():
            if name in names:
                return f"it is taken out in {self.report.line(names[name])}"
        return ""

    def role(self, name: Scalar, *, system: bool = False) -> str | None:
        """A declared role, or ``system`` where timers may act."""
        if name.text == SYSTEM:
            if not system:
                self.report.add(
                    "CW302",
                    "nobody has the role 'system'; it stands for timers",
                    name.span,
                    help=suggestion("", self.roles),
                )
                return None
            return SYSTEM
        return self.known(name, "role", (*self.roles, SYSTEM) if system else self.roles)

    def role_list(self, node: Node | None, what: str) -> tuple[str, ...]:
        """One role or several."""
        found = (self.role(name) for name in texts(self.report, node, what))
        return tuple(role for role in found if role is not None)

    def field_list(self, node: Node | None, what: str) -> tuple[str, ...]:
        """One field or several."""
        return self._list(node, what, "field", self.fields)

    def trigger_list(self, node: Node | None, what: str) -> tuple[str, ...]:
        """One trigger or several, of any track."""
        return self._list(node, what, "trigger", self.triggers)

    def _list(self, node: Node | None, what: str, kind: str, known: Collection[str]) -> tuple[str, ...]:
        found = (self.known(name, kind, known) for name in texts(self.report, node, what))
        return tuple(name for name in found if name is not None)

    def system_trigger(self, node: Node | None, what: str) -> str | None:
        """A trigger with a row that ``system`` may fire (E6)."""
        if text(self.report, node, what) is None or not isinstance(node, Scalar):
            return None
        name = self.known(node, "trigger", self.triggers)
        if name in self.triggers and name not in self.system_triggers:
            self.report.add(
                "CW403",
                f"no row of {name!r} may be fired by system",
                node.span,
                help=f"add system to `by` of a row of {name}",
            )
        return name

    def state_list(self, node: Node | None, what: str) -> tuple[str, ...]:
        """One ``track.state`` or several."""
        found = []
        for name in texts(self.report, node, what):
            track, dot, state = name.text.partition(".")
            states = self.states.get(track)
            if not dot:
                self._without_track(name)
            elif states is None:
                self.known(attrs.evolve(name, text=track), "track", self.states)
            elif state in states or "state" in self.unreadable:
                found.append(name.text)
            else:
                message = f"track {track!r} has no state {quoted(state)}"
                advice = self.gone(state, "state") or suggestion(state[:100], states)
                self.report.add("CW303", message, name.span, help=advice)
        return tuple(found)

    def _without_track(self, name: Scalar) -> None:
        paths = [f"{track}.{name.text}" for track, states in self.states.items() if name.text in states]
        advice = f"write {' or '.join(paths)}" if paths else "write track.state"
        message = f"{quoted(name.text)} does not say which track it is of"
        self.report.add("CW301", message, name.span, help=advice)

    def guard(self, node: Node | None) -> Expression | None:
        """A condition (M9)."""
        return self.expression(node, "boolean")

    def expression(self, node: Node | None, expect: str | FieldType | None) -> Expression | None:
        """An expression of the expected type; what is wrong in it is noted at its place inside the text."""
        if node is None:
            return None
        if not isinstance(node, Scalar):
            self.report.add(
                "CW201",
                "an expression must be a text",
                node.span,
                help="put it in quotes if it begins with a bracket",
            )
            return None
        found = self._parse(node.text, expect)
        if isinstance(found, Expression):
            return found
        # What refers to a declaration that could not be read is judged when that one is mended.
        if not self.unreadable and self.broken.isdisjoint(_WORD.findall(node.text)):
            span = self.report.inside(node, found.offset, found.length)
            named = node.text[found.offset :][: found.length].strip("'\"").rpartition(".")[2]
            self.report.add("CW401", found.message, span, help=self.gone(named) or found.help)
        return None

    def _parse(self, text_: str, expect: str | FieldType | None) -> Expression | ExpressionError:
        """Each expression is read once, however often it is repeated or aliased."""
        key = text_, expect if isinstance(expect, str) else id(expect)
        if key not in self._parsed:
            try:
                self._parsed[key] = parse(text_, self.scope, expect=expect)
            except ExpressionError as error:
                self._parsed[key] = error
        return self._parsed[key]

    def holder(self, node: Node | None) -> Expression | None:
        """An expression whose value is an organisation or a person, or several of one kind (M11)."""
        expression = self.expression(node, None)
        if expression is None or node is None or self._is_holder(expression.tree):
            return expression
        self.report.add(
            "CW407",
            "the holder of a role must be an organisation or a person",
            node.span,
            help="name a field of type org or person",
        )
        return None

    def _is_holder(self, value: ExpressionNode) -> bool:
        match value:
            case Name("field", name):
                return name in self.broken or self.fields[name].kind in {"org", "person"}
            case Name("actor", name):
                return name in {"org", "id"}
            case Conditional(_, then, otherwise):
                return self._is_holder(then) and self._is_holder(otherwise)
            case _:
                return isinstance(value, Constant) and value.kind == "text"
