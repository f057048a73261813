"""Widths, line breaks and colours of terminal text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casewf.views.text import Paint, beside, longest_word, marked, pad, shorten, unbroken, width, wrap


@pytest.mark.parametrize(
    ("text", "columns"), [("abc", 3), ("签收", 4), ("签收 a", 6), ("e\u0301", 1), ("", 0), ("●│✓", 3)]
)
def test_chinese_characters_take_two_columns_and_marks_none(text: str, columns: int) -> None:
    assert width(text) == columns


def test_padding_counts_columns_and_cuts_nothing() -> None:
    assert pad("签收", 6) == "签收  "
    assert pad("签收", 3) == "签收"


def test_words_stay_whole_and_chinese_breaks_anywhere() -> None:
    assert wrap("one two three", 7) == ["one two", "three"]
    assert wrap("工会服务职工", 6) == ["工会服", "务职工"]


def test_no_line_begins_with_a_closing_mark_or_ends_with_an_opening_one() -> None:
    assert wrap("工会服，务", 6) == ["工会", "服，务"]
    assert wrap("工会（服务）", 6) == ["工会", "（服", "务）"]


def test_a_word_that_is_too_long_is_cut() -> None:
    assert wrap("abcdefgh", 3) == ["abc", "def", "gh"]


def test_an_unbroken_text_stays_on_one_line_and_looks_the_same() -> None:
    assert wrap(f"签收；{unbroken('办结 限 18:00')}", 14) == ["签收；", "办结 限 18:00"]


def test_an_unbroken_text_breaks_between_words_where_no_line_has_room_for_it() -> None:
    assert wrap(f"· {unbroken('Sign for due 18:00')};", 12) == ["· Sign for", "due 18:00;"]


def test_a_mark_stands_before_the_first_line_only() -> None:
    assert marked("✓", "one two", 6) == ["✓ one", "  two"]
    assert marked("", "one two", 6) == ["one", "two"]


def test_the_longest_word_is_what_wrapping_needs() -> None:
    assert longest_word("Closed (callback due)") == 9
    assert longest_word("派单（待签收）") == 4


def test_a_shortened_text_fits() -> None:
    assert shorten("工会服务职工", 7) == "工会服…"
    assert shorten("工会", 4) == "工会"


def test_blocks_stand_side_by_side_whatever_their_colours() -> None:
    paint = Paint(colour=True)
    assert beside([paint("签", "red")], ["a", "b"], 4) == ["\x1b[31m签\x1b[0m  a", "    b"]


def test_nothing_is_painted_unless_asked_for() -> None:
    assert Paint()("x", "red") == "x"
    assert Paint(colour=True)("x", "bold", "red") == "\x1b[1;31mx\x1b[0m"
    assert Paint(colour=True)("  ", "red") == "  "


@given(st.text(alphabet="ab 工会，（）.\u00e9", max_size=60), st.integers(4, 20))
def test_wrapped_lines_fit_and_lose_nothing_but_blanks(text: str, columns: int) -> None:
    lines = wrap(text, columns)
    assert all(width(line) <= columns for line in lines)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")
