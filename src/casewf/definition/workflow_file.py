"""A workflow file: the keys at the top, and the order in which its sections are read."""

from __future__ import annotations

from casewf.definition.fields import read_fields
from casewf.definition.findings import Report
from casewf.definition.migrate import read_migrate
from casewf.definition.names import Names, check_id, check_name
from casewf.definition.node import ListNode, MapNode, Node, Scalar
from casewf.definition.parties import read_parties
from casewf.definition.retention import read_retention
from casewf.definition.shapes import MapView, Shape, as_entries, as_map
from casewf.definition.slas import read_sla
from casewf.definition.tracks import declare_track, read_by, read_track
from casewf.definition.values import check_format, label, refuse_other_kind, text, whole_number
from casewf.model.migration import Migration
from casewf.model.roles import SYSTEM
from casewf.model.text import Label
from casewf.model.workflow import CalendarChoice, Opening, SplitRule, Workflow

__all__ = ["CALENDAR_CHOICE", "FORMAT", "OPENING", "SPLIT", "WORKFLOW", "read_definition"]

FORMAT = 1
WORKFLOW = Shape(
    "a workflow",
    required=("casewf", "id", "version", "calendar", "tracks"),
    optional=(
        "extends",
        "sealed",
        "title",
        "roles",
        "cards",
        "fields",
        "opening",
        "parties",
        "split",
        "slas",
        "retention",
        "migrate",
    ),
)
OPENING = Shape("an opening", optional=("by", "needs", "accepts"))
SPLIT = Shape("split", required=("by",), optional=("carries",))
CALENDAR_CHOICE = Shape("a choice of calendars", required=("by", "default", "of"))
NO_CARD = "none"
_SECTIONS = {"roles": "role", "cards": "card", "fields": "field", "tracks": "track", "slas": "SLA"}


def read_definition(report: Report, root: Node) -> tuple[Workflow, Migration | None]:
    """The workflow in ``root``, complete and checked, and what it says of cases of earlier versions.

    Raises:
        DefinitionError: with all problems that were found.
    """
    refuse_other_kind(report, root, "casewf")
    view = as_map(report, root, WORKFLOW)
    if view is None:
        report.close()
        raise AssertionError("a root that is no map was noted")
    check_format(report, view, "casewf", FORMAT)
    names = Names(report=report)
    _declare_removed(names, view)
    roles = _labelled(names, view, "roles", "role", reserved=(SYSTEM,))
    cards = _labelled(names, view, "cards", "card", reserved=(NO_CARD,))
    names.roles, names.cards = tuple(roles), tuple(cards)
    read_fields(names, view.get("fields"))
    tracks = as_entries(report, view.get("tracks"), "tracks")
    slas = as_entries(report, view.get("slas"), "slas")
    _declare(names, view, tracks, slas)
    tracks_node = view.get("tracks")
    if isinstance(tracks_node, MapNode) and not tracks_node.pairs:
        report.add("CW203", "a workflow needs at least one track", view.at("tracks"))
    workflow = Workflow(
        id=check_id(report, view.get("id"), "id") or "",
        version=whole_number(report, view.get("version"), "version", minimum=1) or 1,
        title=label(report, view.get("title")),
        calendar=_calendar(names, view.get("calendar")),
        roles=roles,
        cards=tuple(cards.items()),
        fields=names.fields,
        opening=(opening := _opening(names, view.get("opening"))),
        split=_split(names, view.get("split"), opening),
        parties=read_parties(names, view.get("parties")),
        tracks=tuple(track for name, body in tracks if (track := read_track(names, name, body))),
        slas=tuple(sla for name, body in slas if (sla := read_sla(names, name, body))),
        retention=read_retention(report, view.get("retention")),
    )
    kinds = () if workflow.parties is None else workflow.parties.kinds
    migration = read_migrate(names, view.get("migrate"), workflow.id, workflow.version, kinds)
    report.close()
    return workflow, migration


def _declare(
    names: Names, view: MapView, tracks: list[tuple[Scalar, Node]], slas: list[tuple[Scalar, Node]]
) -> None:
    """Make known what everything else refers to."""
    for name, body in tracks:
        declare_track(names, name, body)
    for name, _ in slas:
        check_name(names.report, name, "SLA")
    names.slas = tuple(name.text for name, _ in slas)
    parties = view.get("parties")
    names.rated = isinstance(parties, MapNode) and parties.peek("ratings") is not None
    _mark_unreadable(names, view)


def _labelled(
    names: Names, view: MapView, section: str, kind: str, *, reserved: tuple[str, ...]
) -> dict[str, Label]:
    """A map of names to labels."""
    found = {}
    for name, body in as_entries(names.report, view.get(section), section):
        check_name(names.report, name, kind, reserved=reserved)
        found[name.text] = label(names.report, body)
    return found


def _declare_removed(names: Names, view: MapView) -> None:
    """What an overlay took out, so that who still names it is told where."""
    for section, kind in _SECTIONS.items():
        names.declare_removed(kind, view.get(section))
    fields = view.get("fields")
    for _, field in fields.pairs if isinstance(fields, MapNode) else ():
        names.declare_removed("option", field.peek("of") if isinstance(field, MapNode) else None)


def _mark_unreadable(names: Names, view: MapView) -> None:
    """What a broken section would have declared is not missed elsewhere."""
    for section, kind in _SECTIONS.items():
        node = view.get(section)
        if node is not None and not isinstance(node, MapNode):
            names.unreadable.add(kind)
    if not names.states:
        names.unreadable |= {"track", "state", "trigger"}


def _opening(names: Names, node: Node | None) -> Opening:
    """Who opens a case, and with what; without ``accepts`` every field may be given."""
    view = as_map(names.report, node, OPENING)
    if view is None:
        return Opening()
    accepts = view.get("accepts")
    nothing = isinstance(accepts, ListNode) and not accepts.items
    return Opening(
        by=read_by(names, view.get("by")),
        needs=names.field_list(view.get("needs"), "needs"),
        accepts=() if nothing else names.field_list(accepts, "accepts") if accepts else None,
    )


def _split(names: Names, node: Node | None, opening: Opening) -> SplitRule | None:
    """Who splits cases; what the new case takes over is given at its opening, which must accept it."""
    view = as_map(names.report, node, SPLIT)
    if view is None:
        return None
    carries = names.field_list(view.get("carries"), "carries")
    if opening.accepts is not None:
        for name in carries:
            if name not in (*opening.accepts, *opening.needs):
                message = f"the opening does not accept {name!r}, so a new case cannot take it over"
                advice = "add it to `accepts` of the opening, or leave it out"
                names.report.add("CW205", message, view.at("carries"), help=advice)
    return SplitRule(by=read_by(names, view.get("by")), carries=carries)


def _calendar(names: Names, node: Node | None) -> CalendarChoice:
    """One calendar for all cases, or one by the value of a field."""
    report = names.report
    if not isinstance(node, MapNode):
        return CalendarChoice(default=check_id(report, node, "calendar") or "")
    view = as_map(report, node, CALENDAR_CHOICE)
    assert view is not None  # noqa: S101  # a map is a map
    by = view.get("by")
    name = (
        names.known(by, "field", names.fields) if text(report, by, "by") and isinstance(by, Scalar) else None
    )
    field = names.fields.get(name) if name else None
    if field is not None and by is not None and (field.many or field.sensitive):
        found = "sensitive" if field.sensitive else "many"
        report.add(
            "CW407",
            f"a calendar cannot follow {name!r}, which is {found}",
            by.span,
            help="name a field with one open value",
        )
    calendars = {}
    for value, calendar in as_entries(report, view.get("of"), "of"):
        if field is not None and field.of:
            names.known(value, f"option of {name!r}", field.of)
        calendars[value.text] = check_id(report, calendar, "a calendar") or ""
    default = check_id(report, view.get("default"), "default") or ""
    return CalendarChoice(default=default, field=name, of=calendars)
