"""Model objects to and from JSON, for storing and hashing (docs/reference/storage.md).

An attrs object becomes ``{"$": "ClassName", attribute: value, …}`` without the attributes that have their default, so
that a later version can add attributes. ``Decimal``, ``date`` and sets are tagged; other values stand as they are.

Every command reads one snapshot and writes another, so texts are written and read in one pass, and what is known of
a class beforehand is worked out once.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Callable, Mapping
from decimal import Decimal
from json.encoder import encode_basestring
from typing import Any, TypeAlias, TypeVar, cast

import attrs

from casewf.errors import InternalError
from casewf.model import (
    amount,
    case,
    clock_events,
    commands,
    effect_specs,
    effects,
    events,
    expression,
    file_events,
    migration_events,
    people,
    roles,
    text,
    workflow,
)

Json: TypeAlias = bool | int | str | list["Json"] | dict[str, "Json"] | None

_T = TypeVar("_T")

_CLASSES: dict[str, type] = {
    item.__name__: item
    for module in (
        amount,
        case,
        clock_events,
        commands,
        effect_specs,
        effects,
        events,
        expression,
        file_events,
        migration_events,
        people,
        roles,
        text,
        workflow,
    )
    for item in vars(module).values()
    if isinstance(item, type) and attrs.has(item)
}


def dumps(value: object) -> str:
    """The canonical text of a model value: sorted keys, no white space, Chinese as it is.

    Raises:
        InternalError: a value of a type that cases do not hold.
    """
    return _WRITERS.get(type(value), _write_other)(value)


def loads_any(text_: str) -> object:
    """The model value of a canonical text, whatever it is; lists come back as tuples.

    Raises:
        InternalError: a class or attribute that this version does not know.
    """
    return _frozen(_DECODER.decode(text_))


def loads(text_: str, expected: type[_T]) -> _T:
    """The model value of a canonical text; ``InternalError`` if it is not an ``expected``."""
    value = loads_any(text_)
    if not isinstance(value, expected):
        raise InternalError(f"expected a stored {expected.__name__}, found {type(value).__name__}")
    return value


def dump_event(event: events.Event) -> tuple[str, str]:
    """The stored kind of an event and its canonical body."""
    kind = type(event)
    return kind.__name__, f"{{{','.join(_write_attributes(event))}}}"


def load_event(kind: str, body: str) -> events.Event:
    """The event of a stored kind and body."""
    if kind not in _CLASSES:
        raise InternalError(f"stored event kind {kind!r} is not known to this version of casewf")
    attributes = _DECODER.decode(body)
    if type(attributes) is not dict:
        raise InternalError(f"the stored body of a {kind} is no object with its attributes")
    return cast("events.Event", _build(kind, attributes))


def chain_hash(previous: str, case_id: str, number: int, kind: str, body: str) -> str:
    """The hash of an event in its case's chain (D4): SHA-256, hexadecimal.

    It covers the hash before it, the case, the event's number, its kind and its canonical body.
    """
    return hashlib.sha256("\n".join((previous, case_id, str(number), kind, body)).encode()).hexdigest()


def content_hash(value: object) -> str:
    """The SHA-256 of a model value's canonical text, hexadecimal (K6)."""
    return hashlib.sha256(dumps(value).encode()).hexdigest()


# Writing


def _fields_of(cls: type) -> tuple[tuple[str, str, object, bool], ...]:
    """The attributes of the constructor, sorted: name, ``"name":``, default value, whether a factory makes that."""
    found: list[tuple[str, str, object, bool]] = []
    for field in sorted((one for one in attrs.fields(cls) if one.init), key=lambda one: one.name):
        default: object = field.default
        is_made = isinstance(default, attrs.Factory)  # type: ignore[arg-type]  # typed as a function, is a class
        if is_made:
            default = cast("Any", default).factory()
        found.append((field.name, f'"{field.name}":', default, is_made))
    return tuple(found)


def _write_attributes(value: object) -> list[str]:
    """The attributes of a model object that differ from their default, ``"name":value`` each."""
    written: list[str] = []
    for name, key, default, is_made in _FIELDS[type(value)]:
        item = getattr(value, name)
        if item is default:
            continue
        kind = type(item)
        if (kind is type(default) or is_made) and item == default:
            continue
        written.append(key + _WRITERS.get(kind, _write_other)(item))
    return written


def _write_object(value: object) -> str:
    return f"{{{','.join((_TAGS[type(value)], *_write_attributes(value)))}}}"


def _write_list(items: tuple[object, ...] | list[object]) -> str:
    return f"[{','.join([dumps(item) for item in items])}]"


def _write_mapping(mapping: Mapping[str, object]) -> str:
    items = sorted([("$" + key if key.startswith("$") else key, item) for key, item in mapping.items()])
    return f"{{{','.join([encode_basestring(key) + ':' + dumps(item) for key, item in items])}}}"


def _write_other(value: object) -> str:
    """The text of a value that is tagged, or of a mapping that is no dict."""
    if isinstance(value, Mapping):
        return _write_mapping(value)
    if isinstance(value, Decimal):
        return f'{{"$decimal":{encode_basestring(str(value))}}}'
    if isinstance(value, dt.date) and not isinstance(value, dt.datetime):
        return f'{{"$date":"{value.isoformat()}"}}'
    if isinstance(value, frozenset):
        return f'{{"$set":{_write_list(sorted(value))}}}'
    raise InternalError(f"a case cannot hold a {type(value).__name__}")


_FIELDS = {cls: _fields_of(cls) for cls in _CLASSES.values()}
_TAGS = {cls: f'"$":"{name}"' for name, cls in _CLASSES.items()}

# Any: each writer takes the values of its own type, which a mapping cannot say.
_WRITERS: dict[type, Callable[[Any], str]] = {
    type(None): lambda _: "null",
    bool: lambda value: "true" if value else "false",
    int: int.__repr__,
    str: encode_basestring,
    tuple: _write_list,
    list: _write_list,
    dict: _write_mapping,
    **dict.fromkeys(_FIELDS, _write_object),
}


# Reading


def _revive(data: dict[str, Any]) -> object:
    """The value of a JSON object whose own values are revived already."""
    if "$" in data:
        name = data.pop("$")
        if not isinstance(name, str) or name not in _CLASSES:
            raise InternalError(f"stored data names {name!r}, which this version of casewf does not know")
        return _build(name, data)
    if len(data) == 1:
        ((tag, item),) = data.items()
        if tag == "$decimal":
            return Decimal(item)
        if tag == "$date":
            return dt.date.fromisoformat(item)
        if tag == "$set":
            return frozenset(_frozen(item))
    return {(key[1:] if key.startswith("$$") else key): _frozen(item) for key, item in data.items()}


def _build(name: str, attributes: dict[str, Any]) -> object:
    if not attributes.keys() <= _NAMES[name]:
        unknown = sorted(attributes.keys() - _NAMES[name])
        raise InternalError(f"stored {name} has {unknown}, which this version of casewf does not know")
    for key, item in attributes.items():
        if type(item) is list:
            attributes[key] = _frozen(item)
    return _BUILDERS[name](**attributes)


def _frozen(item: Any) -> Any:  # whatever JSON holds
    return tuple([_frozen(one) for one in item]) if type(item) is list else item


def _builder_of(cls: type) -> Callable[..., object]:
    """What makes an object of its attributes, also where the class has an ``__init__`` of its own."""
    if not hasattr(cls, "__attrs_init__"):
        return cls

    def build(**attributes: object) -> object:
        made: object = object.__new__(cls)
        made.__attrs_init__(**attributes)  # type: ignore[attr-defined]  # attrs adds it
        return made

    return build


_NAMES = {cls.__name__: frozenset(name for name, *_ in fields) for cls, fields in _FIELDS.items()}
_BUILDERS = {name: _builder_of(cls) for name, cls in _CLASSES.items()}
_DECODER = json.JSONDecoder(object_hook=_revive)
