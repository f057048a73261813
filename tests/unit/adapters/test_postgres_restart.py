"""A PostgreSQL server that crashes, is away for a while, and comes back: what was acknowledged is there (D1)."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from casewf import PostgresStore
from casewf.errors import AdapterError
from casewf.testing.contracts import samples
from postgres_server import PostgresServer

pytestmark = pytest.mark.skipif(
    bool(os.environ.get("CASEWF_TEST_POSTGRES")),
    reason="the server of CASEWF_TEST_POSTGRES is not ours to stop",
)


@pytest.fixture
def server() -> Iterator[PostgresServer]:
    made = PostgresServer(durable=True)
    try:
        made.start()
        yield made
    finally:
        made.remove()


def test_8_work_goes_on_after_a_crash_of_the_server(server: PostgresServer) -> None:
    with PostgresStore(server.dsn, connect_ms=500) as store:
        first = samples.opening()
        store.append(first)
        server.restart("immediate")
        second = samples.following(first)
        store.append(second)
        server.stop("immediate")
        for call in (lambda: store.load("C-1"), lambda: store.append(samples.following(second))):
            with pytest.raises(AdapterError, match="cannot be reached") as caught:
                call()
            assert caught.value.retryable
        server.start()
        assert [event.number for event in store.history("C-1")] == [1, 2]
        store.append(samples.following(second))
