"""What a worker makes sure of before it works: that the database is there, is the engine's, and lets it in."""

from __future__ import annotations

from casewf.adapters.postgres.looking import place_of, right_lacked
from casewf.engine.engine import Engine
from casewf.errors import AdapterError


def check_database(conninfo: str, where: str, schema: str, engine: Engine) -> None:
    """Look at the database on a connection that says at once why there is none.

    Raises:
        AdapterError: it cannot be reached, has none of casewf's tables, or is not that of the engine's store.
    """
    place = getattr(engine.store, "place", None)
    if place is None:
        raise AdapterError(
            f"the engine's store is a {type(engine.store).__name__}, and a worker needs a PostgresStore on the "
            "database of --dsn; on any other store `casewf sweep --app … --watch` does the same work"
        )
    remedy = (
        "open a PostgresStore on it once, as a role that may create them, or give the schema in which they stand "
        "(--schema)"
    )
    here = place_of(conninfo, where, schema, remedy)
    if any(None not in pair and pair[0] != pair[1] for pair in zip(place(), here, strict=True)):
        raise AdapterError(
            f"{where}, schema {schema}, is not where the engine's store keeps its cases; give the worker the "
            "connection string (--dsn) and the schema (--schema) of the store, or the store those of the worker"
        )


def forbidden(failure: BaseException, where: str, schema: str, queue: str) -> AdapterError | None:
    """What to say where the role lacks a right, which no waiting would bring; None for any other failure."""
    said = right_lacked(failure)
    if said is None:
        return None
    return AdapterError(
        f"{where}: this role lacks a right ({said}). Let a role that may CREATE on the database start a worker "
        f"once, which makes the schema {queue}; then grant this role, in {schema} and in {queue}: USAGE on the schema; "
        "SELECT, INSERT, UPDATE and DELETE on all tables; USAGE on all sequences"
    )
