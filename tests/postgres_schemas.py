"""Schemas of a PostgreSQL database for tests: made, emptied and dropped."""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import quote, urlencode

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo

_NUMBERS = itertools.count(1)
TABLES = (
    "positions", "watchers", "holders", "persons", "events", "vault", "claims", "keys", "outbox", "incidents", "cases",
    "definitions",
)  # fmt: skip
"""casewf's tables, in an order in which they can be emptied."""


@contextmanager
def new_schema(dsn: str) -> Iterator[str]:
    """The name of a schema that nobody else uses and that is not there yet; it is dropped at the end."""
    name = f"casewf_test_{os.getpid()}_{next(_NUMBERS)}"
    yield name
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute("SET client_min_messages = warning")
        connection.execute(f"DROP SCHEMA IF EXISTS {name} CASCADE")


def empty(dsn: str, schema: str) -> None:
    """Delete all rows of casewf's tables, which is much faster than making them anew."""
    with psycopg.connect(dsn, autocommit=True, options="-c lock_timeout=5s") as connection:
        connection.execute(";".join(f"DELETE FROM {schema}.{table}" for table in TABLES))


@contextmanager
def new_database(dsn: str) -> Iterator[str]:
    """The ``postgresql://`` address of a new database, which is dropped at the end."""
    name = f"casewf_test_{os.getpid()}_{next(_NUMBERS)}"
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C'")
    given = {key: str(value) for key, value in conninfo_to_dict(dsn).items() if value is not None}
    user, password = quote(given.pop("user", ""), safe=""), quote(given.pop("password", ""), safe="")
    given.pop("dbname", None)
    try:
        yield f"postgresql://{user}:{password}@/{name}?{urlencode(given, quote_via=quote)}"
    finally:
        with psycopg.connect(dsn, autocommit=True) as connection:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


def changed(dsn: str, **settings: str) -> str:
    """A connection string that says something else."""
    return make_conninfo(dsn, **settings)
