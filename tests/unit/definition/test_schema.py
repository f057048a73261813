"""The JSON Schemas know what the readers know: their keys, their values, and the words of the reference."""

from __future__ import annotations

import importlib
import json
import os
import pkgutil
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import attrs
import pytest
from jsonschema import Draft202012Validator

import casewf.definition
import casewf.simulation
import casewf.testing
from casewf.definition.extends import OVERLAY
from casewf.definition.findings import Report
from casewf.definition.json_schema import JsonSchema, MapSchema
from casewf.definition.node import ListNode, MapNode, Node
from casewf.definition.schema import WORKFLOW_MAPS, workflow_schema
from casewf.definition.schema_files import (
    BINDINGS_MAPS,
    CALENDAR_MAPS,
    DIRECTORY_MAPS,
    bindings_schema,
    calendar_schema,
    directory_schema,
)
from casewf.definition.schema_terms import TERMS_MAPS, terms_schema
from casewf.definition.shapes import Shape
from casewf.definition.source import SourceText
from casewf.definition.yaml_text import compose
from casewf.errors import DefinitionError, InternalError
from casewf.simulation.profile_schema import PROFILE_MAPS, profile_schema
from casewf.testing.story_schema import STORY_MAPS, story_schema

ROOT = Path(__file__).parents[3]
GOLDEN = ROOT / "tests" / "golden" / "definition"
HELP = ROOT / "src" / "casewf" / "definition" / "key_help.json"
MAPS = {
    "workflow": WORKFLOW_MAPS,
    "calendar": CALENDAR_MAPS,
    "directory": DIRECTORY_MAPS,
    "bindings": BINDINGS_MAPS,
    "terms": TERMS_MAPS,
    "story": STORY_MAPS,
    "profile": PROFILE_MAPS,
}
SCHEMAS: dict[str, Callable[[], JsonSchema]] = {
    "workflow": workflow_schema,
    "calendar": calendar_schema,
    "directory": directory_schema,
    "bindings": bindings_schema,
    "terms": terms_schema,
    "story": story_schema,
    "profile": profile_schema,
}
CHECKS = {kind: Draft202012Validator(schema()) for kind, schema in SCHEMAS.items()}
KIND_KEYS = {
    "casewf": "workflow",
    "casewf-calendar": "calendar",
    "casewf-directory": "directory",
    "casewf-bindings": "bindings",
    "casewf-kpi": "terms",
    "casewf-story": "story",
    "casewf-profile": "profile",
}


# The vocabulary


def shapes() -> Iterator[tuple[str, Shape]]:
    for package in (casewf.definition, casewf.simulation, casewf.testing):
        for module in pkgutil.iter_modules(package.__path__, f"{package.__name__}."):
            for name, value in vars(importlib.import_module(module.name)).items():
                if isinstance(value, Shape):
                    yield f"{module.name}.{name}", value


def test_every_shape_of_the_readers_is_in_a_schema() -> None:
    known = {id(one.shape) for maps in MAPS.values() for one in maps} | {id(OVERLAY)}
    assert {name for name, shape in shapes() if id(shape) not in known} == set()


@pytest.mark.parametrize("kind", SCHEMAS)
def test_every_shape_s_keys_are_in_the_schema_and_none_else(kind: str) -> None:
    defs = CHECKS[kind].schema["$defs"]
    for one in MAPS[kind]:
        for name in (one.name, f"{one.name}-in-overlay"):
            if name in defs:
                assert list(defs[name]["properties"]) == list(one.shape.keys)
                assert defs[name]["additionalProperties"] is False
    assert {one.name for one in MAPS[kind]} <= {name.removesuffix("-in-overlay") for name in defs}


@pytest.mark.parametrize("kind", SCHEMAS)
def test_what_a_shape_requires_the_schema_requires(kind: str) -> None:
    defs = CHECKS[kind].schema["$defs"]
    for one in MAPS[kind]:
        assert defs[one.name].get("required", []) == list(one.shape.required)


def test_a_table_that_is_not_the_shape_s_is_our_own_error() -> None:
    one = attrs.evolve(WORKFLOW_MAPS[0], shape=Shape("a label", optional=("zh", "en", "de")))
    with pytest.raises(InternalError, match="label"):
        one.build()


@pytest.mark.parametrize("kind", SCHEMAS)
def test_a_schema_is_one_of_2020_12_and_as_json(kind: str) -> None:
    Draft202012Validator.check_schema(CHECKS[kind].schema)
    assert json.loads(json.dumps(SCHEMAS[kind]())) == SCHEMAS[kind]()


# What is said of the keys: the tables of the reference


def cells(line: str) -> list[str]:
    return [cell.strip().replace("\\|", "|") for cell in re.split(r"(?<!\\)\|", line.strip().strip("|"))]


def plain_text(markdown: str) -> str:
    return re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", markdown)


def described(row: list[str], heads: list[str]) -> str:
    """The meaning of a key; then what it holds and its default, where the table has them."""
    said = dict(zip(heads, map(plain_text, row), strict=True))
    parts = [said.get("meaning") or plain_text(row[-1])]
    parts += [f"{head}: {said[head]}" for head in ("value", "default") if said.get(head)]
    return "; ".join(part for part in parts if part)


def reference() -> dict[str, dict[str, str]]:
    """Every table with keys in its first column, by page, section and number."""
    found: dict[str, dict[str, str]] = {}
    kinds = ("workflow", "calendar", "directory", "story", "bindings", "profile")
    for page in (*(f"{kind}-format" for kind in kinds), "key-figures"):
        text = (ROOT / "docs" / "reference" / f"{page}.md").read_text(encoding="utf-8")
        for part in re.split(r"^#+ ", text, flags=re.MULTILINE)[1:]:
            section, _, body = part.partition("\n")
            tables = re.findall(r"(?:^\|.*\n)+", body, re.MULTILINE)
            for number, table in enumerate(tables):
                heads, _, *rows = map(cells, table.strip().splitlines())
                keys = {
                    re.split(r"[:\s]", key)[0]: described(row, heads)
                    for row in reversed(rows)
                    for key in reversed(re.findall(r"`([^`]+)`", row[0]))
                }
                found[f"{page}/{section}/{number}"] = keys
    return found


def used() -> dict[str, dict[str, str]]:
    tables = {table for maps in MAPS.values() for one in maps for table in one.help}
    return {table: dict(sorted(reference()[table].items())) for table in sorted(tables)}


def test_the_help_of_the_schemas_is_what_the_reference_says() -> None:
    """Generated: CASEWF_UPDATE_GOLDEN=1 writes it anew."""
    text = json.dumps(used(), ensure_ascii=False, indent=1) + "\n"
    if os.environ.get("CASEWF_UPDATE_GOLDEN"):
        HELP.write_text(text, encoding="utf-8")
    assert HELP.read_text(encoding="utf-8") == text


@pytest.mark.parametrize(
    "one", [one for maps in MAPS.values() for one in maps if one.help], ids=lambda one: one.name
)
def test_every_key_of_a_shape_with_a_table_is_described(one: MapSchema) -> None:
    known = {key for table in one.help for key in used()[table]}
    assert set(one.shape.keys) - {"zh", "en"} <= known


# Files


def as_json(node: Node) -> object:
    """A document as editors see it: by YAML 1.2, in which only true and false are booleans."""
    if isinstance(node, MapNode):
        return {key.text: as_json(value) for key, value in node.pairs}
    if isinstance(node, ListNode):
        return [as_json(item) for item in node.items]
    if node.is_null:
        return None
    if node.style == "" and re.fullmatch(r"[-+]?[0-9]+", node.text):
        return int(node.text)
    if node.style == "" and re.fullmatch(r"[-+]?(?:[0-9]+\.[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?", node.text):
        return float(node.text)
    return node.text == "true" if node.style == "" and node.text in ("true", "false") else node.text


def instance(path: Path) -> tuple[str, object]:
    """The kind of a file, and its content."""
    root = compose(Report(SourceText(path.name, path.read_text(encoding="utf-8").removeprefix("\ufeff"))))
    keys = [key.text for key, _ in root.pairs] if isinstance(root, MapNode) else []
    return next((kind for key, kind in KIND_KEYS.items() if key in keys), "workflow"), as_json(root)


def problems(path: Path) -> list[str]:
    kind, content = instance(path)
    return [
        f"{list(error.absolute_path)}: {error.message[:200]}" for error in CHECKS[kind].iter_errors(content)
    ]


RIGHT = sorted(
    path
    for pattern in (
        "src/casewf/workflows/*.yaml",
        "src/casewf/calendars/*.yaml",
        "src/casewf/terms/*.yaml",
        "src/casewf/stories/*.yaml",
        "src/casewf/profiles/*.yaml",
        "src/casewf/analysis/examples/*.bindings.yaml",
        "examples/**/*.yaml",
    )
    for path in ROOT.glob(pattern)
    if "refused" not in path.parts
)


@pytest.mark.parametrize("path", RIGHT, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_right_file_is_valid(path: Path) -> None:
    assert problems(path) == []


def test_there_are_right_files_of_every_kind_and_overlays() -> None:
    assert {instance(path)[0] for path in RIGHT} == set(SCHEMAS)
    assert [path.stem for path in RIGHT if "extends:" in path.read_text(encoding="utf-8")].count(
        "harbour"
    ) == 1


#: What a schema can see: another shape, an unknown key, a missing one, a word, a number or an amount that is none.
SEEN = {"CW201", "CW202", "CW203", "CW204", "CW207", "CW208", "CW210", "CW301", "CW406"}
#: Files with such a code that a schema cannot see.
UNSEEN = {
    "calendar-layers-wrong-below": "a date that no calendar has, and what is wrong in other files",
    "overlay-combination": "a key that must be there, taken out by `null`",
}


def golden() -> Iterator[tuple[Path, set[str]]]:
    for path in sorted(GOLDEN.glob("*.yaml")):
        codes = set(
            re.findall(
                rf"^{re.escape(path.name)}:.*\[(CW\d+)\]$", path.with_suffix(".txt").read_text("utf-8"), re.M
            )
        )
        try:
            instance(path)
        except (DefinitionError, UnicodeDecodeError):
            continue
        yield path, codes


@pytest.mark.parametrize(
    "path", [path for path, codes in golden() if codes & SEEN], ids=lambda path: path.stem
)
def test_a_wrong_file_whose_fault_a_schema_can_see_is_not_valid(path: Path) -> None:
    assert problems(path) or path.stem in UNSEEN
    assert not (problems(path) and path.stem in UNSEEN)


def test_many_wrong_files_are_looked_at() -> None:
    assert len([path for path, codes in golden() if codes & SEEN]) > 40


# Overlays

OVER = {"casewf": 1, "id": "district", "version": 1, "extends": "./city.yaml"}


@pytest.mark.parametrize(
    ("over", "valid"),
    [
        ({}, True),
        ({"title": None, "slas": None, "opening": None}, True),
        ({"slas": {"handle": {"target": [{"within": "3 days"}], "pause": None}, "sign": None}}, True),
        ({"slas": {"handle": {"start": {"enter": None, "fire": "send"}}}}, True),
        ({"fields": {"priority": {"of": {"urgent": None}, "default": None}}}, True),
        ({"tracks": {"union": {"states": {"closed": {"zh": None}, "sent": None}, "transitions": {"send": None}}}},
         True),
        ({"tracks": {"union": {"transitions": {"send": [{"from": "new", "by": "handler"}]}}}}, True),
        ({"tracks": {"union": {"transitions": [{"trigger": "send", "from": "new", "by": "handler"}]}}}, True),
        ({"cards": {"yellow": {}, "orange": {"zh": "橙牌"}}, "sealed": ["slas.handle"]}, True),
        ({"id": None}, False),
        ({"version": 0}, False),
        ({"slass": {}}, False),
        ({"slas": {"handle": {"targets": []}}}, False),
        ({"slas": {"handle": {"target": [{"within": None}]}}}, False),
        ({"slas": {"handle": {"target": [{"within": "3 weeks"}]}}}, False),
        ({"slas": {"handle": {"target": [{}]}}}, False),
        ({"tracks": {"union": {"transitions": [{"from": "new", "by": "handler"}]}}}, False),
        ({"tracks": {"union": {"transitions": {"send": []}}}}, False),
        ({"tracks": {"union": {"transitions": {"send": {"from": "new", "by": "handler"}}}}}, False),
    ],
)  # fmt: skip
def test_an_overlay_may_leave_out_and_take_out_but_not_invent(over: dict[str, object], valid: bool) -> None:
    assert CHECKS["workflow"].is_valid(OVER | over) == valid


def test_a_plain_file_may_neither() -> None:
    whole = {"casewf": 1, "id": "plain", "version": 1, "calendar": "cn-office"}
    track = {"initial": "a", "states": {"a": {"zh": "甲"}}, "transitions": []}
    assert CHECKS["workflow"].is_valid(whole | {"tracks": {"t": track}})
    assert not CHECKS["workflow"].is_valid(whole)
    assert not CHECKS["workflow"].is_valid(whole | {"tracks": {"t": track}, "slas": None})
    assert not CHECKS["workflow"].is_valid(whole | {"tracks": {"t": track | {"transitions": {}}}})
