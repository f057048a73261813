"""What people type as the value of a field: read as its kind wants it, with a sentence for what is none."""

from __future__ import annotations

import datetime as dt
import re
from zoneinfo import ZoneInfo

import attrs

from casewf.core.fields import FieldProblem, plain_value
from casewf.definition.amounts import written_amount
from casewf.definition.values import FIRST_YEAR, LAST_YEAR, date_of
from casewf.model.amount import Amount
from casewf.model.text import Label
from casewf.model.workflow import Field, Workflow

__all__ = [
    "HOW",
    "Mistyped",
    "option_called",
    "truth_called",
    "typed_amount",
    "typed_instant",
    "typed_value",
]

HOW = {
    "text": Label("文字", "a text"),
    "integer": Label("整数，如 3", "a whole number such as 3"),
    "decimal": Label("数字，如 3.50", "a number such as 3.50"),
    "boolean": Label("是或否", "yes or no"),
    "choice": Label("选项的序号、代码或名称", "the number, code or label of an option"),
    "date": Label("日期，如 2026-03-02", "a date such as 2026-03-02"),
    "instant": Label("时刻，如 2026-03-02 10:00", "a time such as 2026-03-02 10:00"),
    "org": Label("单位的代码", "the id of an organisation"),
    "person": Label("人员的代码", "the id of a person"),
    "amount": Label("时长，如 2个工作日、4小时", "an amount such as 2 working days or 4 hours"),
}
"""What a value of a kind looks like, in words."""

_MOMENT = re.compile(r"(?:(\d{4}-\d{2}-\d{2})(?: +|T))?(\d{1,2}:\d{2}(?::\d{2})?)")
_WHOLE = re.compile(r"-?[0-9]{1,18}")
_DECIMAL = re.compile(r"-?[0-9]{1,18}(?:\.[0-9]{1,18})?")
_COMMAS = re.compile("[,，、]")
_YES, _NO = ("true", "yes", "y", "是"), ("false", "no", "n", "否")
_CHINESE_AMOUNT = re.compile(r"([0-9]+) *个? *(工作日|工作小时|工作分钟|小时|分钟|秒|自然日|日|天)")
_UNITS = {
    "工作日": "working days",
    "工作小时": "working hours",
    "工作分钟": "working minutes",
    "小时": "hours",
    "分钟": "minutes",
    "秒": "seconds",
    "自然日": "days",
    "日": "days",
    "天": "days",
}


class Mistyped(Exception):  # noqa: N818  # what is the case
    """What was typed is no such value; ``words`` say what is wanted."""

    def __init__(self, words: Label) -> None:
        self.words = words
        super().__init__(words.en)


def typed_value(workflow: Workflow, name: str, text: str, zone: ZoneInfo) -> object:
    """The value of a field, in the type in which stories hold it.

    Several values are separated by commas. An option is named by its number, its code or its label.

    Raises:
        Mistyped: it is none.
    """
    field = workflow.fields[name]
    parts = [part.strip() for part in _COMMAS.split(text)] if field.many else [text.strip()]
    values = [_one(workflow, name, part, zone) for part in parts if part or not field.many]
    if not values:
        raise _not(field.kind)
    return tuple(values) if field.many else values[0]


def option_called(field: Field, text: str) -> str | None:
    """The code of the option of a choice that has this code or label; None if none has."""
    if text in field.of:
        return text
    labels = ((code, field.options.get(code, Label())) for code in field.of)
    return next((code for code, label in labels if text and text in (label.zh, label.en)), None)


def truth_called(text: str) -> bool | None:
    """What a word for yes or no means, in either language; None if it is neither."""
    word = text.lower()
    return True if word in _YES else False if word in _NO else None


def typed_instant(text: str, zone: ZoneInfo, today: dt.date | None) -> dt.datetime:
    """The instant of ``2026-03-02 10:00``, or of a time alone on ``today`` if that is given.

    Raises:
        Mistyped: it is none, or none that the zone has.
    """
    form = _MOMENT.fullmatch(text.strip())
    try:
        day = today if form is None or form[1] is None else dt.date.fromisoformat(form[1])
        time = (
            None if form is None else dt.time.fromisoformat(form[2].zfill(5 + 3 * (form[2].count(":") - 1)))
        )
    except ValueError:
        day = time = None
    if day is None or time is None or not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise _not("instant")
    moment = dt.datetime.combine(day, time, zone)
    if moment.astimezone(dt.UTC).astimezone(zone).replace(tzinfo=None) != moment.replace(tzinfo=None):
        raise Mistyped(
            Label(f"{zone.key} 没有这一时刻，时钟被拨快了", f"clocks in {zone.key} skip that time")
        )
    return moment


def typed_amount(text: str) -> Amount:
    """The amount of ``2 working days`` or ``2个工作日``.

    Raises:
        Mistyped: it is none.
    """
    form = _CHINESE_AMOUNT.fullmatch(text.strip())
    found = written_amount(f"{form[1]} {_UNITS[form[2]]}" if form else text)
    if found is None:
        raise _not("amount")
    return found


def _not(kind: str) -> Mistyped:
    how = HOW[kind]
    return Mistyped(Label(f"应为{how.zh}", f"this should be {how.en}"))


def _one(workflow: Workflow, name: str, text: str, zone: ZoneInfo) -> object:
    field = workflow.fields[name]
    value = _read(field, text, zone)
    if value is None:
        raise _not("choice" if field.of else field.kind)
    try:
        checked = plain_value(name, attrs.evolve(field, many=False, sensitive=False), value)
    except FieldProblem as problem:
        said = problem.reason
        raise Mistyped(Label(said.text("zh", workflow.words), said.text("en", workflow.words))) from problem
    return value if field.kind == "instant" else checked


def _read(field: Field, text: str, zone: ZoneInfo) -> object:
    """What the text looks like to a field of this kind; None for what it cannot be."""
    if field.of:
        return _option(field, text)
    if field.kind == "integer":
        return int(text) if _WHOLE.fullmatch(text) else None
    if field.kind == "decimal":
        return text if _DECIMAL.fullmatch(text) else None
    if field.kind == "boolean":
        return truth_called(text)
    if field.kind == "instant":
        return typed_instant(text, zone, None)
    return date_of(text) if field.kind == "date" else text or None


def _option(field: Field, text: str) -> str | None:
    numbers = {str(number): code for number, code in enumerate(field.of, 1)}
    return option_called(field, text) or numbers.get(text)
