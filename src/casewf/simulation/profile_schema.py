"""The JSON Schema of profiles."""

from __future__ import annotations

from casewf.definition.json_schema import (
    AMOUNT,
    BOOLEAN,
    DATE,
    DIALECT,
    LABEL,
    NAMED,
    NAMES,
    TEXT,
    TEXTS,
    JsonSchema,
    MapSchema,
    Value,
    definitions,
    either,
    list_of,
    map_of,
    one_or_more,
    ref,
    whole,
    words,
)
from casewf.definition.schema import LABEL_MAP
from casewf.model.commands import ACTS
from casewf.model.hours import WEEKDAYS
from casewf.simulation.profile import MOST_CASES, MOST_PEOPLE
from casewf.simulation.profile_amounts import DISTRIBUTION
from casewf.simulation.profile_arrivals import ARRIVALS, BURSTS, CONNECTOR, WEEK
from casewf.simulation.profile_file import FORMAT, MAX_DAYS, PROFILE
from casewf.simulation.profile_people import LEVEL, SHIFT, STAFF
from casewf.simulation.profile_steps import CHOICE, COURSE, DATE_AHEAD, PLACE, RESUMED, SAME, STEP, WAY

__all__ = ["PROFILE_MAPS", "profile_schema"]

_PAGE = "profile-format"


def _number(over: bool) -> JsonSchema:  # noqa: ARG001  # a profile lies over nothing
    return {"type": "number", "minimum": 0}


_LENGTH = either(AMOUNT, ref("distribution"))
_SIZE = either(_number, ref("distribution_of_numbers"))


def _anything(over: bool) -> JsonSchema:  # noqa: ARG001  # what a field takes, only the workflow knows
    return {}


_DATA = map_of(either(ref("place"), ref("same_as"), ref("date_ahead"), _anything))
_STEPS = list_of(either(ref("step"), ref("choice")))


def _distribution(name: str, value: Value) -> MapSchema:
    values = {
        "uniform": list_of(value, least=2),
        "triangular": list_of(value, least=3),
        "exponential": value,
        "lognormal": list_of(value, least=2),
    }
    help_ = (f"{_PAGE}/Amounts and distributions/0",)
    return MapSchema(name=name, shape=DISTRIBUTION, values=values, one_of=(DISTRIBUTION.keys,), help=help_)


PROFILE_MAPS = (
    LABEL_MAP,
    MapSchema(
        name="profile",
        shape=PROFILE,
        values={
            "casewf-profile": words(FORMAT),
            "title": LABEL,
            "workflow": TEXT,
            "zone": TEXT,
            "from": DATE,
            "days": whole(1, MAX_DAYS),
            "drain": whole(0, MAX_DAYS),
            "calendars": TEXTS,
            "first": TEXT,
            "organisations": map_of(ref("level")),
            "staff": map_of(ref("group")),
            "arrivals": map_of(ref("stream")),
            "connectors": map_of(ref("connector")),
            "flow": list_of(either(ref("course"), ref("resumed"))),
        },
        help=(f"{_PAGE}/At the top/0",),
    ),
    _distribution("distribution", AMOUNT),
    _distribution("distribution_of_numbers", _number),
    MapSchema(
        name="level",
        shape=LEVEL,
        values={
            "zh": TEXT,
            "en": TEXT,
            "under": TEXT,
            "number": whole(1, 10_000),
            "weights": list_of(_number),
        },
        help=(f"{_PAGE}/Organisations/0",),
    ),
    MapSchema(
        name="group",
        shape=STAFF,
        values={
            "zh": TEXT,
            "en": TEXT,
            "roles": NAMES,
            "org": TEXT,
            "number": whole(1, MOST_PEOPLE),
            "calendar": TEXT,
            "shifts": list_of(ref("shift")),
            "skills": map_of(whole(1), keys=NAMED),
        },
        help=(f"{_PAGE}/Staff/0",),
    ),
    MapSchema(
        name="shift",
        shape=SHIFT,
        values={"hours": TEXTS, "days": one_or_more(TEXT), "people": whole(1)},
        help=(f"{_PAGE}/Staff/1",),
    ),
    MapSchema(
        name="stream",
        shape=ARRIVALS,
        values={
            "zh": TEXT,
            "en": TEXT,
            "number": whole(0, MOST_CASES),
            "by": TEXT,
            "org": TEXT,
            "hours": list_of(_number, least=24),
            "weekdays": ref("week"),
            "rest_days": _number,
            "bursts": ref("bursts"),
            "data": _DATA,
        },
        help=(f"{_PAGE}/Arrivals/0",),
    ),
    MapSchema(name="place", shape=PLACE, values={"place": TEXT}),
    MapSchema(name="same_as", shape=SAME, values={"same_as": TEXT}),
    MapSchema(name="date_ahead", shape=DATE_AHEAD, values={"in": _LENGTH}),
    MapSchema(name="week", shape=WEEK, values=dict.fromkeys(WEEKDAYS, _number)),
    MapSchema(name="bursts", shape=BURSTS, values={"every": _LENGTH, "size": _SIZE, "within": AMOUNT}),
    MapSchema(
        name="course",
        shape=COURSE,
        values={"enter": TEXT, "warned": TEXT, "after": NAMES, "when": TEXT, "steps": _STEPS},
        one_of=(("enter", "warned"),),
        help=(f"{_PAGE}/Courses/0",),
    ),
    MapSchema(
        name="resumed",
        shape=RESUMED,
        values={"enter": TEXT, "after": NAMES, "when": TEXT, "resume": words(True)},
        help=(f"{_PAGE}/Courses/0",),
    ),
    MapSchema(
        name="step",
        shape=STEP,
        values={
            **dict.fromkeys(("by", "begin", "fire", "sla", "when", "until", "skill"), TEXT),
            **dict.fromkeys(("after", "takes", "gives_up"), _LENGTH),
            "act": words(*ACTS),
            "amount": AMOUNT,
            "data": _DATA,
            "chance": _number,
            "relocate": BOOLEAN,
            "otherwise": _STEPS,
        },
        help=(f"{_PAGE}/Steps/0",),
    ),
    MapSchema(
        name="choice", shape=CHOICE, values={"choose": list_of(ref("way"))}, help=(f"{_PAGE}/Steps/1",)
    ),
    MapSchema(
        name="way",
        shape=WAY,
        values={"share": _number, "steps": _STEPS, "when": TEXT},
        help=(f"{_PAGE}/Steps/1",),
    ),
    MapSchema(
        name="connector",
        shape=CONNECTOR,
        values={"takes": _LENGTH, "fails": _number, "data": _DATA},
        help=(f"{_PAGE}/Connectors/0",),
    ),
)


def profile_schema() -> JsonSchema:
    """The schema of a profile."""
    return {
        "$schema": DIALECT,
        "title": "a casewf profile",
        "$ref": "#/$defs/profile",
        "$defs": definitions(PROFILE_MAPS, ("profile",)),
    }
