"""The steps of a story that write into the case's file, and what it expects to stand there."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from casewf.definition.findings import Report
from casewf.definition.node import ListNode, MapNode, Node, Scalar
from casewf.definition.shapes import MapView, Shape, as_map
from casewf.definition.values import one_of, text, texts, whole_number
from casewf.model.file_commands import LINK_KINDS
from casewf.model.workflow import Workflow
from casewf.testing.story_entries import (
    AttachText,
    DropParty,
    Entry,
    LinkTo,
    Rate,
    RecordParty,
    Unlink,
    WriteNote,
)
from casewf.testing.story_model import Check
from casewf.testing.story_values import known_name, names_of, plain_value

__all__ = ["ATTACHMENT", "ENTRY_STEPS", "PARTY", "PARTY_CHECK", "EntryReader", "named"]

ENTRY_STEPS = ("write", "attach", "party", "drop_party", "rate", "link", "unlink")
ATTACHMENT = Shape("an attachment", required=("id", "name"), optional=("text", "media_type", "kind"))
PARTY = Shape("a party", required=("id", "kind"), optional=("person", "identity", "represents"))
PARTY_CHECK = Shape("an expected party", optional=("kind", "identity", "rated", "first"))
_NONE = "none"


class EntryReader:
    """Reads entries; what a step wants refused need not fit the workflow."""

    def __init__(self, report: Report, workflow: Workflow) -> None:
        self._report = report
        self._rules = workflow.parties
        rule = None if workflow.parties is None else workflow.parties.rating
        self._ratings = () if rule is None else workflow.fields[rule.field].of

    def read(self, view: MapView, kind: str, by: str, *, refused: bool) -> Entry | None:
        """The entry of the step with this key, or None where it cannot be read."""
        node = view.get(kind)
        if kind == "attach":
            return self._attachment(node, by)
        if kind == "party":
            return self._party(node, by, refused=refused)
        written = text(self._report, node, kind) or ""
        if kind == "write":
            return WriteNote(by=by, text=written)
        if kind == "drop_party":
            return DropParty(by=by, party=written)
        if kind == "rate":
            if "rating" not in view and view.is_whole:
                self._report.add("CW203", "a step with 'rate' needs the key 'rating'", view.span)
            return Rate(by=by, party=written, rating=self._rating(view.get("rating"), refused=refused))
        link = text(self._report, view.get("kind"), "kind") or "related"
        if not refused:
            one_of(self._report, view.get("kind"), "kind", tuple(LINK_KINDS))
        return (LinkTo if kind == "link" else Unlink)(by=by, other=written, kind=link)

    def _attachment(self, node: Node | None, by: str) -> AttachText | None:
        view = as_map(self._report, node, ATTACHMENT)
        if view is None:
            return None
        given = {key: text(self._report, view.get(key), key) or "" for key in ATTACHMENT.keys}
        name = given.pop("name")
        return AttachText(by=by, file=name, **given)

    def _party(self, node: Node | None, by: str, *, refused: bool) -> RecordParty | None:
        view = as_map(self._report, node, PARTY)
        if view is None:
            return None
        kinds = () if self._rules is None else tuple(self._rules.kinds)
        return RecordParty(
            by=by,
            party=text(self._report, view.get("id"), "id") or "",
            kind=self._known(view.get("kind"), "kind of party", kinds, refused=refused),
            person=text(self._report, view.get("person"), "person"),
            identity=self._identity(view.get("identity")),
            represents=self._represents(view.get("represents")),
        )

    def _identity(self, node: Node | None) -> dict[str, str] | None:
        if node is None:
            return None
        pairs = names_of(self._report, node, "identity")
        return {name.text: text(self._report, value, name.text) or "" for name, value in pairs}

    def _represents(self, node: Node | None) -> tuple[str, ...] | None:
        if node is None:
            return None
        return named(self._report, node, "represents")

    def _rating(self, node: Node | None, *, refused: bool) -> str:
        return self._known(node, "rating", self._ratings, refused=refused)

    def _known(self, node: Node | None, what: str, known: tuple[str, ...], *, refused: bool) -> str:
        if refused:
            return text(self._report, node, what) or ""
        return known_name(self._report, node, what, known) or ""

    # Expectations

    def checks(self, view: MapView) -> list[Check]:
        """What is expected of notes and attachments, in the order of the reference."""
        readers: Mapping[str, Callable[[Node], list[Check]]] = {
            "notes": self._notes,
            "attachments": lambda node: [
                self._check("attachments", node, named(self._report, node, "attachments"))
            ],
        }
        found = [(read, node) for key, read in readers.items() if (node := view.get(key)) is not None]
        return [check for read, node in found for check in read(node)]

    def _check(self, what: str, node: Node, wanted: object, *about: str) -> Check:
        return Check(what, about, wanted, self._report.place(node.span))

    def parties(self, node: MapNode) -> list[Check]:
        """What is expected of single parties."""
        found: list[Check] = []
        for name, body in names_of(self._report, node, "parties"):
            if isinstance(body, Scalar) and body.text == _NONE:
                found.append(self._check("party", name, None, name.text, "kind"))
                continue
            view = as_map(self._report, body, PARTY_CHECK)
            for key in () if view is None else view.among(PARTY_CHECK.keys):
                if view is not None and (value := view.get(key)) is not None:
                    found.append(self._check("party", value, self._wanted(key, value), name.text, key))
        return found

    def _wanted(self, key: str, node: Node) -> object:
        if isinstance(node, MapNode) and key == "identity":
            return plain_value(node)
        written = text(self._report, node, key)
        return None if written == _NONE else written

    def _notes(self, node: Node) -> list[Check]:
        return [self._check("notes", node, whole_number(self._report, node, "notes", minimum=0))]


def named(report: Report, node: Node, what: str) -> tuple[str, ...]:
    """One name or several; ``[]`` for none."""
    nothing = isinstance(node, ListNode) and not node.items
    return () if nothing else tuple(one.text for one in texts(report, node, what))
