"""Both stores keep the contract of the store port, and SQLite says what is wrong with a file."""

from __future__ import annotations

from pathlib import Path

from casewf.adapters.memory import MemoryStore
from casewf.adapters.sqlite import SqliteStore
from casewf.ports.store import Store
from casewf.testing.contracts.store import DurableStoreContract, StoreContract
from casewf.testing.contracts.store_group import GroupContract


class TestMemoryStore(StoreContract, GroupContract):
    def make_store(self, tmp_path: Path) -> MemoryStore:
        return MemoryStore()


class TestSqliteStore(DurableStoreContract, GroupContract):
    def make_store(self, tmp_path: Path) -> SqliteStore:
        return SqliteStore(tmp_path / "cases.db")

    def reopen(self, store: Store) -> SqliteStore:
        assert isinstance(store, SqliteStore)
        return SqliteStore(store.path)
