"""Time zones by their IANA names, from the standard library's ``zoneinfo``."""

from __future__ import annotations

import difflib
import zoneinfo

from casewf.errors import WorkingTimeError

_CHINA = frozenset({"beijing", "peking", "chongqing", "chungking", "prc", "china"})
"""What is written for the time of China, whose zone is named after Shanghai."""


def load_zone(key: object) -> zoneinfo.ZoneInfo:
    """The time zone with this IANA name.

    Raises:
        WorkingTimeError: no such zone; the text offers the nearest name.
    """
    try:
        return zoneinfo.ZoneInfo(key)  # type: ignore[arg-type]  # what is no text is refused below
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, TypeError, OSError):
        if str(key).rpartition("/")[2].lower() in _CHINA:
            near = ["Asia/Shanghai"]
        else:
            near = difflib.get_close_matches(str(key), sorted(zoneinfo.available_timezones()), n=1)
        hint = f"; did you mean {near[0]!r}?" if near else ""
        raise WorkingTimeError(f"zone: {key!r} is no IANA time zone such as 'Asia/Shanghai'{hint}") from None
