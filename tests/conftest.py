"""How Hypothesis runs, and the PostgreSQL server that tests share.

New examples at every run here, the same ones in CI, so that a red run there can be repeated.
"""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from hypothesis import settings

from postgres_schemas import empty, new_database, new_schema
from postgres_server import PostgresServer

os.environ.pop("COLUMNS", None)  # one test process of several is told 80, a pipe is as wide as a user's

settings.register_profile("here", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") else "here")


@pytest.fixture(scope="session")
def postgres_dsn() -> Iterator[str]:
    """A server, started when it is first asked for: one for each test process, or that of ``CASEWF_TEST_POSTGRES``.

    Without one the tests are skipped; where ``CI`` is set they fail.
    """
    if given := os.environ.get("CASEWF_TEST_POSTGRES"):
        yield given
        return
    try:
        server = PostgresServer()
    except ModuleNotFoundError as missing:
        reason = f"POSTGRESQL IS NOT TESTED: {missing}; pip install -e '.[dev]', or set CASEWF_TEST_POSTGRES"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    try:
        server.start()
        yield server.dsn
    finally:
        server.remove()


@pytest.fixture(scope="session")
def _schema_with_tables(postgres_dsn: str) -> Iterator[str]:
    from casewf.adapters.postgres import PostgresStore

    with new_schema(postgres_dsn) as name:
        PostgresStore(postgres_dsn, schema=name).close()
        yield name


@pytest.fixture
def postgres_schema(postgres_dsn: str, _schema_with_tables: str) -> Iterator[str]:
    """The name of a schema whose tables are there and hold nothing; they are emptied after the test."""
    yield _schema_with_tables
    empty(postgres_dsn, _schema_with_tables)


@pytest.fixture
def fresh_schema(postgres_dsn: str) -> Iterator[str]:
    """The name of a schema that is not there yet, dropped after the test."""
    with new_schema(postgres_dsn) as name:
        yield name


@pytest.fixture
def postgres_database(postgres_dsn: str) -> Iterator[str]:
    """The ``postgresql://`` address of a database that holds nothing, dropped after the test."""
    with new_database(postgres_dsn) as address:
        yield address
