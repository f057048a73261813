"""The JSON Schema of a file of terms."""

from __future__ import annotations

from casewf.definition.json_schema import (
    DIALECT,
    IDENTIFIER,
    TEXT,
    TEXTS,
    JsonSchema,
    MapSchema,
    definitions,
    either,
    list_of,
    map_of,
    ref,
    words,
)
from casewf.definition.terms_file import FORMAT, RATING, SIGN, TERMS, WHO
from casewf.model.terms import KINDS, LIMITS, MARKS

__all__ = ["TERMS_MAPS", "terms_schema"]

TERMS_MAPS = (
    MapSchema(
        name="terms",
        shape=TERMS,
        values={
            "casewf-kpi": words(FORMAT),
            "workflow": IDENTIFIER,
            "cases": map_of(map_of(TEXT), keys=words(*KINDS)),
            "marks": map_of(either(ref("sign"), list_of(ref("sign"), least=1)), keys=words(*MARKS)),
            "limits": map_of(TEXT, keys=words(*LIMITS)),
            "rating": ref("rating"),
            "cards": TEXTS,
            "matter": TEXTS,
        },
        help=("key-figures/Terms/0",),
    ),
    MapSchema(
        name="sign",
        shape=SIGN,
        values={"fire": TEXTS, "enter": TEXTS, "where": map_of(TEXT), "by": words(*WHO)},
        some_of=(("fire", "enter"),),
        help=("key-figures/Terms/1",),
    ),
    MapSchema(
        name="rating",
        shape=RATING,
        values={"field": TEXT, "good": TEXTS, "unrated": TEXTS, "persons": TEXTS},
        help=("key-figures/Terms/2",),
    ),
)


def terms_schema() -> JsonSchema:
    """The schema of a file of terms."""
    return {
        "$schema": DIALECT,
        "title": "casewf terms of key figures",
        "$ref": "#/$defs/terms",
        "$defs": definitions(TERMS_MAPS, ("terms",)),
    }
