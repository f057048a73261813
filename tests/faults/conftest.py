"""What several of these tests need."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from casewf.ports.store import Store
from faults.stores import HOMES
from faults.zygote import Zygote


@pytest.fixture(scope="session")
def zygote() -> Iterator[Zygote]:
    """Where processes come from that may be killed."""
    with Zygote() as made:
        yield made


@pytest.fixture
def make_home(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[[str], Any]]:
    """Makes a home of a kind, which is closed after the test."""
    with ExitStack() as homes:

        def make(kind: str) -> Any:
            home = HOMES[kind](tmp_path, lambda: str(request.getfixturevalue("postgres_dsn")))
            homes.callback(home.close)
            return home

        yield make


@pytest.fixture(params=HOMES)
def store(request: pytest.FixtureRequest, make_home: Callable[[str], Any]) -> Store:
    """An empty store of each kind."""
    made: Store = make_home(request.param).fresh()
    return made


@pytest.fixture
def silence() -> Iterator[None]:
    """Nobody needs to read the warnings about thousands of simulated failures."""
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)
