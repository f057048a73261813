"""How Hypothesis runs: new examples at every run here, the same ones in CI, so that a red run there can be repeated."""

from __future__ import annotations

import os

from hypothesis import settings

os.environ.pop("COLUMNS", None)  # one test process of several is told 80, a pipe is as wide as a user's

settings.register_profile("here", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") else "here")
