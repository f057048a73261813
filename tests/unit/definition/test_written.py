"""Values as they are written are read back as the same."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casewf.definition.findings import Report
from casewf.definition.node import ListNode, MapNode, Node, Scalar
from casewf.definition.source import SourceText
from casewf.definition.written import written, written_label, written_map
from casewf.definition.yaml_text import compose
from casewf.model.text import Label

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)


def read(text: str) -> Node:
    report = Report(SourceText("t.yaml", text))
    node = compose(report)
    report.close()
    return node


def plain(node: Node) -> object:
    if isinstance(node, MapNode):
        return {key.text: plain(value) for key, value in node.pairs}
    return [plain(one) for one in node.items] if isinstance(node, ListNode) else node.text


@given(st.lists(TEXTS))
def test_texts_come_back_between_brackets(texts: list[str]) -> None:
    assert plain(read(written(texts))) == texts


@given(st.dictionaries(TEXTS, TEXTS))
def test_texts_come_back_between_braces(texts: dict[str, str]) -> None:
    assert plain(read(written(texts))) == texts


@given(TEXTS.filter(lambda text: text.lower() not in ("yes", "no", "on", "off")))
def test_no_text_becomes_nothing(text: str) -> None:
    node = read(written({"a": text}))
    assert isinstance(node, MapNode)
    value = node.peek("a")
    assert isinstance(value, Scalar)
    assert not value.is_null


@pytest.mark.parametrize(
    ("value", "wanted"),
    [
        (True, "true"),
        (-3, "-3"),
        (Decimal("3.50"), "3.50"),
        (Decimal("1E+3"), "1000"),
        (dt.date(2026, 3, 2), "2026-03-02"),
        ("North district", "North district"),
        ("北区", "北区"),
        ("./mine.yaml", "./mine.yaml"),
        ("../a/b.yaml", "../a/b.yaml"),
        ("yes", "'yes'"),
        ("139", "'139'"),
        ("it's", '"it\'s"'),
        ("", '""'),
        ("a: b", "'a: b'"),
        ("two\nlines", '"two\\nlines"'),
        ("\x07\u2028\U0001f600", '"\\x07\\u2028\U0001f600"'),
        (["a", 1], "[a, 1]"),
        ({"a": {"b": []}}, "{a: {b: []}}"),
        (Label("包裹", "Parcel"), "{zh: 包裹, en: Parcel}"),
    ],
)
def test_values_are_written_as_authors_write_them(value: object, wanted: str) -> None:
    assert written(value) == wanted


def test_a_label_of_one_language_has_that_one() -> None:
    assert written_label(Label(en="Parcel")) == "{en: Parcel}"


def test_a_map_takes_what_is_written_already() -> None:
    assert written_map({"at": "2026-03-02 09:00"}) == "{at: 2026-03-02 09:00}"


@pytest.mark.parametrize("value", [None, 1.5, object(), dt.datetime(2026, 3, 2, tzinfo=dt.UTC)])
def test_what_no_file_holds_is_refused(value: object) -> None:
    with pytest.raises(TypeError, match="a definition file holds no"):
        written(value)
