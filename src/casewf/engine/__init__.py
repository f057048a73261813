"""The shell around the core: load → decide → fold → one atomic append → deliver.

* ``engine.py``: the public face; ``reading.py``: its reads, and ``case_view.py`` what hosts see of a case;
  ``worklist.py``: what waits for whom
* ``case_file.py``: notes, attachments (``attachment.py``), parties, links (``linking.py``: their other end), and
  ``file_view.py`` what hosts see of them; ``commanding.py``: what every command of a host goes through
* ``upkeep.py``: what a scheduler and an operator call: ``sweep.py``, ``delivery.py`` with ``attempt.py`` around each
  effect, ``calendar_change.py``, and ``migration.py`` with ``migration_unit.py`` for one case and
  ``migration_changes.py`` for what is told
* ``unit_of_work.py``: one command, as ``wanted.py`` says what is asked; ``keys.py``: idempotency;
  ``commit.py``: events as one append
* ``means.py``: ports and compiled workflows (``registry.py``); ``bindings.py``: what the host must pass
* ``verify.py``, ``stored_definitions.py``, ``damage.py``: the hash chains, the definitions, what can be wrong with them

No adapter is imported here; the host passes them in.
"""
