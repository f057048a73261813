"""The clock of the database server, which machines share that share the database."""

from __future__ import annotations

import attrs

from casewf.adapters.postgres.store import PostgresStore


@attrs.frozen
class PostgresClock:
    """The present instant of the server behind ``store``: one clock, however wrong those of the machines are.

    Each call asks the server, which costs one way to it and back. An ``AdapterError`` says that it did not answer.
    """

    store: PostgresStore

    def __attrs_post_init__(self) -> None:
        if not callable(getattr(self.store, "server_time", None)):
            raise TypeError(
                f"PostgresClock needs a PostgresStore, got {type(self.store).__name__}; use SystemClock() there"
            )

    def now(self) -> int:
        """Microseconds since 1970-01-01T00:00Z."""
        return self.store.server_time()
