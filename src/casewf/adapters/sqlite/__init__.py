"""The durable store in one SQLite file, with nothing but the standard library (storage format 3).

* ``store.py``: ``SqliteStore``, the reads and the transactions
* ``append.py``: how one batch is written; ``find.py``: how cases are found; ``outbox.py``: what is to be delivered
* ``schema.py``: the tables; ``upgrade.py``: files of an older format; ``rows.py``: rows as objects
* ``connections.py``: one connection per thread, and errors in words
* ``host.py``: ``HostSqliteStore``, the tables in a host's database and inside its transaction

The format is described in ``docs/reference/storage.md``.
"""

from casewf.adapters.sqlite.host import HostSqliteStore
from casewf.adapters.sqlite.store import SqliteStore

__all__ = ["HostSqliteStore", "SqliteStore"]
