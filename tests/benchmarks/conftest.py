"""Benchmarks run only when they are named: ``pytest tests/benchmarks`` or one of the files in it."""

from __future__ import annotations

from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Leave this folder out of a run whose command line names neither it nor anything in it."""
    if HERE not in collection_path.parents:
        return None
    named = [
        (config.invocation_params.dir / str(argument).split("::")[0]).resolve() for argument in config.args
    ]
    return None if any(path == HERE or HERE in path.parents for path in named) else True
