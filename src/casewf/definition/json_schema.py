"""JSON Schemas out of the readers' own ``Shape``s: what editors complete and check while an author writes.

A schema sees one file and no names: whether a role exists, or a limit is sealed, only the reader knows. For each shape
a ``MapSchema`` adds what its keys hold; a key that the reader knows and the table does not, or the other way round, is
an error, so that the two stay equal.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from importlib.resources import files
from typing import TypeAlias

import attrs

from casewf.definition.amounts import AMOUNT_PATTERN
from casewf.definition.names import ID, NAME
from casewf.definition.shapes import Shape
from casewf.errors import InternalError

__all__ = [
    "AMOUNT",
    "BOOLEAN",
    "DATE",
    "DIALECT",
    "IDENTIFIER",
    "LABEL",
    "NAMED",
    "NAMES",
    "TEXT",
    "TEXTS",
    "JsonSchema",
    "MapSchema",
    "Value",
    "definitions",
    "either",
    "list_of",
    "map_of",
    "one_or_more",
    "ref",
    "text_like",
    "whole",
    "words",
]

DIALECT = "https://json-schema.org/draft/2020-12/schema"

JsonSchema: TypeAlias = dict[str, object]
"""A schema, or a part of one, as JSON."""

Value: TypeAlias = Callable[[bool], JsonSchema]
"""What a key holds; told whether it stands in an overlay, where maps need not be whole."""


def _fixed(schema: JsonSchema) -> Value:
    return lambda _over: schema


def text_like(pattern: str, *examples: str) -> Value:
    """A text of this form, with examples for editors."""
    schema: JsonSchema = {"type": "string", "pattern": f"^(?:{pattern})$"}
    return _fixed(schema | ({"examples": list(examples)} if examples else {}))


TEXT = _fixed({"type": ["string", "number", "boolean"]})
"""A text; unquoted, other programs read some texts as numbers or booleans."""

BOOLEAN = _fixed({"type": "boolean"})
NAMED = text_like(NAME.pattern)
IDENTIFIER = _fixed(
    {"anyOf": [{"type": "string", "pattern": f"^(?:{ID.pattern})$"}, {"type": "integer", "minimum": 0}]}
)
DATE = text_like(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", "2026-01-31")
AMOUNT = text_like(AMOUNT_PATTERN, "5 working days", "4 working hours", "45 days", "24 hours", "30 minutes")


def whole(least: int | None = None, most: int | None = None) -> Value:
    """A whole number within bounds, both allowed themselves."""
    bounds = {"minimum": least, "maximum": most}
    return _fixed({"type": "integer", **{key: bound for key, bound in bounds.items() if bound is not None}})


def words(*allowed: object) -> Value:
    """One of a few words or numbers."""
    return _fixed({"enum": list(allowed)})


def either(*values: Value) -> Value:
    """Any of several forms."""
    return lambda over: {"anyOf": [value(over) for value in values]}


def list_of(value: Value, *, least: int = 0) -> Value:
    """A list; what stands in one is never merged, so it is whole in an overlay, too."""
    bound: JsonSchema = {"minItems": least} if least else {}
    return lambda _over: {"type": "array", "items": value(False), **bound}


def one_or_more(value: Value, *, least: int = 1) -> Value:
    """One value, or a list of several, each once."""
    return lambda over: {
        "anyOf": [
            value(over),
            {"type": "array", "items": value(False), "minItems": least, "uniqueItems": True},
        ]
    }


def map_of(value: Value, *, keys: Value | None = None, least: int = 0) -> Value:
    """A map whose keys the author chooses; ``null`` takes one out in an overlay."""

    def build(over: bool) -> JsonSchema:
        schema: JsonSchema = {"type": "object", "additionalProperties": _or_null(value(over), over)}
        if keys is not None:
            schema["propertyNames"] = keys(False)
        return schema | ({"minProperties": least} if least and not over else {})

    return build


def ref(name: str) -> Value:
    """A map with known keys, by the name of its ``MapSchema``."""
    return lambda over: {"$ref": f"#/$defs/{_named(name, over)}"}


LABEL = ref("label")
NAMES = one_or_more(NAMED)
TEXTS = one_or_more(TEXT)


@attrs.frozen(slots=True, kw_only=True)
class MapSchema:
    """What the keys of one shape hold.

    Attributes:
        name: the shape's name in the schema.
        shape: the keys that the reader knows.
        values: key to what it holds; exactly those of the shape.
        help: the tables of the reference that describe the keys, as ``page/section/number``.
        one_of: of each of these tuples exactly one key is given.
        some_of: of each of these tuples at least one key is given.
        rules: further schemas that the map meets.
        overlay: the shape where it stands in an overlay, if that requires other keys; else none is required there.
    """

    name: str
    shape: Shape
    values: Mapping[str, Value]
    help: tuple[str, ...] = ()
    one_of: tuple[tuple[str, ...], ...] = ()
    some_of: tuple[tuple[str, ...], ...] = ()
    rules: tuple[JsonSchema, ...] = ()
    overlay: Shape | None = None

    def build(self, *, over: bool = False) -> JsonSchema:
        """The schema of the map.

        Raises:
            InternalError: the table and the shape differ.
        """
        if set(self.values) != set(self.shape.keys):
            raise InternalError(f"the schema of {self.name} and its shape differ")
        required = (() if self.overlay is None else self.overlay.required) if over else self.shape.required
        known = _help(self.help)
        properties = {
            key: _or_null(self.values[key](over), over and key not in required)
            | ({"description": known[key]} if key in known else {})
            for key in self.shape.keys
        }
        schema: JsonSchema = {"title": self.shape.what, "type": "object", "properties": properties}
        schema["additionalProperties"] = False
        if required:
            schema["required"] = list(required)
        rules = [
            *({"oneOf": [{"required": [key]} for key in keys]} for keys in self.one_of),
            *({"anyOf": [{"required": [key]} for key in keys]} for keys in self.some_of),
            *self.rules,
        ]
        return schema if over or not rules else schema | {"allOf": rules}


def definitions(maps: Sequence[MapSchema], roots: Iterable[str]) -> JsonSchema:
    """The ``$defs`` of a schema: the maps that ``roots`` lead to, each also as it stands in an overlay where it may."""
    every = {_named(one.name, over): (one, over) for one in maps for over in (False, True)}
    found: JsonSchema = {}
    ahead = list(roots)
    while ahead:
        name = ahead.pop()
        if name not in found:
            one, over = every[name]
            found[name] = one.build(over=over)
            ahead += sorted(_refs(found[name]))
    return dict(sorted(found.items()))


def _named(name: str, over: bool) -> str:
    return f"{name}-in-overlay" if over else name


def _or_null(schema: JsonSchema, over: bool) -> JsonSchema:
    return {"anyOf": [schema, {"type": "null"}]} if over else schema


def _refs(schema: object) -> set[str]:
    if isinstance(schema, dict):
        own = {schema["$ref"].rpartition("/")[2]} if isinstance(schema.get("$ref"), str) else set()
        return own.union(*map(_refs, schema.values()))
    return set().union(*map(_refs, schema)) if isinstance(schema, list) else set()


@functools.cache
def _reference() -> dict[str, dict[str, str]]:
    """What the pages of the reference say of each key, by table; a test holds the two equal."""
    text = files("casewf").joinpath("definition", "key_help.json").read_text("utf-8")
    found: dict[str, dict[str, str]] = json.loads(text)
    return found


def _help(tables: tuple[str, ...]) -> dict[str, str]:
    return {key: text for table in tables for key, text in _reference().get(table, {}).items()}
