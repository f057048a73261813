"""The store in memory: ``store.py`` is the store, ``tables.py`` its rows, ``find.py`` which of them a search gives."""

from casewf.adapters.memory.store import MemoryStore

__all__ = ["MemoryStore"]
