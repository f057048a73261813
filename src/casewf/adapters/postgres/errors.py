"""PostgreSQL's errors as ones that say what to do, and whether the same call may succeed later."""

from __future__ import annotations

import re

import psycopg

from casewf.errors import AdapterError

_LOST = {"25P03", "57P01", "57P02", "57P03", "57P05"}
"""The server ended the connection: idle for too long inside a transaction, shut down, or starting up."""

_AGAIN = {
    "40001": "another transaction was faster; begin anew",
    "40P01": "two transactions waited for one another, and this one was ended; begin anew",
    "55P03": (
        "somebody else holds a lock for longer than busy_ms; try again, keep transactions short, and inside an open "
        "transaction of your own use a HostPostgresStore"
    ),
    "57014": "the statement ran for longer than statement_ms, or somebody cancelled it; try again",
    "53300": "the server has no connection left; let stores hold fewer (connections=), or raise max_connections",
}
_NOT_THERE = re.compile(r'(database|role|数据库|角色|用户) "[^"]*" (does not exist|不存在)')
"""No waiting brings a database or a role; the server says it in its own language, and gives no code."""

_ADVICE = {
    "25006": "it can only be read; connect to the primary server, as a role that may write",
    "25P02": "the transaction has failed before; roll it back",
    "3F000": "there is no such schema; open a PostgresStore once as a role that may create it",
    "42501": (
        "this role may not do this; grant it USAGE on the schema, and SELECT, INSERT, UPDATE and DELETE on its tables, "
        "and let a role that may CREATE open a PostgresStore once"
    ),
    "42P01": "a table is missing; restore a backup, or open a PostgresStore on a schema that holds nothing yet",
    "53100": "the disk is full; make room, try again",
    "XX001": "the data is damaged; keep a copy of it and restore a backup",
    "XX002": "an index is damaged; REINDEX it",
}


def explained(error: psycopg.Error, where: str) -> AdapterError:
    """``error`` in words; ``retryable`` if a lock, a race or a lost connection was in the way."""
    code = error.sqlstate or ""
    if is_lost(error):
        return AdapterError(
            f"{where}: the connection was lost ({_said(error)}); nothing of this call was written; try again",
            retryable=True,
        )
    if code in _AGAIN:
        return AdapterError(f"{where}: {_AGAIN[code]} ({_said(error)})", retryable=True)
    return AdapterError(f"{where}: {_ADVICE.get(code, 'the database failed')} ({_said(error)})")


def unreachable(error: psycopg.Error, where: str) -> AdapterError:
    """What is said where no connection can be made; the server gives no code for why."""
    said = _said(error)
    if _NOT_THERE.search(said):
        return AdapterError(f"{where}: {said}; create it, or mend the connection string")
    return AdapterError(
        f"{where} cannot be reached, or lets nobody in ({said}); check that the server runs, and host, port, database, "
        "user and password",
        retryable=True,
    )


def unknown_outcome(error: psycopg.Error, where: str) -> AdapterError:
    """What a commit says whose answer never came."""
    return AdapterError(
        f"{where}: the connection was lost during the commit ({_said(error)}), so it is not known whether this was "
        "written; load the case again, or repeat the command with its key",
        retryable=True,
    )


def undone(where: str) -> AdapterError:
    """What a commit says whose transaction a failed statement had ended before."""
    return AdapterError(
        f"{where}: a statement of this transaction had failed, so the server undid all of it at the commit; nothing "
        "was written; begin anew",
        retryable=True,
    )


def is_lost(error: psycopg.Error) -> bool:
    """Whether the connection is gone rather than the statement wrong."""
    code = error.sqlstate
    if code is not None:
        return code in _LOST or code.startswith("08")
    return isinstance(error, psycopg.OperationalError | psycopg.InterfaceError)


def _said(error: psycopg.Error) -> str:
    """The server's own words, on one line."""
    return " ".join((error.diag.message_primary or str(error)).split())
