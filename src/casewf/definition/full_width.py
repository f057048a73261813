"""Characters of input methods where YAML wants its plain ones: ``：`` for ``:``, a wide blank for a blank."""

from __future__ import annotations

import re

__all__ = ["FULL_WIDTH", "full_width", "full_width_near"]

FULL_WIDTH = str.maketrans(
    {
        **{chr(code + 0xFEE0): chr(code) for code in range(0x21, 0x7F)},
        **dict.fromkeys("“”", '"'),
        **dict.fromkeys("‘’", "'"),
        "、": ",",
        "。": ".",
        "【": "[",
        "】": "]",
        "\u3000": " ",
        "\u00a0": " ",
    }
)
"""Full-width forms, Chinese punctuation and blanks that are not the plain one, to what stands for them in a file."""

_IN_LABELS = re.compile(r"\"[^\"]*\"|'[^']*'|#.*")
_NAMES = {"\u3000": "here is a full-width blank", "\u00a0": "here is a no-break space"}


def full_width(text: str) -> str:
    """``'，' is a full-width character; write ','`` for the first such character of a text; empty if there is none."""
    for character in text:
        plain = character.translate(FULL_WIDTH)
        if plain != character:
            named = _NAMES.get(character, f"{character!r} is a full-width character")
            return f"{named}; write {plain!r}"
    return ""


def full_width_near(lines: list[str], line: int) -> str:
    """Advice about such a character in a line, from 1, or in the two above, outside of quotes and comments."""
    for number in range(line, max(line - 3, 0), -1):
        found = full_width(_IN_LABELS.sub("", lines[number - 1])) if number <= len(lines) else ""
        if found:
            return f"line {number}: {found}"
    return ""
