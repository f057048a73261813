"""The databases that commands work on: SQLite files, and PostgreSQL databases by their connection strings."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias, cast

import attrs

from casewf.adapters.sqlite import SqliteStore
from casewf.errors import AdapterError
from casewf.model.case import Case
from casewf.model.workflow import Workflow
from casewf.ports.decoding import workflow
from casewf.ports.store import Store
from casewf.ports.stored import Append, Filter, StoredCase

if TYPE_CHECKING:
    from casewf.adapters.postgres import PostgresStore

Database: TypeAlias = "SqliteStore | PostgresStore"

METAVAR = "FILE|DSN"
"""How the help calls a database."""

PAGE = 200
"""How many cases are read at a time where all of them are."""


_KEYWORDS = re.compile(r"\s*(host|hostaddr|port|dbname|user|password|service)\s*=")
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]+):/")


def is_dsn(database: str) -> bool:
    """Whether this names a PostgreSQL database, and no file."""
    return database.startswith(("postgresql://", "postgres://"))


def existing_store(database: str) -> Database:
    """The store of a database that has casewf's tables; nothing is made.

    Raises:
        AdapterError: there is no such file, it is no casewf database, or the server has none.
        MissingExtra: it is a PostgreSQL database, and psycopg is not installed.
    """
    return existing_server(database) if is_dsn(database) else SqliteStore(existing_file(database))


def existing_server(dsn: str) -> PostgresStore:
    """The store of a PostgreSQL database that has casewf's tables; nothing is made."""
    return _postgres(dsn, install=False)


def made_store(database: str) -> Database:
    """The same; the file, or casewf's tables, are made if they are not there."""
    return _postgres(database, install=True) if is_dsn(database) else SqliteStore(_checked(database))


def paged(store: Database, wanted: Filter) -> Iterator[Case]:
    """All cases that are wanted, a page at a time, so that memory does not grow with them."""
    while True:
        page = store.find(wanted)
        yield from page.cases
        if page.next_after is None:
            return
        wanted = attrs.evolve(wanted, after=page.next_after)


def workflows_of(store: Database) -> dict[str, Workflow]:
    """Every version of every workflow that cases go by, or went by, by content hash; ordered by (id, version as text).

    Raises:
        AdapterError: one is damaged.
    """
    return {one.hash: workflow(one) for one in store.definitions("workflow")}


def guarded(
    store: Database,
    *,
    before_append: Callable[[Append], None] | None = None,
    shown: Callable[[StoredCase], StoredCase] | None = None,
) -> Store:
    """``store``, asked before each append, and with each case as it is to be seen."""
    return cast("Store", _Guarded(store, before_append, shown))


@attrs.frozen
class _Guarded:
    _store: Database
    _before_append: Callable[[Append], None] | None
    _shown: Callable[[StoredCase], StoredCase] | None

    def __getattr__(self, name: str) -> object:
        return getattr(self._store, name)

    def append(self, batch: Append) -> None:
        if self._before_append is not None:
            self._before_append(batch)
        self._store.append(batch)

    def load(self, case_id: str) -> StoredCase | None:
        stored = self._store.load(case_id)
        return stored if stored is None or self._shown is None else self._shown(stored)


def _postgres(dsn: str, *, install: bool) -> PostgresStore:
    from casewf.adapters.postgres import PostgresStore  # noqa: PLC0415  # an extra

    return PostgresStore(dsn, install=install)


def existing_file(path: str) -> str:
    """A path at which something lies; the store would make a new database there otherwise."""
    file = Path(_checked(path))
    if not file.is_file():
        raise AdapterError(f"there is no file {path}; give the database that an engine wrote")
    if file.stat().st_size == 0:
        raise AdapterError(f"{path} is empty and no casewf database; give the one that an engine wrote")
    return path


def _checked(path: str) -> str:
    """A path that is no connection string of another form, which would be made a file with a password in its name."""
    if (scheme := _SCHEME.match(path)) and not Path(path).exists():
        raise AdapterError(
            f"{scheme[1]}: is no kind of database that casewf has; give a file, or a PostgreSQL database as "
            "postgresql://user@host:5432/database"
        )
    if _KEYWORDS.match(path) and not Path(path).exists():
        raise AdapterError(
            "a PostgreSQL database is given as postgresql://user@host:5432/database here, not by keywords"
        )
    return path
