"""Single values out of nodes: texts, numbers, dates, labels; what is wrong is noted, and None comes back.

Nothing is guessed from how a value looks: what is asked for decides. So only ``true`` and ``false`` are
booleans, and a date or a number is a text where a text is wanted.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Collection, Sequence
from decimal import Decimal

from casewf.definition.expression_types import suggestion
from casewf.definition.findings import Report, quoted
from casewf.definition.node import MapNode, Node, Scalar
from casewf.definition.shapes import MapView, Shape, as_map, did_you_mean, kind_of, one_or_more
from casewf.errors import WorkingTimeError
from casewf.model.text import Label
from casewf.model.zone import load_zone

__all__ = [
    "FIRST_YEAR",
    "LABEL",
    "LAST_YEAR",
    "boolean",
    "check_format",
    "date",
    "date_of",
    "decimal_number",
    "known_name",
    "label",
    "label_of",
    "one_of",
    "refuse_other_kind",
    "text",
    "texts",
    "whole_number",
    "zone_name",
]

FIRST_YEAR, LAST_YEAR = 1900, 9000
"""The years of a start from which every limit can be measured."""

_WHOLE = re.compile(r"-?(?:0|[1-9][0-9]{0,17})")
_DECIMAL = re.compile(r"-?(?:0|[1-9][0-9]{0,17})(?:\.[0-9]{1,18})?")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def text(report: Report, node: Node | None, what: str) -> str | None:
    """A text; numbers and dates are texts too where a text is wanted."""
    if node is None:
        return None
    if not isinstance(node, Scalar):
        report.add("CW201", f"{what} must be a single value, found {kind_of(node)}", node.span)
        return None
    if not node.text.strip():
        report.add("CW206", f"{what} is empty", node.span, help="give it a text, or leave it out")
        return None
    return node.text


def texts(report: Report, node: Node | None, what: str) -> list[Scalar]:
    """One name or a list of names, each once."""
    found: dict[str, Scalar] = {}
    for item in one_or_more(report, node, what):
        if text(report, item, what) is None or not isinstance(item, Scalar):
            continue
        if item.text in found:
            report.add("CW211", f"{quoted(item.text)} stands twice in {what}", item.span, help="name it once")
        else:
            found[item.text] = item
    return list(found.values())


def _plain(report: Report, node: Node | None, what: str, wanted: str, pattern: re.Pattern[str]) -> str | None:
    if node is None:
        return None
    if isinstance(node, Scalar) and node.style == "" and pattern.fullmatch(node.text):
        return node.text
    quotes = isinstance(node, Scalar) and node.style != "" and pattern.fullmatch(node.text)
    report.add(
        "CW207",
        f"{what} must be {wanted}, found {kind_of(node)}",
        node.span,
        help="write it without quotes" if quotes else "",
    )
    return None


def whole_number(
    report: Report, node: Node | None, what: str, *, minimum: int | None = None, maximum: int | None = None
) -> int | None:
    """A whole number within the bounds, both allowed themselves."""
    written = _plain(report, node, what, "a whole number", _WHOLE)
    if written is None or node is None:
        return None
    value = int(written)
    if (minimum is not None and value < minimum) or (maximum is not None and value > maximum):
        bounds = (
            f"at least {minimum}"
            if maximum is None
            else f"at most {maximum}"
            if minimum is None
            else f"{minimum} to {maximum}"
        )
        report.add("CW209", f"{what} must be {bounds}, found {value}", node.span)
        return None
    return value


def decimal_number(report: Report, node: Node | None, what: str) -> Decimal | None:
    """A number with at most 18 digits before and after the point."""
    written = _plain(report, node, what, "a number", _DECIMAL)
    return None if written is None else Decimal(written)


def boolean(report: Report, node: Node | None, what: str) -> bool | None:
    """``true`` or ``false``; YAML's other words for them are not read."""
    written = _plain(report, node, what, "true or false", re.compile("true|false"))
    return None if written is None else written == "true"


def one_of(report: Report, node: Node | None, what: str, allowed: Sequence[str]) -> str | None:
    """One of a few words."""
    value = text(report, node, what)
    if value is None or node is None or value in allowed:
        return value
    report.add(
        "CW208",
        f"{what} cannot be {quoted(value)}",
        node.span,
        allowed=allowed,
        help=did_you_mean(value, allowed),
    )
    return None


def known_name(report: Report, node: Node | None, kind: str, known: Collection[str]) -> str | None:
    """The name, if there is one of that kind; else it is noted."""
    name = text(report, node, kind)
    if name is None or node is None or name in known:
        return name
    report.add("CW303", f"unknown {kind} {quoted(name)}", node.span, help=suggestion(name[:100], known))
    return None


def zone_name(report: Report, node: Node | None) -> str | None:
    """The IANA name of a time zone; one that does not exist is noted."""
    name = text(report, node, "zone")
    if name is None or node is None:
        return None
    try:
        load_zone(name)
    except WorkingTimeError as error:
        message, _, advice = str(error).removeprefix("zone: ").partition("; ")
        report.add("CW504", message, node.span, help=advice)
        return None
    return name


def date_of(written: str) -> dt.date | None:
    """The date, if ``written`` is one such as 2026-01-31."""
    try:
        return dt.date.fromisoformat(written) if _DATE.fullmatch(written) else None
    except ValueError:
        return None


def date(report: Report, node: Node | None, what: str) -> dt.date | None:
    """A date such as 2026-01-31, with or without quotes."""
    if node is None:
        return None
    value = date_of(node.text) if isinstance(node, Scalar) else None
    if value is None:
        report.add(
            "CW207", f"{what} must be a date, found {kind_of(node)}", node.span, help="write it as 2026-01-31"
        )
    return value


LABEL = Shape("a label", optional=("zh", "en"))
_LABEL_HELP = "write {zh: …, en: …}; one language is enough"


def label(report: Report, node: Node | None) -> Label:
    """A label ``{zh: …, en: …}`` of at least one language; empty where ``node`` is None or wrong."""
    if isinstance(node, Scalar):
        report.add("CW201", f"a label must be a map, found {kind_of(node)}", node.span, help=_LABEL_HELP)
        return Label()
    view = as_map(report, node, LABEL)
    return Label() if view is None else label_of(report, view)


def label_of(report: Report, view: MapView) -> Label:
    """The label in a map's keys ``zh`` and ``en``, which may stand beside other keys."""
    if "zh" not in view and "en" not in view:
        report.add("CW203", "a label needs zh or en", view.span, help=_LABEL_HELP)
    return Label(
        zh=text(report, view.get("zh"), "a label") or "", en=text(report, view.get("en"), "a label") or ""
    )


_KINDS = {
    "casewf": "a workflow",
    "casewf-calendar": "a calendar",
    "casewf-directory": "a directory",
    "casewf-story": "a story",
    "casewf-bindings": "a bindings",
    "casewf-profile": "a profile",
    "casewf-kpi": "a terms",
}


def refuse_other_kind(report: Report, root: Node, wanted: str) -> None:
    """Refuse a file of another kind as such, instead of telling every key of it as unknown.

    Args:
        report: gets the finding, and is closed.
        root: the file.
        wanted: the key that a file of the wanted kind begins with.

    Raises:
        DefinitionError: the file begins as one of another kind does.
    """
    if not isinstance(root, MapNode) or root.peek(wanted) is not None:
        return
    for key, kind in _KINDS.items():
        if root.peek(key) is not None:
            name = next(name for name, _ in root.pairs if name.text == key)
            report.add("CW201", f"this is {kind} file, and {_KINDS[wanted]} file was expected", name.span)
            report.close()


def check_format(report: Report, view: MapView, key: str, known: int) -> None:
    """Check the line that says which version of the format a file is written in."""
    version = whole_number(report, view.get(key), f"{key!r}, the version of the format,")
    if version is not None and version != known:
        report.add(
            "CW208",
            f"format {version} is not known here",
            view.at(key),
            allowed=(str(known),),
            help="a newer casewf may read it",
        )
