"""Contract suites of the ports: subclass one in a test module to prove an adapter of your own.

* ``store.py``: ``StoreContract`` and ``DurableStoreContract``, with an example
* ``store_cases.py``, ``store_find.py``, ``store_worklist.py``, ``store_agenda.py``, ``store_claims.py``,
  ``store_health.py``: the tests that they are made of
* ``store_group.py``: ``GroupContract``, for a store that commits many appends at once
* ``directory.py``: ``DirectoryContract``, with an example
* ``samples.py``: small cases with a true history

Needs pytest (``pip install casewf[testing]``).
"""

import pytest

pytest.register_assert_rewrite(
    "casewf.testing.contracts.directory",
    "casewf.testing.contracts.store",
    "casewf.testing.contracts.store_agenda",
    "casewf.testing.contracts.store_cases",
    "casewf.testing.contracts.store_claims",
    "casewf.testing.contracts.store_find",
    "casewf.testing.contracts.store_group",
    "casewf.testing.contracts.store_health",
    "casewf.testing.contracts.store_worklist",
)
