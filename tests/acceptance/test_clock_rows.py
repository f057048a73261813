"""Every golden clock row through the real engine, on both stores."""

from __future__ import annotations

import copy
from pathlib import Path

import pytest

from casewf.adapters.memory import MemoryStore
from casewf.adapters.sqlite import SqliteStore
from clock_rows import ROWS, Player, wanted


@pytest.mark.parametrize("store_kind", ["memory", "sqlite"])
@pytest.mark.parametrize("name", ROWS)
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
