"""Field values as JSON, and back: decimals, dates and instants are texts there."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from casewf.model.expression import instant_from_text
from casewf.model.workflow import Workflow

__all__ = ["read_object", "to_json", "to_values", "utc_text"]

_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


def to_json(workflow: Workflow | None, values: Mapping[str, object]) -> dict[str, Any]:
    """The values of fields as ``json.dumps`` takes them; instants in UTC (RFC 3339), decimals and dates as texts."""
    return {name: _json(value, is_instant=_is_instant(workflow, name)) for name, value in values.items()}


def to_values(workflow: Workflow | None, found: Mapping[str, object]) -> dict[str, object]:
    """What JSON gave for fields, as a command takes it; a text that is no instant stays, and the command refuses it."""
    return {name: _instants(value) if _is_instant(workflow, name) else value for name, value in found.items()}


def read_object(body: bytes) -> dict[str, Any]:
    """A JSON object; numbers with a fraction become decimals.

    Raises:
        ValueError: it is none, or holds half a character, which cannot be stored.
    """
    try:
        found = json.loads(body.decode("utf-8"), parse_float=_decimal, parse_constant=_no_constant)
        json.dumps(found, ensure_ascii=False, default=str).encode()
    except RecursionError:
        raise ValueError("it is nested too deeply") from None
    if not isinstance(found, dict):
        raise ValueError("it is JSON, but no object")  # noqa: TRY004  # the text is wrong, not the argument
    return found


def utc_text(instant: int) -> str:
    """An instant in microseconds as RFC 3339 in UTC, such as ``2026-03-16T02:00:00Z``."""
    return f"{(_EPOCH + dt.timedelta(microseconds=instant)).replace(tzinfo=None).isoformat()}Z"


def _is_instant(workflow: Workflow | None, name: str) -> bool:
    field = None if workflow is None else workflow.fields.get(name)
    return field is not None and field.kind == "instant"


def _json(value: object, *, is_instant: bool) -> object:
    if isinstance(value, tuple | list):
        return [_json(one, is_instant=is_instant) for one in value]
    if value is None or isinstance(value, bool | str):
        return value
    if isinstance(value, int):
        return utc_text(value) if is_instant else value
    return str(value)


def _instants(value: object) -> object:
    if isinstance(value, list):
        return [_instants(one) for one in value]
    try:
        return instant_from_text(value) if isinstance(value, str) else value
    except ValueError:
        return value


def _decimal(text: str) -> Decimal:
    try:
        return Decimal(text)
    except InvalidOperation:
        raise ValueError("a number in it has an exponent that is too large") from None


def _no_constant(name: str) -> object:
    raise ValueError(f"{name} is no number")
