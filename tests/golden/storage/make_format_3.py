"""How ``format-3.db`` was made: ``python tests/golden/storage/make_format_3.py`` writes it anew beside this file.

It was made once, by the first version that wrote storage format 3, and is not made again: every later version must
open it as it is. Beside what ``make_format_2.py`` writes it holds what format 3 knows more of: a case that a sweep
has claimed and an effect that a deliverer has claimed, both of whom never came back.
"""

from __future__ import annotations

import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parents[2] / "src"), str(HERE)]

from make_format_1 import build  # noqa: E402
from make_format_2 import visits, write  # noqa: E402

from casewf.adapters.sqlite import SqliteStore  # noqa: E402
from casewf.testing.clock import at, instant_of  # noqa: E402

CLAIMED = instant_of(at("2026-03-25 09:00"))
UNTIL = instant_of(at("2026-03-25 09:05"))


def claims(store: SqliteStore) -> None:
    """V-2 is claimed by a sweep, and the oldest effect that waits by a deliverer."""
    store.claim_due(CLAIMED, UNTIL, 1)
    store.claim(CLAIMED, UNTIL, "somebody-who-died", 1)


if __name__ == "__main__":
    write("format-3", build, visits, claims)
