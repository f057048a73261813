"""Model objects to and from JSON, for storing and hashing (storage format 1).

An attrs object becomes ``{"$": "ClassName", attribute: value, …}`` without the attributes that have their default, so
that a later version can add attributes. ``Decimal``, ``date`` and sets are tagged; other values stand as they are.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any, TypeAlias, TypeVar, cast

import attrs

from casewf.errors import InternalError
from casewf.model import amount, case, clock_events, commands, effects, events, expression, text, workflow

Json: TypeAlias = bool | int | str | list["Json"] | dict[str, "Json"] | None

_T = TypeVar("_T")

_CLASSES: dict[str, type] = {
    item.__name__: item
    for module in (amount, case, clock_events, commands, effects, events, expression, text, workflow)
    for item in vars(module).values()
    if isinstance(item, type) and attrs.has(item)
}


def _fields_of(cls: type) -> tuple[tuple[str, object, Callable[[], object] | None], ...]:
    """For each attribute of the constructor: its name, its plain default (or NOTHING), its default's factory."""
    found: list[tuple[str, object, Callable[[], object] | None]] = []
    for field in attrs.fields(cls):
        if not field.init:
            continue
        default: object = field.default
        if isinstance(default, attrs.Factory):  # type: ignore[arg-type]  # typed as a function, is a class
            found.append((field.name, attrs.NOTHING, cast("Any", default).factory))
        else:
            found.append((field.name, default, None))
    return tuple(found)


_FIELDS = {name: _fields_of(cls) for name, cls in _CLASSES.items()}


def encode(value: object) -> Json:
    """The JSON form of a model value.

    Raises:
        InternalError: a value of a type that cases do not hold.
    """
    kind = type(value)
    if value is None or kind is bool or kind is int or kind is str:
        return cast("Json", value)
    if kind is tuple or kind is list:
        return [encode(item) for item in cast("tuple[object, ...]", value)]
    if kind.__name__ in _FIELDS and _CLASSES[kind.__name__] is kind:
        return {"$": kind.__name__, **encode_attributes(value)}
    if isinstance(value, Mapping):
        return {("$" + key if key.startswith("$") else key): encode(item) for key, item in value.items()}
    if isinstance(value, Decimal):
        return {"$decimal": str(value)}
    if isinstance(value, dt.date) and not isinstance(value, dt.datetime):
        return {"$date": value.isoformat()}
    if isinstance(value, frozenset):
        return {"$set": [encode(item) for item in sorted(value)]}
    raise InternalError(f"a case cannot hold a {kind.__name__}")


def encode_attributes(value: object) -> dict[str, Json]:
    """The attributes of an attrs object that differ from their default, in JSON form."""
    result: dict[str, Json] = {}
    for name, default, factory in _FIELDS[type(value).__name__]:
        item = getattr(value, name)
        if item is default or (item == default and type(item) is type(default)):
            continue
        if factory is not None and item == factory():
            continue
        result[name] = encode(item)
    return result


def decode(data: Json) -> object:
    """The model value of a JSON form made by ``encode``; lists come back as tuples.

    Raises:
        InternalError: a class or attribute that this version does not know.
    """
    if isinstance(data, list):
        return tuple(decode(item) for item in data)
    if not isinstance(data, dict):
        return data
    if "$" in data:
        name = data["$"]
        if not isinstance(name, str) or name not in _CLASSES:
            raise InternalError(f"stored data names {name!r}, which this version of casewf does not know")
        return _build(name, {key: item for key, item in data.items() if key != "$"})
    if len(data) == 1:
        ((tag, item),) = data.items()
        if tag == "$decimal":
            return Decimal(cast("str", item))
        if tag == "$date":
            return dt.date.fromisoformat(cast("str", item))
        if tag == "$set":
            return frozenset(cast("tuple[object, ...]", decode(item)))
    return {(key[1:] if key.startswith("$$") else key): decode(item) for key, item in data.items()}


def _build(name: str, attributes: Mapping[str, Json]) -> object:
    known = {field for field, _, _ in _FIELDS[name]}
    if unknown := set(attributes) - known:
        raise InternalError(
            f"stored {name} has {sorted(unknown)}, which this version of casewf does not know"
        )
    values = {key: decode(item) for key, item in attributes.items()}
    cls: Callable[..., object] = _CLASSES[name]
    if hasattr(cls, "__attrs_init__"):
        made: object = object.__new__(_CLASSES[name])
        made.__attrs_init__(**values)  # type: ignore[attr-defined]  # attrs adds it where a class has its own __init__
        return made
    return cls(**values)


def dumps(value: object) -> str:
    """The canonical text of a model value: sorted keys, no white space, Chinese as it is."""
    return _text(encode(value))


def loads_any(text_: str) -> object:
    """The model value of a canonical text, whatever it is."""
    return decode(json.loads(text_))


def loads(text_: str, expected: type[_T]) -> _T:
    """The model value of a canonical text; ``InternalError`` if it is not an ``expected``."""
    value = loads_any(text_)
    if not isinstance(value, expected):
        raise InternalError(f"expected a stored {expected.__name__}, found {type(value).__name__}")
    return value


def dump_event(event: events.Event) -> tuple[str, str]:
    """The stored kind of an event and its canonical body."""
    return type(event).__name__, _text(cast("Json", encode_attributes(event)))


def load_event(kind: str, body: str) -> events.Event:
    """The event of a stored kind and body."""
    if kind not in _CLASSES:
        raise InternalError(f"stored event kind {kind!r} is not known to this version of casewf")
    return cast("events.Event", _build(kind, json.loads(body)))


def chain_hash(previous: str, case_id: str, number: int, kind: str, body: str) -> str:
    """The hash of an event in its case's chain (D4): SHA-256, hexadecimal.

    It covers the hash before it, the case, the event's number, its kind and its canonical body.
    """
    return hashlib.sha256("\n".join((previous, case_id, str(number), kind, body)).encode()).hexdigest()


def content_hash(value: object) -> str:
    """The SHA-256 of a model value's canonical text, hexadecimal (K6)."""
    return hashlib.sha256(dumps(value).encode()).hexdigest()


_json_encoder = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


def _text(data: Json) -> str:
    return _json_encoder.encode(data)
