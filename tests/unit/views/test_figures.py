"""How a figure is said."""

from __future__ import annotations

from fractions import Fraction

import pytest

from casewf.kpi import Figure
from casewf.model.text import Label
from casewf.views.figures import figure_value


@pytest.mark.parametrize(
    ("numerator", "denominator", "unit", "said"),
    [
        (62_666, 63_000, "share", "99.47 %"),
        (99_999, 100_000, "share", "99.99 %"),
        (7, 7, "share", "100.00 %"),
        (0, 0, "share", "–"),
        (Fraction(29), 4, "days", "7.25 days"),
        (12, 1, "count", "12"),
    ],
)
def test_what_is_not_all_is_never_said_to_be(
    numerator: int | Fraction, denominator: int, unit: str, said: str
) -> None:
    figure = Figure(
        id="x",
        label=Label(),
        numerator=numerator,
        denominator=denominator,
        unit=unit,  # type: ignore[arg-type]
    )
    assert figure_value(figure, "en") == said
