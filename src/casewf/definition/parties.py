"""The ``parties`` section: the kinds of people a case is about, who records them, what they say of the handling."""

from __future__ import annotations

from casewf.definition.names import Names, check_name
from casewf.definition.node import MapNode, Node, Scalar
from casewf.definition.shapes import MapView, Shape, as_entries, as_map
from casewf.definition.tracks import read_by
from casewf.definition.values import label, text
from casewf.model.people import PartyRules, RatingRule
from casewf.model.text import Label

__all__ = ["PARTIES", "RATINGS", "read_parties"]

PARTIES = Shape("parties", required=("kinds", "by"), optional=("seen_by", "ratings"))
RATINGS = Shape("ratings", required=("of", "by"), optional=("not_by", "not_by_org", "in"))


def read_parties(names: Names, node: Node | None) -> PartyRules | None:
    """The section, or None where there is none; everything else must be declared already."""
    view = as_map(names.report, node, PARTIES)
    if view is None:
        return None
    return PartyRules(
        kinds=_kinds(names, view),
        by=read_by(names, view.get("by")),
        seen_by=names.role_list(view.get("seen_by"), "seen_by"),
        rating=_ratings(names, view.get("ratings")),
    )


def _kinds(names: Names, view: MapView) -> dict[str, Label]:
    node = view.get("kinds")
    if isinstance(node, MapNode) and not node.pairs:
        names.report.add("CW203", "parties need at least one kind", view.at("kinds"))
    found = {}
    for name, body in as_entries(names.report, node, "kinds"):
        check_name(names.report, name, "kind of party")
        found[name.text] = label(names.report, body)
    return found


def _ratings(names: Names, node: Node | None) -> RatingRule | None:
    view = as_map(names.report, node, RATINGS)
    if view is None:
        return None
    return RatingRule(
        field=_choice(names, view.get("of")) or "",
        by=read_by(names, view.get("by")),
        not_by=names.trigger_list(view.get("not_by"), "not_by"),
        not_by_org=names.trigger_list(view.get("not_by_org"), "not_by_org"),
        inside=names.state_list(view.get("in"), "in"),
    )


def _choice(names: Names, node: Node | None) -> str | None:
    """The field whose options are the ratings: a choice of one."""
    if text(names.report, node, "of") is None or not isinstance(node, Scalar):
        return None
    name = names.known(node, "field", names.fields)
    field = names.fields.get(name) if name and name not in names.broken else None
    if field is None:
        return name
    wrong = field.kind if field.kind != "choice" else "many" if field.many else "sensitive"
    if field.kind != "choice" or field.many or field.sensitive:
        names.report.add(
            "CW407",
            f"ratings are options of a choice, but {name!r} is {wrong}",
            node.span,
            help="name a field of type choice with one open value",
        )
    return name
