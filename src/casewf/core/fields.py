"""Field values: what a command may give for a declared field, made into the field's type."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation

from casewf.model.case import Sealed
from casewf.model.reasons import Reason, reason
from casewf.model.workflow import Field


class FieldProblem(Exception):  # noqa: N818  # a refusal under way, never seen by hosts
    """A value does not fit its field; ``reason`` says why."""

    def __init__(self, why: Reason) -> None:
        self.reason = why
        super().__init__(why.text())


def check_value(name: str, field: Field, value: object) -> object:
    """The value in the field's type; lists become tuples, texts of decimals and dates are read.

    Raises:
        FieldProblem: with ``field_type`` or ``field_range``.
    """
    if not field.many:
        return _check_one(name, field, value)
    if isinstance(value, str | bytes) or not isinstance(value, list | tuple):
        raise FieldProblem(
            reason("field_type", field=name, expected=f"a list of {field.kind}", found=_found(value))
        )
    return tuple(_check_one(name, field, item) for item in value)


def check_data(
    fields: Mapping[str, Field], data: Mapping[str, object]
) -> tuple[dict[str, object], list[Reason]]:
    """The command's values in their types, and every reason why some are none of a declared field."""
    values: dict[str, object] = {}
    problems: list[Reason] = []
    for name, value in data.items():
        field = fields.get(name)
        if field is None:
            problems.append(reason("field_unknown", field=name))
        else:
            try:
                values[name] = check_value(name, field, value)
            except FieldProblem as problem:
                problems.append(problem.reason)
    return values, problems


def defaults(fields: Mapping[str, Field]) -> dict[str, object]:
    """The values that a case has from its opening."""
    return {name: field.default for name, field in fields.items() if field.default is not None}


def _check_one(name: str, field: Field, value: object) -> object:
    if field.sensitive:
        if isinstance(value, Sealed):
            return value
        # the type alone: a sensitive value stands in no text (D5)
        raise FieldProblem(reason("field_type", field=name, expected=field.kind, found=type(value).__name__))
    made = _READ[field.kind](value)
    if made is None:
        raise FieldProblem(reason("field_type", field=name, expected=field.kind, found=_found(value)))
    if field.of and made not in field.of:
        raise FieldProblem(reason("field_range", field=name, expected=", ".join(field.of)))
    if isinstance(made, int | Decimal) and not isinstance(made, bool):
        low, high = field.minimum, field.maximum
        if (low is not None and made < low) or (high is not None and made > high):
            bounds = f"{'' if low is None else low}..{'' if high is None else high}"
            raise FieldProblem(reason("field_range", field=name, expected=bounds))
    return made


def plain_value(name: str, field: Field, value: object) -> object:
    """The value of a sensitive field in its type, before it is sealed (D5).

    Raises:
        FieldProblem: with ``field_type`` or ``field_range``.
    """
    made = _READ[field.kind](value)
    if made is None:
        raise FieldProblem(reason("field_type", field=name, expected=field.kind, found=type(value).__name__))
    return made


def _found(value: object) -> str:
    shown = repr(value)
    return f"{type(value).__name__} {shown if len(shown) <= 40 else shown[:37] + '...'}"


def _text(value: object) -> object:
    if not isinstance(value, str) or not value.strip():
        return None
    return value if value.isascii() or _is_whole(value) else None


def _is_whole(text: str) -> bool:
    """Whether a text has only whole characters; half of a surrogate pair cannot be stored."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _integer(value: object) -> object:
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _decimal(value: object) -> object:
    if isinstance(value, bool) or not isinstance(value, int | str | Decimal):
        return None
    try:
        made = Decimal(value)
    except InvalidOperation:
        return None
    return made if made.is_finite() else None


def _boolean(value: object) -> object:
    return value if isinstance(value, bool) else None


def _date(value: object) -> object:
    if isinstance(value, dt.datetime):
        return None
    if isinstance(value, dt.date):
        return value
    try:
        return dt.date.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None


def _instant(value: object) -> object:
    if isinstance(value, dt.datetime) and value.tzinfo is not None:
        return (value - _EPOCH) // dt.timedelta(microseconds=1)
    return _integer(value)


_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)

_READ = {
    "text": _text,
    "integer": _integer,
    "decimal": _decimal,
    "boolean": _boolean,
    "choice": _text,
    "date": _date,
    "instant": _instant,
    "org": _text,
    "person": _text,
}
