"""The JSON Schemas of calendar, directory and bindings files."""

from __future__ import annotations

from casewf.definition.bindings_file import BINDINGS
from casewf.definition.bindings_file import FORMAT as BINDINGS_FORMAT
from casewf.definition.calendar_file import CALENDAR, LAYER, OVERLAY, WEEK, YEAR
from casewf.definition.calendar_file import FORMAT as CALENDAR_FORMAT
from casewf.definition.directory_file import ABSENCE, DIRECTORY, DUTY, ORGANISATION, PERSON, SHIFT
from casewf.definition.directory_file import FORMAT as DIRECTORY_FORMAT
from casewf.definition.json_schema import (
    DATE,
    DIALECT,
    IDENTIFIER,
    LABEL,
    NAMED,
    NAMES,
    TEXT,
    TEXTS,
    JsonSchema,
    MapSchema,
    definitions,
    either,
    list_of,
    map_of,
    one_or_more,
    ref,
    text_like,
    words,
)
from casewf.definition.names import HOST_NAME
from casewf.definition.schema import LABEL_MAP
from casewf.model.hours import WEEKDAYS

__all__ = [
    "BINDINGS_MAPS",
    "CALENDAR_MAPS",
    "DIRECTORY_MAPS",
    "ORGANISATIONS",
    "bindings_schema",
    "calendar_schema",
    "directory_schema",
]

_CALENDAR = "calendar-format/The calendar file"
_DIRECTORY = "directory-format"
_SPANS = one_or_more(text_like(r"[0-9:]+ *- *[0-9:]+", "09:00-12:00"))
_MOMENT = text_like(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?: +[0-9]{2}:[0-9]{2})?", "2026-02-10", "2026-02-10 14:00")
_DAYS = one_or_more(text_like(rf"(?:{'|'.join(WEEKDAYS)})(?: *- *(?:{'|'.join(WEEKDAYS)}))?", "mon-fri"))
_DATES = map_of(TEXT, keys=DATE)
_OF_CALENDARS = {
    "casewf-calendar": words(CALENDAR_FORMAT),
    "id": IDENTIFIER,
    "zone": TEXT,
    "week": ref("week"),
    "title": LABEL,
    "layers": list_of(either(TEXT, ref("layer"))),
    "ics": TEXTS,
    "years": map_of(ref("year"), keys=text_like("[12][0-9]{3}")),
    "days_off": _DATES,
    "extra_days": _DATES,
    "hours": map_of(_SPANS, keys=DATE),
    "yearly_off": map_of(TEXT, keys=text_like("[0-9]{2}-[0-9]{2}", "12-25")),
    "announced_through": DATE,
}

CALENDAR_MAPS = (
    LABEL_MAP,
    MapSchema(name="calendar", shape=CALENDAR, values=_OF_CALENDARS, help=(f"{_CALENDAR}/0",)),
    MapSchema(name="calendar_on_another", shape=OVERLAY, values=_OF_CALENDARS, help=(f"{_CALENDAR}/0",)),
    MapSchema(name="week", shape=WEEK, values=dict.fromkeys(WEEKDAYS, _SPANS)),
    MapSchema(
        name="year",
        shape=YEAR,
        values={"notice": TEXT, "issued": DATE, "days_off": _DATES, "extra_days": _DATES},
        help=(f"{_CALENDAR}/1",),
    ),
    MapSchema(
        name="layer",
        shape=LAYER,
        values={"name": TEXT, "days_off": _DATES, "extra_days": _DATES, "hours": map_of(_SPANS, keys=DATE)},
        help=("calendar-format/Layers/0",),
    ),
)
ORGANISATIONS = map_of(ref("organisation"))
DIRECTORY_MAPS = (
    LABEL_MAP,
    MapSchema(
        name="directory",
        shape=DIRECTORY,
        values={
            "casewf-directory": words(DIRECTORY_FORMAT),
            "zone": TEXT,
            "organisations": ORGANISATIONS,
            "people": map_of(ref("person")),
            "title": LABEL,
            "levels": map_of(LABEL, keys=NAMED),
            "duty": list_of(ref("roster")),
        },
        help=(f"{_DIRECTORY}/At the top/0",),
    ),
    MapSchema(
        name="organisation",
        shape=ORGANISATION,
        values={"zh": TEXT, "en": TEXT, "level": NAMED, "under": TEXT},
        some_of=(("zh", "en"),),
        help=(f"{_DIRECTORY}/Organisations/0",),
    ),
    MapSchema(
        name="person",
        shape=PERSON,
        values={
            "org": TEXT,
            "roles": NAMES,
            "name": TEXT,
            "quiet": TEXT,
            "deputies": TEXTS,
            "away": either(ref("absence"), list_of(ref("absence"))),
        },
        help=(f"{_DIRECTORY}/People/0",),
    ),
    MapSchema(
        name="absence",
        shape=ABSENCE,
        values={"from": _MOMENT, "to": _MOMENT},
        help=(f"{_DIRECTORY}/Absences/0",),
    ),
    MapSchema(
        name="roster",
        shape=DUTY,
        values={"role": TEXT, "org": TEXT, "shifts": list_of(ref("shift"))},
        help=(f"{_DIRECTORY}/Duty/0",),
    ),
    MapSchema(
        name="shift",
        shape=SHIFT,
        values={"hours": _SPANS, "people": TEXTS, "days": _DAYS},
        help=(f"{_DIRECTORY}/Duty/0",),
    ),
)


def calendar_schema() -> JsonSchema:
    """The schema of a calendar file; one whose lowest layer is a calendar needs no zone and week of its own."""
    stands = {
        "properties": {"layers": {"prefixItems": [{"type": "string"}], "minItems": 1}},
        "required": ["layers"],
    }
    return {
        "$schema": DIALECT,
        "title": "a casewf calendar",
        "if": {"type": "object", **stands},
        "then": {"$ref": "#/$defs/calendar_on_another"},
        "else": {"$ref": "#/$defs/calendar"},
        "$defs": definitions(CALENDAR_MAPS, ("calendar", "calendar_on_another")),
    }


def directory_schema() -> JsonSchema:
    """The schema of a directory file."""
    return {
        "$schema": DIALECT,
        "title": "a casewf directory",
        "$ref": "#/$defs/directory",
        "$defs": definitions(DIRECTORY_MAPS, ("directory",)),
    }


_FILES = one_or_more(TEXT, least=0)
_HOST_NAMES = one_or_more(text_like(HOST_NAME.pattern), least=0)

BINDINGS_MAPS = (
    MapSchema(
        name="bindings",
        shape=BINDINGS,
        values={
            "casewf-bindings": words(BINDINGS_FORMAT),
            "workflows": _FILES,
            "directory": TEXT,
            "roles": one_or_more(NAMED, least=0),
            "hooks": _HOST_NAMES,
            "connectors": _HOST_NAMES,
            "calendars": _FILES,
        },
        help=("bindings-format/Bindings files/0",),
    ),
)


def bindings_schema() -> JsonSchema:
    """The schema of a bindings file."""
    return {
        "$schema": DIALECT,
        "title": "casewf bindings",
        "$ref": "#/$defs/bindings",
        "$defs": definitions(BINDINGS_MAPS, ("bindings",)),
    }
