"""Codes, instants, amounts and conditions in words, in Chinese and English."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal

import attrs
import pendulum

from casewf.definition.expression import ExpressionError, Scope, parse
from casewf.model.amount import US_PER_DAY, US_PER_HOUR, US_PER_MINUTE, US_PER_SECOND, Amount, amount_words
from casewf.model.case import Stamp
from casewf.model.expression import Expression
from casewf.model.file_commands import FILE_COMMANDS
from casewf.model.reasons import Reason, Words
from casewf.model.roles import SYSTEM
from casewf.model.text import Label
from casewf.model.workflow import Rung, Sla, State, Workflow
from casewf.views.conditions import condition_words

__all__ = ["WEEKDAYS", "Speaker", "duration_words", "local", "refusal_words", "rungs_of"]

WEEKDAYS = {"zh": "一二三四五六日", "en": ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")}


def local(instant: int, zone: str) -> pendulum.DateTime:
    """An instant in microseconds as wall time in a zone."""
    seconds, rest = divmod(instant, 1_000_000)
    return pendulum.from_timestamp(seconds, tz=zone).add(microseconds=rest)


def duration_words(us: int, lang: str) -> str:
    """A length of plain time in its two largest units: ``1小时36分钟``, ``1 h 36 min``."""
    days, rest = divmod(us, 24 * US_PER_HOUR)
    hours, rest = divmod(rest, US_PER_HOUR)
    minutes, rest = divmod(rest, US_PER_MINUTE)
    units = (
        (days, "天", " d"),
        (hours, "小时", " h"),
        (minutes, "分钟", " min"),
        (rest // US_PER_SECOND, "秒", " s"),
    )
    parts = [f"{number}{zh if lang == 'zh' else en}" for number, zh, en in units if number]
    joined = ("" if lang == "zh" else " ").join(parts[:2])
    return joined or ("不到1秒" if lang == "zh" else "less than a second")


@attrs.frozen(slots=True, kw_only=True)
class Speaker:
    """Says what a workflow's codes are called.

    Attributes:
        lang: ``zh`` or ``en``.
        people, organisations: names by id, where the host knows them.
        workflows: titles of other workflows by id, where they are known.
        finest: the smallest unit in which times of day are shown, in microseconds; less is left out.
        others: further definitions of the case, for what this one does not have.
    """

    workflow: Workflow
    zone: str
    lang: str = "en"
    people: Mapping[str, Label] = attrs.field(factory=dict)
    organisations: Mapping[str, Label] = attrs.field(factory=dict)
    workflows: Mapping[str, Label] = attrs.field(factory=dict)
    finest: int = 1
    others: tuple[Workflow, ...] = ()

    def say(self, zh: str, en: str) -> str:
        """One of the two."""
        return zh if self.lang == "zh" else en

    def label(self, kind: str, code: str) -> str:
        """The label of a role, field, state or trigger, or its code."""
        words = (one.words(kind, code, self.lang) for one in (self.workflow, *self.others))
        return next((word for word in words if word not in ("", code)), code)

    def state(self, track: str, state: str) -> str:
        """The label of a state of a track, or its code."""
        tracks = (one for each in (self.workflow, *self.others) for one in each.tracks if one.id == track)
        found = (one for each in tracks for one in each.states if one.id == state)
        return next(found, State(id=state)).title.text(self.lang) or state

    def limit(self, name: str) -> Sla | None:
        """The SLA of this id, or None for one that no definition here has."""
        return next(
            (sla for one in (self.workflow, *self.others) for sla in one.slas if sla.id == name), None
        )

    def sla(self, name: str) -> str:
        """The title of an SLA, or its id."""
        found = self.limit(name)
        return (found and found.title.text(self.lang)) or name

    def advises(self, name: str) -> bool:
        """Whether an SLA only advises, so that nobody is late by it."""
        found = self.limit(name)
        return found is not None and found.kind == "advisory"

    def card(self, name: str) -> str:
        """The label of a card, or its code."""
        labels = (dict(one.cards).get(name) for one in (self.workflow, *self.others))
        return next((label for label in labels if label is not None), Label()).text(self.lang) or name

    def person(self, name: str) -> str:
        """A person's name, or his id."""
        if name == SYSTEM:
            return self.say("系统", "the system")
        return self.people.get(name, Label()).text(self.lang) or name

    def who(self, by: Stamp) -> str:
        """Who did something, and for whom he stood in."""
        name = self.person(by.id)
        if by.on_behalf is None or by.id == SYSTEM:
            return name
        absent = self.person(by.on_behalf)
        return self.say(f"{name}（代{absent}）", f"{name} (for {absent})")

    def org(self, name: str) -> str:
        """An organisation's title, or its id."""
        return self.organisations.get(name, Label()).text(self.lang) or name

    def workflow_title(self, name: str) -> str:
        """A workflow's title, or its id."""
        title = self.workflow.title if name == self.workflow.id else self.workflows.get(name, Label())
        return title.text(self.lang) or name

    def joined(self, words: list[str]) -> str:
        """A list in one line."""
        return self.say("、", ", ").join(words)

    # Time

    def day(self, instant: int) -> str:
        """``2025-06-17 周二``, ``Tue 2025-06-17``."""
        return self.date(local(instant, self.zone).date())

    def date(self, day: dt.date) -> str:
        """A date with its day of the week."""
        name = WEEKDAYS[self.lang][day.weekday()]
        return self.say(f"{day.isoformat()} 周{name}", f"{name} {day.isoformat()}")

    def time(self, instant: int) -> str:
        """``08:55``; with seconds and their fraction where there are any."""
        moment = local(instant // self.finest * self.finest, self.zone)
        if moment.microsecond:
            return f"{moment:%H:%M:%S}.{moment.microsecond:06d}".rstrip("0")
        return f"{moment:%H:%M:%S}" if moment.second else f"{moment:%H:%M}"

    def near(self, instant: int, base: int) -> str:
        """An instant as short as the base allows: the time alone on its day, else the date, too."""
        moment, other = local(instant, self.zone), local(base, self.zone)
        if moment.date() == other.date():
            return self.time(instant)
        shown = f"{moment:%m-%d}" if moment.year == other.year else f"{moment:%Y-%m-%d}"
        return f"{shown} {self.time(instant)}"

    def moment(self, instant: int) -> str:
        """An instant in full."""
        return f"{self.day(instant)} {self.time(instant)}"

    def duration(self, us: int) -> str:
        """A length of plain time in its two largest units: ``1小时36分钟``, ``1 h 36 min``."""
        return duration_words(us, self.lang)

    def until(self, instant: int, now: int) -> str:
        """How far an instant lies ahead, or how long ago it was: ``in 2 h 5 min``, ``late by 1 d``.

        Whole days or minutes, those begun left out.
        """
        unit = US_PER_DAY if abs(instant - now) >= US_PER_DAY else US_PER_MINUTE
        us = abs(instant - now) // unit * unit
        length = self.duration(us) if us else self.say("不到1分钟", "less than a minute")
        if now > instant:
            return self.say(f"逾期{length}", f"late by {length}")
        return self.say(f"剩{length}", f"in {length}")

    def amount(self, amount: Amount) -> str:
        """An amount with its unit: ``3个工作日``, ``4 working hours``."""
        return amount_words(amount, self.lang)

    # Definitions

    def rung(self, sla: str, number: int) -> str:
        """When a rung stands: ``到期``, ``用时80%``, ``4 hours before``."""
        limit = self.limit(sla)
        rung = next(iter(() if limit is None else rungs_of(limit)[number : number + 1]), Rung())
        if rung.percent == 100:
            return self.say("到期", "due")
        if rung.percent is not None:
            return self.say(f"用时{rung.percent}%", f"{rung.percent}% used")
        if rung.before is not None:
            return self.say(
                f"到期前{self.amount(rung.before)}", f"{self.amount(rung.before)} before it is due"
            )
        if rung.after is not None:
            return self.say(f"逾期{self.amount(rung.after)}", f"{self.amount(rung.after)} overdue")
        return ""

    def value(self, name: str, value: object) -> str:
        """A field's value in words."""
        field = self.workflow.fields.get(name)
        if isinstance(value, tuple | list):
            return self.joined([self.value(name, one) for one in value])
        if isinstance(value, bool):
            return self.say("是" if value else "否", "yes" if value else "no")
        if isinstance(value, Decimal | dt.date):
            return str(value)
        if field is not None and field.kind == "instant" and isinstance(value, int):
            return self.moment(value)
        if field is not None and field.kind == "org":
            return self.org(str(value))
        if field is not None and field.kind == "person":
            return self.person(str(value))
        if field is not None and str(value) in field.options:
            return field.options[str(value)].text(self.lang) or str(value)
        return str(value)

    def condition(self, expression: Expression) -> str:
        """A condition with labels for codes; what has no words stays as the author wrote it."""
        return condition_words(self, expression.tree)

    def reason(self, why: Reason) -> str:
        """A reason of a refusal, its condition in words, too."""
        return why.text(self.lang, refusal_words(self.workflow))

    def guard(self, text: str) -> str:
        """A condition, given as its author wrote it, in words."""
        workflow = self.workflow
        scope = Scope(
            fields=workflow.fields,
            tracks={track.id: tuple(state.id for state in track.states) for track in workflow.tracks},
            slas=tuple(sla.id for sla in workflow.slas),
            cards=tuple(name for name, _ in workflow.cards),
            roles=tuple(workflow.roles),
        )
        try:
            return self.condition(parse(text, scope))
        except ExpressionError:
            return text


def refusal_words(workflow: Workflow, command: str | None = None) -> Words:
    """What a reason needs to speak of a workflow: labels of codes, and conditions in words.

    ``command`` is the one on the case's file that was refused, whose name a trigger of the workflow may have, too.
    """

    def words(kind: str, code: str, lang: str) -> str:
        if kind == "trigger" and code == command:
            return FILE_COMMANDS[command].text(lang)
        if kind == "guard":
            return Speaker(workflow=workflow, zone="UTC", lang=lang).guard(code)
        return workflow.words(kind, code, lang)

    return words


def rungs_of(sla: Sla) -> tuple[Rung, ...]:
    """The SLA's rungs in the order of their numbers: its own ladder, then those of its targets."""
    return (*sla.ladder, *(rung for target in sla.target for rung in target.ladder or ()))
