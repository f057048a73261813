"""The ``fields`` section: what a case carries."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import attrs

from casewf.definition.expression import RESERVED_NAMES
from casewf.definition.findings import Report, quoted
from casewf.definition.names import Names, check_name
from casewf.definition.node import MapNode, Node, Scalar
from casewf.definition.shapes import MapView, Shape, as_entries, as_list, as_map
from casewf.definition.values import boolean, date, decimal_number, label, one_of, text, texts, whole_number
from casewf.model.expression import instant_from_text
from casewf.model.text import Label
from casewf.model.workflow import FIELD_KINDS, Field

__all__ = ["CODE", "FIELD", "read_field", "read_fields", "read_value"]

FIELD = Shape(
    "a field",
    required=("type",),
    optional=("title", "many", "of", "min", "max", "default", "sensitive", "seen_by", "identifies"),
)
CODE = re.compile(r"[a-z0-9_]{1,64}")
_NUMBERS = frozenset({"integer", "decimal"})


def read_fields(names: Names, node: Node | None) -> None:
    """Read the section into ``names``; the roles must be known already."""
    for name, body in as_entries(names.report, node, "fields"):
        check_name(names.report, name, "field", reserved=RESERVED_NAMES)
        field = read_field(names, name, body)
        if field is None:
            names.broken.add(name.text)
        names.fields[name.text] = field or Field(kind="text")


def read_field(names: Names, name: Scalar, node: Node) -> Field | None:
    """One field; None if its type cannot be told."""
    report = names.report
    view = as_map(report, node, FIELD, at=name.span)
    if view is None:
        return None
    kind = one_of(report, view.get("type"), "the type of a field", FIELD_KINDS)
    if kind is None:
        return None
    title = label(report, view.get("title"))
    many = boolean(report, view.get("many"), "many") or False
    options = _options(report, view, kind)
    if options is None:
        return None
    minimum, maximum = _bounds(report, view, kind)
    sensitive = boolean(report, view.get("sensitive"), "sensitive") or False
    if "seen_by" in view and not sensitive:
        report.add(
            "CW205",
            "seen_by goes with sensitive fields only",
            view.at("seen_by"),
            help="add `sensitive: true`, or delete it",
        )
    field = Field(
        kind=kind,
        title=title,
        many=many,
        of=tuple(options),
        options=options,
        minimum=minimum,
        maximum=maximum,
        sensitive=sensitive,
        seen_by=names.role_list(view.get("seen_by"), "seen_by"),
        identifies=_identifies(names, view, kind, open_value=not many and not sensitive),
    )
    return _with_default(report, field, view.get("default"))


def _options(report: Report, view: MapView, kind: str) -> dict[str, Label] | None:
    """The codes of a choice with their labels; None if it has none."""
    node = view.get("of")
    if kind != "choice":
        if node is not None:
            report.add(
                "CW205",
                f"a {kind} field has no options",
                view.at("of"),
                help="write `type: choice`, or delete `of`",
            )
        return {}
    if node is None:
        report.add(
            "CW203",
            "a choice needs the key 'of'",
            view.span,
            help="write `of: {code: {zh: …, en: …}}` or a list of codes",
        )
        return None
    if isinstance(node, MapNode):
        entries = as_entries(report, node, "of")
        codes, options = (
            [code for code, _ in entries],
            {code.text: label(report, body) for code, body in entries},
        )
    else:
        as_list(report, node, "of")
        codes = texts(report, node, "of")
        options = {code.text: Label() for code in codes}
    for code in codes:
        if not CODE.fullmatch(code.text):
            report.add(
                "CW301",
                f"{quoted(code.text)} is not a code",
                code.span,
                help="use lower-case letters, digits and _; labels say it in words",
            )
    if not options:
        report.add("CW203", "a choice needs at least one option", view.at("of"))
        return None
    return options


def _identifies(names: Names, view: MapView, kind: str, *, open_value: bool) -> bool:
    """Whether the field holds the host's id of the person whom the sensitive fields describe (D5)."""
    identifies = boolean(names.report, view.get("identifies"), "identifies") or False
    if identifies and (kind != "text" or not open_value):
        names.report.add(
            "CW407",
            "a field that identifies a person is of type text, with one open value",
            view.at("identifies"),
            help="let it hold your own id of the person, which tells nothing by itself",
        )
    elif identifies and (other := next((name for name, one in names.fields.items() if one.identifies), "")):
        names.report.add(
            "CW205",
            f"the field {other!r} identifies the person already",
            view.at("identifies"),
            help="one field of a workflow does; further people are parties",
        )
    return identifies


def _bounds(report: Report, view: MapView, kind: str) -> tuple[int | None, int | None]:
    given = view.among(("min", "max"))
    if given and kind not in _NUMBERS:
        report.add(
            "CW205",
            f"a {kind} field has no {given[0]}",
            view.at(given[0]),
            help="only integer and decimal fields have bounds",
        )
        return None, None
    minimum = whole_number(report, view.get("min"), "min")
    maximum = whole_number(report, view.get("max"), "max")
    if minimum is not None and maximum is not None and minimum > maximum:
        report.add("CW209", f"max must be at least min, found {minimum} to {maximum}", view.at("max"))
    return minimum, maximum


def _with_default(report: Report, field: Field, node: Node | None) -> Field:

    if node is None:
        return field
    if not field.many:
        return attrs.evolve(field, default=read_value(report, field, node, "the default"))
    values = (
        read_value(report, field, item, "the default")
        for item in as_list(report, node, "the default of a field with many values")
    )
    return attrs.evolve(field, default=tuple(value for value in values if value is not None))


def read_value(report: Report, field: Field, node: Node, what: str) -> object:
    """One value in the field's type: ``Decimal``, ``datetime.date``, epoch microseconds of an instant."""
    if field.kind == "choice":
        return one_of(report, node, what, field.of)
    if field.kind == "instant":
        return _instant(report, node, what)
    readers: dict[str, Callable[[Report, Node, str], Any]] = {
        "integer": whole_number,
        "decimal": decimal_number,
        "boolean": boolean,
        "date": date,
    }
    value = readers.get(field.kind, text)(report, node, what)
    if field.kind in _NUMBERS and value is not None:
        is_below = field.minimum is not None and value < field.minimum
        if is_below or (field.maximum is not None and value > field.maximum):
            report.add("CW209", f"{what} {value} is outside the field's bounds", node.span)
    return value


def _instant(report: Report, node: Node, what: str) -> int | None:
    written = text(report, node, what)
    if written is None:
        return None
    try:
        return instant_from_text(written)
    except ValueError:
        report.add(
            "CW207",
            f"{quoted(written)} is not an instant with an offset",
            node.span,
            help="write it as 2026-01-31T09:00:00+08:00",
        )
        return None
