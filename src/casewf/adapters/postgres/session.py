"""One connection at work: statements in casewf's schema, with casewf's own notion of texts and numbers.

PostgreSQL stores no NUL in a text, and every other store does. So NUL and U+0001 are written as two characters, in a
way that keeps the order of texts, and read back as they were; no other text is touched.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import lru_cache
from typing import Any, TypeAlias, TypeVar

import psycopg
from psycopg.abc import AdaptContext, Buffer
from psycopg.adapt import Dumper, Loader
from psycopg.rows import tuple_row
from psycopg.types.numeric import Int8Dumper

Connection: TypeAlias = psycopg.Connection[Any]
Cursor: TypeAlias = psycopg.Cursor[tuple[Any, ...]]
Values: TypeAlias = Sequence[object] | Mapping[str, object]

_T = TypeVar("_T")

SCHEMA = "casewf"
"""Where the tables stand unless the host says otherwise; statements are written with this name."""


class Session:
    """A connection as the statements of this package use it, whatever its owner has set up for his own.

    Every statement names casewf's schema, so that neither ``search_path`` nor tables of the host matter. With
    ``is_ours`` the connection was given to ``adapt`` before; another one is left as it is.
    """

    def __init__(self, connection: Connection, schema: str, *, is_ours: bool = False) -> None:
        self._connection = connection
        self._is_ours = is_ours
        self._pipeline: psycopg.Pipeline | None = None
        self.schema = schema

    def execute(self, statement: str, values: Values = (), *, prepare: bool | None = None) -> Cursor:
        """The cursor of one statement; ``prepare=False`` has it planned for just these values.

        Within ``pipelined`` its result is there after ``sync``.

        Raises:
            psycopg.Error: now, or within ``pipelined`` at the next ``sync``.
        """
        cursor = psycopg.Cursor(self._connection, row_factory=tuple_row)
        if not self._is_ours:
            adapt(cursor)
        return cursor.execute(_in_schema(statement, self.schema), values, prepare=prepare)

    def rows(
        self, statement: str, values: Values = (), *, prepare: bool | None = None
    ) -> list[tuple[Any, ...]]:
        """All rows that a statement gives."""
        cursor = self.execute(statement, values, prepare=prepare)
        self.sync()
        return cursor.fetchall()

    def row(self, statement: str, values: Values = ()) -> tuple[Any, ...] | None:
        """The first row that a statement gives, or None."""
        cursor = self.execute(statement, values)
        self.sync()
        return cursor.fetchone()

    def sync(self) -> None:
        """Wait for the answers to all statements so far.

        To fetch would do it, too, but leave the server waiting for more of the same message: as long as it does, it
        does not count a transaction that stands still as idle, and would never end it.
        """
        if self._pipeline is not None:
            self._pipeline.sync()

    @contextmanager
    def pipelined(self) -> Iterator[None]:
        """Statements inside do not wait for one another's answers; many cost one way to the server and back."""
        if not psycopg.Pipeline.is_supported():
            yield
            return
        with self._connection.pipeline() as self._pipeline:
            try:
                yield
            finally:
                self._pipeline = None


def in_savepoint(connection: Connection, session: Session, work: Callable[[Session], _T]) -> _T:
    """The result of ``work``, whose statements all become part of the open transaction, or none does."""
    try:
        with session.pipelined():
            session.execute("SAVEPOINT casewf")
            result = work(session)
            session.execute("RELEASE SAVEPOINT casewf")
    except BaseException:
        if not connection.closed:
            session.execute("ROLLBACK TO SAVEPOINT casewf")
            session.execute("RELEASE SAVEPOINT casewf")
        raise
    return result


def adapt(context: Connection | Cursor) -> None:
    """Have texts and numbers of one type each, so that a statement is prepared once."""
    context.adapters.register_dumper(str, _TextDumper)
    context.adapters.register_dumper(int, Int8Dumper)
    context.adapters.register_loader("text", _TextLoader)


class _TextDumper(Dumper):
    oid = psycopg.postgres.types["text"].oid

    def dump(self, obj: str) -> Buffer:
        if "\x00" in obj or "\x01" in obj:
            obj = obj.replace("\x01", "\x01\x02").replace("\x00", "\x01\x01")
        return obj.encode()


class _TextLoader(Loader):
    def __init__(self, oid: int, context: AdaptContext | None = None) -> None:
        super().__init__(oid, context)

    def load(self, data: Buffer) -> str:
        text = bytes(data).decode()
        if "\x01" not in text:
            return text
        return text.replace("\x01\x01", "\x00").replace("\x01\x02", "\x01")


@lru_cache(maxsize=1024)
def _in_schema(statement: str, schema: str) -> bytes:
    return statement.replace(f"{SCHEMA}.", f'"{schema}".').encode()
