"""Looking at a database file without changing it: its format, whether it is whole, how far behind it is.

A store makes, upgrades and locks files; a monitor must do nothing of that, whatever it finds at the path.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import attrs

from casewf.adapters.sqlite import health, schema
from casewf.adapters.sqlite.errors import explained
from casewf.errors import AdapterError
from casewf.ports.stored import Health

SMALL = 64 * 2**20
"""Up to how many bytes a file is looked at page by page."""

_DAMAGED = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_IOERR)


@attrs.frozen(slots=True, kw_only=True)
class Checkup:
    """What a file is like.

    Attributes:
        format: its storage format; 0 if it is too damaged to tell.
        size: in bytes, without its log.
        damage: what is broken in it, or empty.
        pages: whether every page was looked at, which is done up to ``SMALL``.
        missing_tables: of this version's format; ``missing_indexes`` make it slow.
        health: how far behind it is; None if it is damaged, or of an older format.
    """

    format: int = 0
    size: int = 0
    damage: str = ""
    pages: bool = False
    missing_tables: tuple[str, ...] = ()
    missing_indexes: tuple[str, ...] = ()
    health: Health | None = None


def check_file(path: str, now: int, *, busy_ms: int = 2_000) -> Checkup:
    """Look at the file at ``path``, reading only.

    Args:
        path: the file.
        now: the present instant.
        busy_ms: how many milliseconds to wait for a lock.

    Raises:
        AdapterError: it is no casewf database, has a newer format, or cannot be read.
    """
    uri = f"{Path(path).absolute().as_uri()}?mode=ro"
    found = Checkup(size=Path(path).stat().st_size)
    try:
        with closing(
            sqlite3.connect(uri, uri=True, timeout=busy_ms / 1000, isolation_level=None)
        ) as connection:
            connection.execute("BEGIN")
            found = attrs.evolve(found, format=schema.format_of(connection, path))
            if found.format == 0:
                raise AdapterError(f"{path} holds nothing; give the database that an engine wrote")
            return _looked_at(connection, found, now)
    except sqlite3.Error as error:
        if getattr(error, "sqlite_errorcode", 0) & 0xFF in _DAMAGED:
            return attrs.evolve(found, damage=str(error))
        raise explained(error, path) from error
    except UnicodeDecodeError as error:
        return attrs.evolve(found, damage=str(error))


def _looked_at(connection: sqlite3.Connection, found: Checkup, now: int) -> Checkup:
    if found.size <= SMALL:
        (said,) = connection.execute("PRAGMA quick_check(1)").fetchone()
        found = attrs.evolve(found, pages=True, damage="" if said == "ok" else str(said))
    if found.damage or found.format < schema.FORMAT:
        return found
    there = {name for (name,) in connection.execute("SELECT name FROM sqlite_master")}
    found = attrs.evolve(
        found,
        missing_tables=tuple(sorted(schema.names("TABLE") - there)),
        missing_indexes=tuple(sorted(schema.names("INDEX") - there)),
    )
    return found if found.missing_tables else attrs.evolve(found, health=health.read(connection, now))
