"""PostgresStore and HostPostgresStore keep the contract of the store port."""

from __future__ import annotations

from pathlib import Path

import pytest

from casewf.adapters.postgres import PostgresStore
from casewf.ports.store import Store
from casewf.testing.contracts.store import DurableStoreContract
from casewf.testing.contracts.store_group import GroupContract


class TestPostgresStore(DurableStoreContract, GroupContract):
    @pytest.fixture(autouse=True)
    def _database(self, postgres_dsn: str, postgres_schema: str) -> None:
        self.dsn, self.schema = postgres_dsn, postgres_schema

    def make_store(self, tmp_path: Path) -> PostgresStore:
        return PostgresStore(self.dsn, schema=self.schema)

    def reopen(self, store: Store) -> PostgresStore:
        return PostgresStore(self.dsn, schema=self.schema)
