"""A file of terms: what a workflow's names mean for key figures; see ``docs/reference/key-figures.md``."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import attrs

from casewf.definition.fields import read_value
from casewf.definition.findings import Report, quoted
from casewf.definition.names import Names, check_id
from casewf.definition.node import Node, Scalar
from casewf.definition.shapes import MapView, Shape, as_entries, as_map, one_or_more
from casewf.definition.values import check_format, known_name, one_of, refuse_other_kind, text, texts
from casewf.errors import InternalError
from casewf.model.terms import KINDS, LIMITS, MARKS, RatingTerms, Sign, Terms, Values, limit_terms
from casewf.model.workflow import Field, Workflow

__all__ = ["FORMAT", "RATING", "SIGN", "TERMS", "WHO", "read_terms", "workflow_of"]

FORMAT = 1
TERMS = Shape(
    "terms",
    required=("casewf-kpi", "workflow"),
    optional=("cases", "marks", "limits", "rating", "cards", "matter"),
)
SIGN = Shape("a sign", optional=("fire", "enter", "where", "by"))
WHO = ("anybody", "person")
RATING = Shape("a rating", required=("field", "good"), optional=("unrated", "persons"))


def workflow_of(report: Report, root: Node) -> str:
    """The id of the workflow whose terms these are.

    Raises:
        DefinitionError: it is a file of another kind, or does not say.
    """
    return _view(report, root)[1]


def read_terms(
    report: Report, root: Node, versions: Sequence[Workflow], *, of_another: bool = False
) -> Terms:
    """The terms in ``root``, every name checked.

    Args:
        report: gets the findings.
        root: the file.
        versions: the versions of the workflow whose cases are counted, the newest last; a name of any of them is known.
        of_another: they may have been written for another workflow.

    Raises:
        DefinitionError: with all problems that were found.
    """
    view, workflow = _view(report, root)
    newest = versions[-1]
    if workflow != newest.id and not of_another:
        message = f"these are terms of {quoted(workflow)}, and those of {newest.id!r} were expected"
        report.add("CW303", message, view.at("workflow"))
    terms = attrs.evolve(_Reader(report, view, versions).terms(), written_for=workflow)
    report.close()
    return terms


def _view(report: Report, root: Node) -> tuple[MapView, str]:
    refuse_other_kind(report, root, "casewf-kpi")
    view = as_map(report, root, TERMS)
    if view is None:
        report.close()
        raise InternalError("a root that is no map was noted")
    check_format(report, view, "casewf-kpi", FORMAT)
    workflow = check_id(report, view.get("workflow"), "workflow")
    if workflow is None:
        report.close()
        raise InternalError("a missing workflow was noted")
    return view, workflow


class _Reader:
    """Reads the sections of one file against the names that the workflow has."""

    def __init__(self, report: Report, root: MapView, versions: Sequence[Workflow]) -> None:
        self._report = report
        self._root = root
        self._newest = versions[-1]
        self._fields = {name: field for one in versions for name, field in one.fields.items()}
        self._kinds = {kind for one in versions if one.parties for kind in one.parties.kinds}
        self._names = _names_of(report, versions)

    def terms(self) -> Terms:
        """The whole of it; what could not be read is noted."""
        root, names = self._root, self._names
        cards = (
            names.known(card, "card", names.cards) for card in texts(self._report, root.get("cards"), "cards")
        )
        return Terms(
            workflow=self._newest.id,
            title=self._newest.title,
            marks={mark: self._signs(node) for mark, node in self._entries("marks", "mark", MARKS)},
            kinds={
                kind: self._values(node, "cases")
                for kind, node in self._entries("cases", "kind of case", KINDS)
            },
            limits=self._limits(),
            rating=self._rating(root.get("rating")),
            cards=frozenset(card for card in cards if card),
            matter=tuple(
                name.text for name in texts(self._report, root.get("matter"), "matter") if self._field(name)
            ),
            slas=limit_terms(self._newest),
            card_titles=dict(self._newest.cards),
        )

    def _entries(self, key: str, kind: str, known: Sequence[str]) -> Iterable[tuple[str, Node]]:
        """The pairs of a section whose keys are words of key figures."""
        for name, body in as_entries(self._report, self._root.get(key), key):
            if known_name(self._report, name, kind, known) in known:
                yield name.text, body

    def _limits(self) -> dict[str, str]:
        found = {}
        for name, node in self._entries("limits", "limit of key figures", LIMITS):
            limit = known_name(self._report, node, "SLA", self._names.slas)
            if limit is not None:
                found[name] = limit
        return found

    def _signs(self, node: Node) -> tuple[Sign, ...]:
        signs = []
        for item in one_or_more(self._report, node, "a mark"):
            view = as_map(self._report, item, SIGN)
            if view is None:
                continue
            if not view.among(("fire", "enter")) and view.is_whole:
                self._report.add(
                    "CW203",
                    "a sign needs fire or enter",
                    view.span,
                    help="name triggers, or states as track.state",
                )
            signs.append(self._sign(view))
        return tuple(signs)

    def _sign(self, view: MapView) -> Sign:
        names = self._names
        who = one_of(self._report, view.get("by"), "by", WHO)
        states = (name.partition(".") for name in names.state_list(view.get("enter"), "enter"))
        return Sign(
            fire=names.trigger_list(view.get("fire"), "fire"),
            enter=tuple((track, state) for track, _, state in states),
            where=self._values(view.get("where"), "where"),
            by_person=who == "person",
        )

    def _values(self, node: Node | None, what: str) -> Values:
        found: dict[str, object] = {}
        for name, body in as_entries(self._report, node, what):
            field = self._field(name)
            if field is not None:
                found[name.text] = read_value(self._report, field, body, name.text)
        return found

    def _field(self, name: Scalar) -> Field | None:
        """A field whose values lie in the open, for a sealed one cannot be counted by (D5)."""
        if self._names.known(name, "field", self._fields) not in self._fields:
            return None
        field = self._fields[name.text]
        if not field.sensitive and not field.many:
            return field
        why = "sensitive, and its values lie in the vault" if field.sensitive else "a list"
        self._report.add("CW407", f"{quoted(name.text)} is {why}", name.span, help="name another field")
        return None

    def _rating(self, node: Node | None) -> RatingTerms | None:
        view = as_map(self._report, node, RATING)
        if view is None:
            return None
        name = view.get("field")
        field = self._field(name) if isinstance(name, Scalar) and text(self._report, name, "field") else None
        if field is None or not isinstance(name, Scalar):
            return None
        if field.kind != "choice":
            self._report.add("CW407", f"the field {quoted(name.text)} is no choice", name.span)
            return None
        kinds = (
            known_name(self._report, kind, "kind of party", self._kinds)
            for kind in texts(self._report, view.get("persons"), "persons")
        )
        return RatingTerms(
            field=name.text,
            good=self._options(view.get("good"), "good", field),
            unrated=self._options(view.get("unrated"), "unrated", field),
            persons=frozenset(kind for kind in kinds if kind),
        )

    def _options(self, node: Node | None, what: str, field: Field) -> frozenset[str]:
        found = (one_of(self._report, one, what, field.of) for one in texts(self._report, node, what))
        return frozenset(option for option in found if option)


def _names_of(report: Report, versions: Sequence[Workflow]) -> Names:
    """What there is to be named, in any of these versions."""
    states: dict[str, dict[str, None]] = {}
    triggers: dict[str, str] = {}
    for one in versions:
        for track in one.tracks:
            states.setdefault(track.id, {}).update({state.id: None for state in track.states})
            triggers.update({row.trigger: track.id for row in track.transitions})
    return Names(
        report=report,
        states=states,
        triggers=triggers,
        cards=tuple(dict.fromkeys(card for one in versions for card, _ in one.cards)),
        slas=tuple(dict.fromkeys(sla.id for one in versions for sla in one.slas)),
    )
