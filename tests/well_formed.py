"""What a decision says, held against what its classes declare: values of their types, sentences without gaps."""

from __future__ import annotations

import typing
from collections.abc import Iterable, Mapping
from functools import cache
from types import NoneType, UnionType

import attrs

from casewf.model.reasons import Reason


def check_nouns(nouns: Iterable[object]) -> None:
    """Every attribute of an event, say, and of the nouns in it, has a value of its type."""
    for noun in nouns:
        _check_noun(noun)


def check_reasons(reasons: Iterable[Reason]) -> None:
    """A reason has a known code, and what fills its sentences is text."""
    for one in reasons:
        assert all(type(value) is str for value in one.params.values()), one
        assert one.text("zh"), one
        assert one.text("en"), one


def _check_noun(noun: object) -> None:
    for name, hint in _hints(type(noun)).items():
        value = getattr(noun, name)
        assert _fits(value, hint), f"{type(noun).__name__}.{name} is {value!r}"


@cache
def _hints(cls: type) -> dict[str, object]:
    hints = typing.get_type_hints(cls)
    return {field.name: hints[field.name] for field in attrs.fields(cls)}


def _fits(value: object, hint: object) -> bool:
    origin, parts = typing.get_origin(hint), typing.get_args(hint)
    if origin in (typing.Union, UnionType):
        return any(_fits(value, part) for part in parts)
    if origin is tuple:
        if not isinstance(value, tuple):
            return False
        if parts[-1] is Ellipsis:
            return all(_fits(one, parts[0]) for one in value)
        return len(value) == len(parts) and all(map(_fits, value, parts))
    if origin is not None and issubclass(origin, Mapping):
        return isinstance(value, Mapping) and all(
            _fits(key, parts[0]) and _fits(one, parts[1]) for key, one in value.items()
        )
    if hint in (int, bool, NoneType):
        return type(value) is (NoneType if hint is None else hint)
    if not isinstance(value, hint):  # type: ignore[arg-type]  # what is left is a class
        return False
    if attrs.has(type(value)):
        _check_noun(value)
    return True
