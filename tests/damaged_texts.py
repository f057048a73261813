"""The packaged files, damaged: a few lines or tokens deleted, replaced or swapped."""

from __future__ import annotations

import re
from importlib.resources import files

from hypothesis import strategies as st

HOTLINE = files("casewf").joinpath("workflows/hotline-12351.yaml").read_text(encoding="utf-8")
OFFICE = files("casewf").joinpath("calendars/cn-office.yaml").read_text(encoding="utf-8")
TOKEN = re.compile(r"\w+|\s+|[^\w\s]")
WORDS = sorted(
    set(TOKEN.findall(HOTLINE)) | {"\t", "\0", "&a", "*a", "!!x", "---", "null", "~", "", "9" * 5000, "欠"}
)


@st.composite
def damaged(draw: st.DrawFn, source: str) -> str:
    """The source with a few lines or tokens deleted, replaced or swapped."""
    by_line = draw(st.booleans())
    parts = source.split("\n") if by_line else TOKEN.findall(source)
    for _ in range(draw(st.integers(1, 4))):
        at, other = draw(st.integers(0, len(parts) - 1)), draw(st.integers(0, len(parts) - 1))
        match draw(st.sampled_from(("delete", "replace", "swap", "cut"))):
            case "delete":
                del parts[at]
            case "replace":
                parts[at] = draw(st.sampled_from(WORDS))
            case "swap":
                parts[at], parts[other] = parts[other], parts[at]
            case _:
                del parts[at : at + draw(st.integers(1, 200))]
        parts = parts or [""]
    return ("\n" if by_line else "").join(parts)
