"""The JSON Schema of story files."""

from __future__ import annotations

from casewf.definition.json_schema import (
    AMOUNT,
    BOOLEAN,
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
    text_like,
    whole,
    words,
)
from casewf.definition.schema import LABEL_MAP
from casewf.definition.schema_files import ORGANISATIONS
from casewf.model.commands import ACTS
from casewf.model.file_commands import LINK_KINDS
from casewf.model.reasons import REASON_CODES
from casewf.testing.story_entry_steps import ATTACHMENT, PARTY, PARTY_CHECK
from casewf.testing.story_expectations import CHILDREN, CLOCK, CLOCK_WORDS, EFFECT, EXPECT, LINKS
from casewf.testing.story_file import ANSWER, CASE, FORMAT, ORGANISATION, OTHER_CASE, PERSON, STORY
from casewf.testing.story_model import NOT_FOUND
from casewf.testing.story_steps import ERASURE, STEP

__all__ = ["STORY_MAPS", "story_schema"]

_PAGE = "story-format"
_NONE = words("none")
_NOTE = either(TEXT, LABEL)
_TIME = text_like(
    r"\s*(?:[0-9]{4}-[0-9]{2}-[0-9]{2} +)?[0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,6})?)?\s*",
    "2025-06-17 08:55",
    "08:55",
    "08:55:10",
)
_COUNT = whole(0)
_ANYTHING: Value = lambda _over: {}  # noqa: E731  # a value of any field, or one that is wrong on purpose
_DATA = map_of(_ANYTHING)
_ANY_TEXTS = one_or_more(TEXT, least=0)

STORY_MAPS = (
    LABEL_MAP,
    MapSchema(
        name="story",
        shape=STORY,
        values={
            "casewf-story": words(FORMAT),
            "workflow": TEXT,
            "zone": TEXT,
            "case": ref("case"),
            "steps": list_of(ref("step"), least=1),
            "title": LABEL,
            "note": _NOTE,
            "calendars": TEXTS,
            "directory": TEXT,
            "organisations": ORGANISATIONS,
            "people": map_of(ref("person")),
            "connectors": map_of(list_of(ref("answer"), least=1)),
            "cases": map_of(ref("other_case")),
        },
        one_of=(("directory", "people"),),
        help=(f"{_PAGE}/At the top/0",),
    ),
    MapSchema(
        name="organisation",
        shape=ORGANISATION,
        values={"zh": TEXT, "en": TEXT, "under": TEXT},
        some_of=(("zh", "en"),),
    ),
    MapSchema(
        name="person",
        shape=PERSON,
        values={"roles": one_or_more(NAMED, least=0), "name": LABEL, "org": TEXT, "quiet": TEXT},
    ),
    MapSchema(name="answer", shape=ANSWER, values={"ok": BOOLEAN, "data": _DATA, "error": TEXT}),
    MapSchema(name="case", shape=CASE, values={"id": TEXT, "org": TEXT}),
    MapSchema(name="other_case", shape=OTHER_CASE, values={"workflow": TEXT, "org": TEXT}),
    MapSchema(
        name="step",
        shape=STEP,
        values={
            "at": _TIME,
            "open": _DATA,
            "fire": TEXT,
            "act": words(*ACTS),
            "split": TEXT,
            "write": TEXT,
            "attach": ref("attachment"),
            "party": ref("party"),
            "drop_party": TEXT,
            "rate": TEXT,
            "link": TEXT,
            "unlink": TEXT,
            "sweep": words(True),
            "deliver": words(True),
            "erase": either(words("all"), ref("erasure"), TEXTS),
            "case": TEXT,
            "by": TEXT,
            "rating": TEXT,
            "kind": either(words(*LINK_KINDS), TEXT),
            "sla": TEXT,
            "amount": AMOUNT,
            "parties": TEXTS,
            "data": _DATA,
            "comment": TEXT,
            "occurred_at": _TIME,
            "reason": TEXT,
            "refused": one_or_more(words(*sorted(REASON_CODES | {NOT_FOUND}))),
            "note": _NOTE,
            "expect": ref("expectation"),
        },
        help=(f"{_PAGE}/Steps/0", f"{_PAGE}/Steps/1"),
    ),
    MapSchema(
        name="attachment",
        shape=ATTACHMENT,
        values=dict.fromkeys(("id", "name", "text", "media_type", "kind"), TEXT),
    ),
    MapSchema(
        name="party",
        shape=PARTY,
        values={"id": TEXT, "kind": TEXT, "person": TEXT, "identity": map_of(TEXT), "represents": _ANY_TEXTS},
    ),
    MapSchema(name="erasure", shape=ERASURE, values={"fields": NAMES, "parties": TEXTS}),
    MapSchema(
        name="expectation",
        shape=EXPECT,
        values={
            "states": map_of(NAMED),
            "clocks": map_of(either(_NONE, ref("clock"))),
            "card": NAMED,
            "closed": BOOLEAN,
            "fields": _DATA,
            "effects": list_of(ref("written_effect")),
            "pushed": map_of(_DATA),
            "children": ref("children"),
            "links": map_of(_ANY_TEXTS, keys=words(*LINKS)),
            "parties": either(map_of(either(_NONE, ref("party_check"))), _ANY_TEXTS),
            "told": either(TEXT, list_of(TEXT)),
            "options": map_of(map_of(BOOLEAN)),
            "incidents": _COUNT,
            "not_found": TEXTS,
            "notes": _COUNT,
            "attachments": _ANY_TEXTS,
        },
        help=(f"{_PAGE}/Expectations/0",),
    ),
    MapSchema(
        name="clock",
        shape=CLOCK,
        values={
            "due": either(_NONE, _TIME),
            **{key: words(*allowed) for key, allowed in CLOCK_WORDS.items()},
        },
    ),
    MapSchema(
        name="written_effect", shape=EFFECT, values=dict.fromkeys(EFFECT.keys, TEXT), one_of=(EFFECT.keys,)
    ),
    MapSchema(name="children", shape=CHILDREN, values=dict.fromkeys(CHILDREN.keys, _COUNT)),
    MapSchema(
        name="party_check",
        shape=PARTY_CHECK,
        values={"kind": TEXT, "identity": either(map_of(TEXT), TEXT), "rated": TEXT, "first": TEXT},
    ),
)


def story_schema() -> JsonSchema:
    """The schema of a story file."""
    return {
        "$schema": DIALECT,
        "title": "a casewf story",
        "$ref": "#/$defs/story",
        "$defs": definitions(STORY_MAPS, ("story",)),
    }
