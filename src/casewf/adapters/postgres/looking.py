"""Looking at a database once, on a connection besides any pool's, which says at once why there is none."""

from __future__ import annotations

import psycopg

from casewf.adapters.postgres import schema as tables
from casewf.adapters.postgres.errors import explained, unreachable
from casewf.adapters.postgres.session import Session


def place_of(
    conninfo: str, where: str, schema: str, remedy: str
) -> tuple[str | None, int | None, int | None]:
    """Where casewf's tables stand, as ``PostgresStore.place`` tells it.

    Raises:
        AdapterError: the database cannot be reached, or has none of casewf's tables, for which ``remedy`` is.
    """
    try:
        with psycopg.connect(conninfo, autocommit=True) as connection:
            session = Session(connection, schema)
            tables.check_installed(session, where, remedy)
            return tables.place(session)
    except psycopg.OperationalError as error:
        raise unreachable(error, where) from error
    except psycopg.Error as error:
        raise explained(error, where) from error


def right_lacked(failure: BaseException) -> str | None:
    """What the server said if the role lacked a right, whatever was made of its error; None for any other failure."""
    cause: BaseException | None = failure
    while cause is not None and not isinstance(cause, psycopg.errors.InsufficientPrivilege):
        cause = cause.__cause__
    return None if cause is None else cause.diag.message_primary or str(cause)
