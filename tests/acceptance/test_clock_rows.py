"""Every golden clock row through the real engine, on both stores."""

from __future__ import annotations

import copy
from pathlib import Path

import pytest

from casewf.adapters.memory import MemoryStore
from casewf.adapters.sqlite import SqliteStore
from clock_rows import ROWS, Player, unsupported, wanted

PLAYED = [name for name, row in ROWS.items() if unsupported(row) is None]


@pytest.mark.parametrize("store_kind", ["memory", "sqlite"])
@pytest.mark.parametrize("name", PLAYED)
def test_the_row_comes_out_as_written(name: str, store_kind: str, tmp_path: Path) -> None:
    row = copy.deepcopy(ROWS[name])
    store = MemoryStore() if store_kind == "memory" else SqliteStore(tmp_path / "rows.db")
    player = Player(row, store)
    expected = {one["after_step"]: wanted(one) for one in row["expect"]}
    for number, step in enumerate(row["script"], 1):
        outcome = player.step(step)
        if number in expected:
            found = {**player.found(), **outcome}
            known = {key: found.get(key) for key in expected[number]}
            assert known == expected[number], f"{name} after step {number}: {row['why']}"
            assert outcome.keys() <= expected[number].keys(), f"{name} step {number} went wrong: {outcome}"
    if isinstance(store, SqliteStore):
        store.close()


def test_the_rows_that_wait_for_acts_are_known_by_name() -> None:
    """Extensions, suspensions by act and carrying are commands that come later; nothing else may be left out."""
    waiting = {name: why for name, row in ROWS.items() if (why := unsupported(row)) is not None}
    assert len(PLAYED) + len(waiting) == len(ROWS)
    assert set(waiting.values()) <= {
        "needs extend",
        "needs pauses by acts",
        "needs on_change: carry",
        "needs on_change: restart",
    }
