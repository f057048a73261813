"""Amounts of working time for laws over ``casewf.testing.strategies.calendars``, and how often a law is tried."""

from __future__ import annotations

from hypothesis import settings
from hypothesis import strategies as st

HOUR_US = 3_600_000_000

LAW = settings(max_examples=70, deadline=None)  # some examples lay out decades, and the oracle walks

works = st.one_of(
    st.integers(0, 60 * HOUR_US),
    st.integers(0, 6_000).map(lambda minutes: minutes * 60_000_000),
)
