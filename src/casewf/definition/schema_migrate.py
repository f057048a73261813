"""The JSON Schema of the section ``migrate``."""

from __future__ import annotations

from casewf.definition.json_schema import (
    NAMED,
    TEXT,
    MapSchema,
    Value,
    either,
    map_of,
    one_or_more,
    ref,
    text_like,
    whole,
    words,
)
from casewf.definition.migrate import DROP, FIELD_MOVE, LIMIT_MOVE, MIGRATE, START, STAY
from casewf.model.migration import HOW, REFUSED

__all__ = ["MIGRATE_MAPS"]

_PAGE = "workflow-format/Migrate"


def _renamed(*instead: Value) -> Value:
    """Old name to new one, or to something else."""
    return map_of(either(NAMED, *instead), keys=NAMED)


_DROPPABLE = _renamed(words(DROP))

MIGRATE_MAPS = (
    MapSchema(
        name="migrate",
        shape=MIGRATE,
        help=(f"{_PAGE}/0",),
        values={
            "from": one_or_more(whole(1)),
            "tracks": _DROPPABLE,
            "states": map_of(either(NAMED, _renamed(words(STAY))), keys=NAMED),
            "fields": _renamed(words(DROP), ref("field_move")),
            "set": map_of(TEXT, keys=NAMED),
            "roles": _DROPPABLE,
            "triggers": _DROPPABLE,
            "cards": _DROPPABLE,
            "kinds": _renamed(),
            "clocks": map_of(either(words(*HOW), ref("limit_move")), keys=NAMED),
            "starts": map_of(ref("limit_start"), keys=NAMED),
            "refused": words(*REFUSED),
        },
    ),
    MapSchema(
        name="field_move",
        shape=FIELD_MOVE,
        help=(f"{_PAGE}/1",),
        values={"to": NAMED, "values": map_of(TEXT)},
    ),
    MapSchema(
        name="limit_move",
        shape=LIMIT_MOVE,
        help=(f"{_PAGE}/2",),
        values={"to": NAMED, "how": words(*HOW[:-1])},
    ),
    MapSchema(
        name="limit_start",
        shape=START,
        help=(f"{_PAGE}/3",),
        values={"in": one_or_more(text_like(r"[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*")), "when": TEXT},
    ),
)
