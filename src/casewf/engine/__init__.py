"""The shell around the core: load → decide → fold → one atomic append → deliver.

* ``engine.py``: the public face; ``reading.py``: its reads, and ``case_view.py`` what hosts see of a case
* ``unit_of_work.py``: one command; ``keys.py``: idempotency; ``commit.py``: events as one append
* ``sweep.py``: what time makes due; ``delivery.py``: effects after the commit, ``attempt.py`` around each
* ``registry.py``: the compiled workflows; ``bindings.py``: what the host must pass
* ``verify.py``: the hash chains

No adapter is imported here; the host passes them in.
"""
