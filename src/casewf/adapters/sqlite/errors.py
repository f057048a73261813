"""SQLite's errors as ones that say what to do, and whether the same call may succeed later."""

from __future__ import annotations

import sqlite3

from casewf.errors import AdapterError

_ADVICE = {
    sqlite3.SQLITE_FULL: "the disk is full, or the database as large as it may be; make room, try again",
    sqlite3.SQLITE_READONLY: (
        "it can only be read, and SQLite keeps a log beside it (-wal, -shm) that even a reader may have to write; let "
        "this user write the file and its directory, or run this as the user of the engine"
    ),
    sqlite3.SQLITE_CORRUPT: "the file is damaged; keep a copy of it and restore a backup",
    sqlite3.SQLITE_NOTADB: "it is no SQLite database and was left as it is; give the store its own path",
    sqlite3.SQLITE_CANTOPEN: (
        "it cannot be opened; check that its directory exists, and that this user may read and write the file and the "
        "directory"
    ),
    sqlite3.SQLITE_IOERR: "the disk failed; look at the system's log",
}


def explained(error: sqlite3.Error, path: str) -> AdapterError:
    """SQLite's error as one that says what to do; ``retryable`` if only a lock was in the way."""
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return AdapterError(
            f"{path}: another process holds the database's lock ({error}); try again, and keep transactions "
            "that other programs open on it short; inside an open transaction of your own, use a HostSqliteStore",
            retryable=True,
        )
    advice = (
        "a table is missing; restore a backup" if "no such table" in str(error) else "the database failed"
    )
    return AdapterError(f"{path}: {_ADVICE.get(code, advice)} ({error})")


def inside_already(path: str) -> AdapterError:
    """Why no batch begins inside a transaction."""
    return AdapterError(
        f"{path}: this store is inside a transaction already, which commits all that is done in it together"
    )
