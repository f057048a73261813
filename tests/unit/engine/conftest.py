"""All stores, for every test that asks for ``store``; ``world`` is an engine on it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from casewf.adapters.memory import MemoryStore
from casewf.adapters.postgres import PostgresStore
from casewf.adapters.sqlite import SqliteStore
from casewf.ports.store import Store
from engine_fakes import World

_ON_POSTGRES = {
    "test_all_or_nothing",
    "test_batch",
    "test_claimed_work",
    "test_delivery",
    "test_races",
    "test_sweep",
    "test_vault",
}
"""Tests that PostgreSQL passes, too: what is atomic, races, is claimed or is erased. The rest is the engine's."""


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Give each test its stores, unless its module has one of its own."""
    if "store" in metafunc.fixturenames and not hasattr(metafunc.module, "store"):
        is_on_all = metafunc.module.__name__.rpartition(".")[2] in _ON_POSTGRES
        kinds = ["memory", "sqlite", *(["postgres"] if is_on_all else [])]
        metafunc.parametrize("store", kinds, indirect=True)


@pytest.fixture
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    if request.param == "memory":
        yield MemoryStore()
    elif request.param == "sqlite":
        with SqliteStore(tmp_path / "cases.db", durability="normal") as made:
            yield made
    else:
        dsn = request.getfixturevalue("postgres_dsn")
        with PostgresStore(dsn, schema=request.getfixturevalue("postgres_schema")) as made_there:
            yield made_there


@pytest.fixture
def world(store: Store) -> World:
    return World(store)
