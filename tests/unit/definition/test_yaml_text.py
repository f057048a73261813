"""YAML text to nodes: both parsers alike, bounded, every node with its place."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

import pytest

from casewf.definition import yaml_text
from casewf.definition.findings import Report
from casewf.definition.node import ListNode, MapNode, Node, Scalar
from casewf.definition.source import SourceText
from casewf.definition.yaml_text import FAST_LOADER, MAX_DEPTH, PURE_LOADER, compose
from casewf.errors import DefinitionError

GOLDEN = Path(__file__).parents[2] / "golden" / "definition"
HOTLINE = files("casewf").joinpath("workflows/hotline-12351.yaml").read_text(encoding="utf-8")


def read(text: str, loader: object = FAST_LOADER) -> Node:
    report = Report(SourceText("x.yaml", text))
    node = compose(report, loader=loader)
    report.close()
    return node


def codes(text: str) -> list[str]:
    with pytest.raises(DefinitionError) as caught:
        read(text)
    return [finding.code for finding in caught.value.findings]


def flat(node: Node) -> object:
    if isinstance(node, Scalar):
        return node.text, node.style, node.span
    if isinstance(node, ListNode):
        return [flat(item) for item in node.items], node.span
    return [(flat(key), flat(value)) for key, value in node.pairs], node.span


def readable() -> list[str]:
    texts = [HOTLINE, "a: 1", "- x\n- [1, '二', \"三\"]\n"]
    for path in sorted(GOLDEN.glob("*.yaml")):
        try:
            read(text := path.read_text(encoding="utf-8"))
        except (DefinitionError, UnicodeDecodeError):
            continue
        texts.append(text)
    return texts


def test_libyaml_and_pure_python_give_the_same_nodes() -> None:
    if FAST_LOADER is PURE_LOADER:
        pytest.skip("PyYAML was built without libyaml here")
    texts = readable()
    assert len(texts) > 10
    for text in texts:
        assert flat(read(text, FAST_LOADER)) == flat(read(text, PURE_LOADER))


def test_columns_count_characters_not_bytes() -> None:
    node = read("{zh: 欠薪投诉, en: Wage}")
    assert isinstance(node, MapNode)
    assert node.pairs[1][0].span.column == 12


@pytest.mark.parametrize(
    ("text", "value", "wanted"),
    [
        ("a: x == peple", "peple", (1, 9)),
        ("a: 'x == ''peple'''", "peple", (1, 12)),
        ('a: "欠薪 == peple"', "peple", (1, 11)),
        ("a: x\n   == peple", "peple", (2, 7)),
        ("a: >-\n  x and\n  peple\n", "peple", (3, 3)),
        ("a: |\n  x\n\n  peple\n", "peple", (4, 3)),
    ],
)
def test_a_place_inside_a_value_is_found_through_quotes_and_folds(
    text: str, value: str, wanted: tuple[int, int]
) -> None:
    node = read(text)
    assert isinstance(node, MapNode)
    scalar = node.pairs[0][1]
    assert isinstance(scalar, Scalar)
    span = SourceText("x.yaml", text).inside(scalar, scalar.text.index(value), len(value))
    assert (span.line, span.column) == wanted
    assert span.end_column - span.column == len(value)


def test_a_place_behind_an_escape_falls_back_to_the_whole_value() -> None:
    text = 'a: "\\u6b20 == peple"'
    scalar = read(text).pairs[0][1]
    assert SourceText("x.yaml", text).inside(scalar, 5, 5) == scalar.span


def test_an_alias_is_the_node_it_names() -> None:
    node = read("a: &x [1, 2]\nb: *x\n")
    assert node.pairs[0][1] is node.pairs[1][1]


def test_depth_up_to_the_bound_is_read() -> None:
    deepest = MAX_DEPTH - 1
    read("a: " + "[" * (deepest - 1) + "]" * (deepest - 1))
    assert codes("a: " + "[" * (deepest + 1) + "]" * (deepest + 1)) == ["CW110"]


def test_a_million_brackets_cost_nothing() -> None:
    assert codes("[" * 1_000_000) == ["CW110"]


def test_a_long_text_cannot_be_multiplied_by_aliases() -> None:
    assert codes("a: &a " + "长" * 100_000 + "\nb: [" + ", ".join(["*a"] * 1_000) + "]\n") == ["CW109"]


def test_a_document_with_too_many_values_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(yaml_text, "MAX_NODES", 100)
    assert codes("[" + "1," * 100 + "]") == ["CW103"]


@pytest.mark.parametrize("text", ["a: \x00", "a: \x1b[0m", "a: \ud800", "a: \ufeff"])
def test_control_characters_are_refused(text: str) -> None:
    assert codes(text) == ["CW112"]


@pytest.mark.parametrize("word", ["yes", "No", "ON", "off"])
def test_boolean_words_are_no_keys_unless_quoted(word: str) -> None:
    assert codes(f"{word}: 1") == ["CW111"]
    assert read(f"'{word}': 1").pairs[0][0].text == word


def test_values_stay_what_is_written() -> None:
    node = read("[yes, 012, 1_000, 2026-01-01, 12:30, 0x1f, 1e3, null]")
    assert [item.text for item in node.items] == [
        "yes",
        "012",
        "1_000",
        "2026-01-01",
        "12:30",
        "0x1f",
        "1e3",
        "null",
    ]
