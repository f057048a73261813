"""Tables: columns as wide as they need to be, and never wider than the terminal."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from casewf.views.table import Cell, table
from casewf.views.text import Paint, unbroken, width

PLAIN = Paint()


def cells(*texts: str) -> list[Cell]:
    return [Cell(text) for text in texts]


def test_columns_are_as_wide_as_their_widest_cell() -> None:
    found = table(["工单", "due"], [cells("C-1", "today"), cells("C-100", "")], columns=60, paint=PLAIN)
    assert found == ["工单   due", "C-1    today", "C-100"]


def test_the_widest_cell_is_broken_first_and_a_row_takes_as_many_lines_as_it_needs() -> None:
    found = table([], [cells("C-1", "one two three", "x"), cells("C-2", "签收", "")], columns=15, paint=PLAIN)
    assert found == ["C-1  one two  x", "     three", "C-2  签收"]


def test_what_must_stay_together_does_while_there_is_room() -> None:
    found = table([], [cells("a long one", unbroken("in 2 h"))], columns=14, paint=PLAIN)
    assert found == ["a long  in 2 h", "one"]


def test_a_table_without_rows_has_no_head() -> None:
    assert table(["case"], [], columns=60, paint=PLAIN) == []


def test_colours_are_no_hindrance_and_lines_are_indented() -> None:
    row = [Cell("签收", ("red",)), Cell("x")]
    assert table([], [row], columns=60, paint=Paint(colour=True), indent=2) == ["  \x1b[31m签收\x1b[0m  x"]


@given(
    st.lists(st.tuples(*[st.text(st.sampled_from("ab 签收，。()-"), max_size=30)] * 3), min_size=1),
    st.integers(24, 100),
)
def test_no_line_is_wider_than_the_terminal(rows: list[tuple[str, str, str]], columns: int) -> None:
    found = table(["a", "b", "c"], [cells(*row) for row in rows], columns=columns, paint=PLAIN)
    assert max(map(width, found)) <= columns
