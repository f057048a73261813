"""What drives an engine besides the host: workers of a distributed queue.

* ``procrastinate.py``: ``ProcrastinateWorker``, on PostgreSQL (the extra ``procrastinate``)

A queue brings workers, their number, and what becomes of the jobs of one that died. It is never trusted with the truth:
due cases and effects are rows of the case store, and a job carries their ids. See ``docs/how-to/run-many-workers.md``.
"""
