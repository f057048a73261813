"""The page of refusals lists every reason with its sentences, as the code has them."""

from __future__ import annotations

from pathlib import Path

from casewf.model.reasons import REASON_CODES, sentences

PAGE = Path(__file__).resolve().parents[2] / "docs" / "reference" / "refusals.md"


def test_the_page_lists_every_reason_as_it_is_said() -> None:
    rows = [
        tuple(cell.strip() for cell in line.strip("|\n ").split(" | "))
        for line in PAGE.read_text(encoding="utf-8").splitlines()
        if line.startswith("| `")
    ]
    assert rows == [(f"`{code}`", *sentences(code)) for code in sorted(REASON_CODES)]
