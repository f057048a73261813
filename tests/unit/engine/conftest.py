"""Both stores, for every test that asks for ``store``; ``world`` is an engine on it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from casewf.adapters.memory import MemoryStore
from casewf.adapters.sqlite import SqliteStore
from casewf.ports.store import Store
from engine_fakes import World


@pytest.fixture(params=["memory", "sqlite"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    if request.param == "memory":
        yield MemoryStore()
    else:
        with SqliteStore(tmp_path / "cases.db", durability="normal") as made:
            yield made


@pytest.fixture
def world(store: Store) -> World:
    return World(store)
