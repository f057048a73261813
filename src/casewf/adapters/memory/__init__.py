"""The store in memory: ``store.py`` keeps the rows, ``find.py`` says which of them a search gives."""

from casewf.adapters.memory.store import MemoryStore

__all__ = ["MemoryStore"]
