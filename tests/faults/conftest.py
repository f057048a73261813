"""What several of these tests need."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from casewf.ports.store import Store
from faults.stores import HOMES
from faults.zygote import Zygote


@pytest.fixture(scope="session")
def zygote() -> Iterator[Zygote]:
    """Where processes come from that may be killed."""
    with Zygote() as made:
        yield made


@pytest.fixture(params=HOMES)
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """An empty store of each kind."""
    home = HOMES[request.param](tmp_path)
    yield home.fresh()
    home.close()


@pytest.fixture
def silence() -> Iterator[None]:
    """Nobody needs to read the warnings about thousands of simulated failures."""
    log = logging.getLogger("casewf.engine")
    log.disabled = True
    yield
    log.disabled = False
