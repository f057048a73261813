"""Widths and lines of texts in a picture."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casewf.views.diagram_text import lines_of, measure

WORDS = st.text(st.sampled_from("abc WiM 工会，。（）“”-_0"), max_size=60)


def test_a_chinese_character_is_as_wide_as_its_size() -> None:
    assert measure("工会", 12) == 24
    assert measure("", 12) == 0


def test_bold_is_wider_and_wide_letters_are_wider() -> None:
    assert measure("abc", 12, bold=True) > measure("abc", 12)
    assert measure("WWW", 12) > measure("iii", 12)


def test_a_combining_mark_takes_no_room() -> None:
    assert measure("e\u0301", 12) == measure("e", 12)


def test_a_letter_of_another_script_is_not_underrated() -> None:
    assert measure("éЖß", 12) >= 3 * measure("n", 12)


@pytest.mark.parametrize(
    ("text", "room", "lines"),
    [
        ("short", 100, ["short"]),
        ("one two three", 50, ["one two", "three"]),
        ("工单办理员、镇街工会", 60, ["工单办理", "员、镇街工", "会"]),
        ("unbreakable", 30, ["unbr", "eaka", "ble"]),
        ("", 100, [""]),
    ],
)
def test_a_text_is_broken_where_a_line_is_full(text: str, room: float, lines: list[str]) -> None:
    assert lines_of(text, room, 12) == lines


def test_what_is_too_much_ends_in_dots() -> None:
    assert lines_of("one two three four five six", 50, 12, most=2) == ["one two", "three…"]


@given(text=WORDS, room=st.floats(20, 300), bold=st.booleans(), most=st.integers(0, 3))
def test_no_line_is_wider_than_its_room_and_nothing_is_lost(
    text: str, room: float, bold: bool, most: int
) -> None:
    lines = lines_of(text, room, 12, bold=bold, most=most)
    assert all(measure(line, 12, bold=bold) <= room for line in lines)
    assert not most or len(lines) <= most
    if not lines[-1].endswith("…"):
        assert "".join("".join(lines).split()) == "".join(text.split())
