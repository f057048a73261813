"""The durable store in a PostgreSQL database, for any number of machines (the extra ``postgres``: psycopg 3).

* ``store.py``: ``PostgresStore``, the reads and the transactions around the writes
* ``append.py``: how one batch is written; ``find.py``: how cases are found
* ``agenda.py``: what is due and what is to be delivered
* ``schema.py``: the tables; ``rows.py``: rows as objects; ``session.py``: how statements are run
* ``connections.py``: the pool; ``errors.py``: PostgreSQL's errors in words
* ``host.py``: ``HostPostgresStore``, the tables in a host's database and inside its transaction
* ``clock.py``: ``PostgresClock``, the server's clock

The tables are described in ``docs/reference/storage.md``.
"""

from casewf.worktime.extras import extra

with extra("postgres", "psycopg"), extra("postgres", "psycopg_pool"):
    from casewf.adapters.postgres.clock import PostgresClock
    from casewf.adapters.postgres.host import HostPostgresStore
    from casewf.adapters.postgres.store import PostgresStore

__all__ = ["HostPostgresStore", "PostgresClock", "PostgresStore"]
