"""The JSON Schema of workflow files, and of overlays."""

from __future__ import annotations

import attrs

from casewf.definition.act_rules import EXTENSION, MAX_ACTS, SUSPENSION
from casewf.definition.consequences import EFFECT, KINDS, SEND_IF
from casewf.definition.extends import OVERLAY
from casewf.definition.fields import CODE, FIELD
from casewf.definition.json_schema import (
    AMOUNT,
    BOOLEAN,
    DIALECT,
    IDENTIFIER,
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
    text_like,
    whole,
    words,
)
from casewf.definition.ladder import MAX_TIMES, RUNG, WHAT, WHEN
from casewf.definition.names import HOST_NAME
from casewf.definition.parties import PARTIES, RATINGS
from casewf.definition.retention import RETENTION
from casewf.definition.schema_migrate import MIGRATE_MAPS
from casewf.definition.slas import HAPPENS, LIMITS, MOMENT, PAUSE, SLA, SLA_WORDS, TARGET
from casewf.definition.tracks import ANY_HOLDER, CLEARED, STATE, TRACK, TRANSITION
from casewf.definition.values import LABEL as LABEL_SHAPE
from casewf.definition.workflow_file import CALENDAR_CHOICE, FORMAT, OPENING, SPLIT, WORKFLOW
from casewf.model.effect_specs import IGNORE, WAIT
from casewf.model.workflow import FIELD_KINDS

__all__ = ["LABEL_MAP", "WORKFLOW_MAPS", "workflow_schema"]

_PAGE = "workflow-format"
_BY = one_or_more(either(NAMED, ref("any_holder")))
_HOST = text_like(HOST_NAME.pattern)
_CODES = either(text_like(CODE.pattern), whole(0))
_STATES = one_or_more(text_like(r"[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*"))
_MOMENTS = one_or_more(ref("moment"))
_ASSIGNED = map_of(TEXT, keys=NAMED)
_ACT: dict[str, Value] = {
    "by": NAMED,
    "asked_by": NAMES,
    "not_by": words("requester"),
    "times": whole(1, MAX_ACTS),
    "up_to": AMOUNT,
    "asked_before": AMOUNT,
    "notify": NAMES,
}
_TRANSITION: dict[str, Value] = {
    "trigger": NAMED,
    "from": either(words("*"), NAMES),
    "to": either(words("=previous"), NAMED),
    "by": _BY,
    "auto": BOOLEAN,
    "not_by": NAMES,
    "not_by_org": NAMES,
    "asks": NAMES,
    "accepts": NAMES,
    "comment": words("optional", "required"),
    "needs": NAMES,
    "when": TEXT,
    "set": _ASSIGNED,
    "assign": _ASSIGNED,
    "clears": one_or_more(words(*CLEARED)),
    "effects": list_of(ref("effect")),
}


def _rows(over: bool) -> JsonSchema:
    """The transitions of a track; in an overlay perhaps by their trigger."""
    rows = list_of(ref("transition"))(False)
    if not over:
        return rows
    own = list_of(ref("transition_of_trigger"), least=1)(False)
    return {"anyOf": [rows, {"type": "object", "additionalProperties": {"anyOf": [own, {"type": "null"}]}}]}


def _only_for(
    key: str, values: tuple[object, ...], *, keys: tuple[str, ...], then: JsonSchema | None = None
) -> JsonSchema:
    """Some keys go with some values of another key only."""
    condition = {"properties": {key: {"enum": list(values)}}, "required": [key]}
    return {"if": condition, "then": then or {}, "else": {"properties": dict.fromkeys(keys, False)}}


LABEL_MAP = MapSchema(
    name="label", shape=LABEL_SHAPE, values={"zh": TEXT, "en": TEXT}, some_of=(("zh", "en"),)
)

WORKFLOW_MAPS = (
    LABEL_MAP,
    MapSchema(
        name="workflow",
        shape=WORKFLOW,
        overlay=OVERLAY,
        help=(f"{_PAGE}/At the top/0",),
        values={
            "casewf": words(FORMAT),
            "id": IDENTIFIER,
            "version": whole(1),
            "calendar": either(IDENTIFIER, ref("calendar_choice")),
            "tracks": map_of(ref("track"), keys=NAMED, least=1),
            "extends": TEXT,
            "sealed": TEXTS,
            "title": LABEL,
            "roles": map_of(LABEL, keys=NAMED),
            "cards": map_of(LABEL, keys=NAMED),
            "fields": map_of(ref("field"), keys=NAMED),
            "opening": ref("opening"),
            "parties": ref("parties"),
            "split": ref("split"),
            "slas": map_of(ref("sla"), keys=NAMED),
            "retention": ref("retention"),
            "migrate": ref("migrate"),
        },
    ),
    MapSchema(
        name="calendar_choice",
        shape=CALENDAR_CHOICE,
        help=(f"{_PAGE}/At the top/1",),
        values={"by": NAMED, "default": IDENTIFIER, "of": map_of(IDENTIFIER)},
    ),
    MapSchema(
        name="field",
        shape=FIELD,
        help=(f"{_PAGE}/Fields/0",),
        values={
            "type": words(*FIELD_KINDS),
            "title": LABEL,
            "many": BOOLEAN,
            "of": either(map_of(LABEL, least=1), one_or_more(_CODES)),
            "min": whole(),
            "max": whole(),
            "default": either(TEXT, list_of(TEXT)),
            "sensitive": BOOLEAN,
            "seen_by": NAMES,
            "identifies": BOOLEAN,
        },
        rules=(
            _only_for("type", ("choice",), then={"required": ["of"]}, keys=("of",)),
            _only_for("type", ("integer", "decimal"), keys=("min", "max")),
            _only_for("sensitive", (True,), keys=("seen_by",)),
        ),
    ),
    MapSchema(
        name="opening",
        shape=OPENING,
        help=(f"{_PAGE}/Opening/0",),
        values={"by": _BY, "needs": NAMES, "accepts": one_or_more(NAMED, least=0)},
    ),
    MapSchema(
        name="parties",
        shape=PARTIES,
        help=(f"{_PAGE}/Parties/0",),
        values={
            "kinds": map_of(LABEL, keys=NAMED, least=1),
            "by": _BY,
            "seen_by": NAMES,
            "ratings": ref("ratings"),
        },
    ),
    MapSchema(
        name="ratings",
        shape=RATINGS,
        help=(f"{_PAGE}/Parties/1",),
        values={"of": NAMED, "by": _BY, "not_by": NAMES, "not_by_org": NAMES, "in": _STATES},
    ),
    MapSchema(name="split", shape=SPLIT, help=(f"{_PAGE}/Split/0",), values={"by": _BY, "carries": NAMES}),
    MapSchema(
        name="track",
        shape=TRACK,
        help=(f"{_PAGE}/Tracks/0",),
        values={
            "initial": NAMED,
            "states": map_of(ref("state"), keys=NAMED, least=1),
            "transitions": _rows,
            "title": LABEL,
            "triggers": map_of(LABEL, keys=NAMED),
        },
    ),
    MapSchema(
        name="state",
        shape=STATE,
        help=(f"{_PAGE}/Tracks/1",),
        some_of=(("zh", "en"),),
        values={
            "zh": TEXT,
            "en": TEXT,
            "category": words("open", "closed"),
            "final": BOOLEAN,
            "ends_case": BOOLEAN,
        },
    ),
    MapSchema(
        name="transition",
        shape=TRANSITION,
        help=(f"{_PAGE}/Transitions/0",),
        some_of=(("by", "auto"),),
        values=_TRANSITION,
    ),
    MapSchema(
        name="transition_of_trigger",
        shape=attrs.evolve(TRANSITION, required=("from",), optional=("trigger", *TRANSITION.optional)),
        help=(f"{_PAGE}/Transitions/0",),
        some_of=(("by", "auto"),),
        values=_TRANSITION,
    ),
    MapSchema(name="any_holder", shape=ANY_HOLDER, values={"any": NAMED}),
    MapSchema(
        name="effect",
        shape=EFFECT,
        help=(f"{_PAGE}/Effects/0",),
        one_of=(KINDS,),
        values={
            "notify": NAMES,
            "hook": _HOST,
            "push": _HOST,
            "open": IDENTIFIER,
            "merge": NAMED,
            "quiet_hours": words(WAIT, IGNORE),
            "send": NAMES,
            "send_if": ref("send_if"),
            "on_ok": NAMED,
            "on_fail": NAMED,
            "retry": list_of(AMOUNT),
            "with": _ASSIGNED,
            "carry": NAMES,
            "org": TEXT,
        },
    ),
    MapSchema(name="send_if", shape=SEND_IF, values={"when": TEXT, "fields": NAMES}),
    MapSchema(
        name="sla",
        shape=SLA,
        help=(f"{_PAGE}/SLAs/0",),
        values={
            "start": _MOMENTS,
            "stop": _MOMENTS,
            "target": list_of(ref("target"), least=1),
            "title": LABEL,
            "pause": one_or_more(ref("pause")),
            "cancel": _MOMENTS,
            "reopen": _MOMENTS,
            "restarts": BOOLEAN,
            "at_most": one_or_more(AMOUNT),
            "ladder": list_of(ref("rung")),
            "extension": ref("extension"),
            "suspension": ref("suspension"),
            **{key: words(*allowed) for key, allowed in SLA_WORDS.items()},
        },
    ),
    MapSchema(
        name="moment",
        shape=MOMENT,
        help=(f"{_PAGE}/Moments/0",),
        one_of=(HAPPENS,),
        values={
            "enter": _STATES,
            "leave": _STATES,
            "fire": NAMES,
            "case": words("closed", "reopened"),
            "when": TEXT,
        },
    ),
    MapSchema(name="pause", shape=PAUSE, help=(f"{_PAGE}/Moments/0",), values={"in": _STATES, "when": TEXT}),
    MapSchema(
        name="target",
        shape=TARGET,
        help=(f"{_PAGE}/Targets/0",),
        one_of=(LIMITS,),
        values={"when": TEXT, "within": AMOUNT, "until": NAMED, "ladder": list_of(ref("rung"))},
    ),
    MapSchema(
        name="rung",
        shape=RUNG,
        help=(f"{_PAGE}/Ladder/0",),
        one_of=(WHEN,),
        some_of=(WHAT,),
        values={
            "at": text_like("due|(?:[1-9][0-9]?|100)%", "due", "80%"),
            "before": AMOUNT,
            "after": AMOUNT,
            "every": AMOUNT,
            "times": whole(2, MAX_TIMES),
            "notify": NAMES,
            "card": NAMED,
            "fire": NAMED,
            "hook": _HOST,
            "set": _ASSIGNED,
            "assign": _ASSIGNED,
            "effects": list_of(ref("effect")),
            "quiet_hours": words(WAIT, IGNORE),
        },
    ),
    MapSchema(
        name="extension",
        shape=EXTENSION,
        help=(f"{_PAGE}/Extension and suspension/0",),
        values=_ACT | {"up_to": either(words("original"), AMOUNT)},
    ),
    MapSchema(
        name="suspension", shape=SUSPENSION, help=(f"{_PAGE}/Extension and suspension/0",), values=_ACT
    ),
    MapSchema(
        name="retention",
        shape=RETENTION,
        help=(f"{_PAGE}/Retention/0",),
        values={"keep": text_like("[0-9]{1,5} +days?", "1095 days")},
    ),
    *MIGRATE_MAPS,
)


def workflow_schema() -> JsonSchema:
    """The schema of a workflow file; one with ``extends`` is an overlay, in which ``null`` takes a key out."""
    return {
        "$schema": DIALECT,
        "title": "a casewf workflow",
        "if": {"type": "object", "required": ["extends"]},
        "then": {"$ref": "#/$defs/workflow-in-overlay"},
        "else": {"$ref": "#/$defs/workflow"},
        "$defs": definitions(WORKFLOW_MAPS, ("workflow", "workflow-in-overlay")),
    }
