"""Field values: what a command may give for a declared field, made into the field's type."""

from __future__ import annotations

import datetime as dt
import reprlib
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation

from casewf.definition.nearest import nearest
from casewf.model.case import Sealed
from casewf.model.plain_text import as_plain, is_whole
from casewf.model.reasons import Reason, reason, reason_near
from casewf.model.workflow import Field


class FieldProblem(Exception):  # noqa: N818  # a refusal under way, never seen by hosts
    """A value does not fit its field; ``reason`` says why."""

    def __init__(self, why: Reason) -> None:
        self.reason = why
        super().__init__(why.text())


def check_value(name: str, field: Field, value: object) -> object:
    """The value in the field's type; lists become tuples, texts of decimals and dates are read.

    A sensitive value must come sealed (D5); one that is not has the wrong type, and is shown in no text.

    Raises:
        FieldProblem: with ``field_type``, ``field_option`` or ``field_range``.
    """
    if not field.sensitive:
        return plain_value(name, field, value) if field.many else _check_one(name, field, value)
    if isinstance(value, Sealed):
        return value
    plain_value(name, field, value)
    raise FieldProblem(reason("field_type", field=name, expected=field.kind, found=type(value).__name__))


def plain_value(name: str, field: Field, value: object) -> object:
    """The value in the field's type as it was given, not sealed; of a sensitive one, before it is sealed (D5).

    Raises:
        FieldProblem: with ``field_type``, ``field_option`` or ``field_range``.
    """
    if not field.many:
        return _check_one(name, field, value)
    if not isinstance(value, list | tuple) or not value:
        wanted = f"a list of {field.kind} with something in it"
        raise FieldProblem(reason("field_type", field=name, expected=wanted, found=_found(field, value)))
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
            own = field.sensitive or field.many
            try:
                values[name] = check_value(name, field, value) if own else _check_one(name, field, value)
            except FieldProblem as problem:
                problems.append(problem.reason)
    return values, problems


def _check_one(name: str, field: Field, value: object) -> object:
    made = _READ[field.kind](value)
    if made is None:
        raise FieldProblem(reason("field_type", field=name, expected=field.kind, found=_found(field, value)))
    if field.of and made not in field.of:
        raise FieldProblem(_no_option(name, field, str(made)))
    if type(made) is str:
        return made
    if field.kind == "date" and not _FIRST_DATE <= made <= _LAST_DATE:  # type: ignore[operator]  # `kind` says so
        raise FieldProblem(reason("field_range", field=name, expected=f"{_FIRST_DATE}..{_LAST_DATE}"))
    low, high = field.minimum, field.maximum
    if (low is None and high is None) or isinstance(made, bool) or not isinstance(made, int | Decimal):
        return made
    if (low is not None and made < low) or (high is not None and made > high):
        bounds = f"{'' if low is None else low}..{'' if high is None else high}"
        raise FieldProblem(reason("field_range", field=name, expected=bounds))
    return made


def _no_option(name: str, field: Field, given: str) -> Reason:
    """There is no such option; the nearest goes by codes and labels, and of a sensitive field nothing shows (D5)."""
    options = ", ".join(field.of)
    if field.sensitive:
        return reason("field_option", field=name, found=_HIDDEN, options=options)
    meant = {text: code for code, label in field.options.items() for text in (label.zh, label.en) if text}
    meant |= {code: code for code in field.of}
    near = meant.get(nearest(given, meant), "")
    shown = given if len(given) <= _SHOWN else f"{given[:_SHOWN]}…"
    return reason_near("field_option", near, field=name, found=shown, options=options)


def _found(field: Field, value: object) -> str:
    """What was given, shortly; of a sensitive field the type alone (D5)."""
    kind = type(value).__name__
    if field.sensitive:
        return kind
    try:
        return f"{kind} {reprlib.repr(value)}"
    except (ValueError, RecursionError):  # a number of too many digits, or a list in itself
        return kind


def _text(value: object) -> object:
    if not isinstance(value, str) or not value.strip():
        return None
    if type(value) is str and value.isascii():
        return value  # most are codes, and of those nothing else need be asked
    return as_plain(value) if is_whole(value) else None


def _integer(value: object) -> object:
    if isinstance(value, bool) or not isinstance(value, int):
        return None
    return int(value) if -_MOST <= value <= _MOST else None


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
        return dt.date(value.year, value.month, value.day)
    try:
        return dt.date.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None


def _instant(value: object) -> object:
    if isinstance(value, dt.datetime) and value.tzinfo is not None:
        return (value - _EPOCH) // dt.timedelta(microseconds=1)
    return _integer(value)


_SHOWN = 40
"""How many characters of a wrong value a refusal shows."""

_HIDDEN = "•••"

_MOST = 2**63 - 1
"""The greatest whole number a field holds, as databases and JSON readers do."""

_FIRST_DATE, _LAST_DATE = dt.date(3, 1, 1), dt.date(9997, 12, 31)
"""The dates that a limit can be measured to; a date without end is no date."""

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
