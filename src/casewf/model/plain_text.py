"""Texts that can be stored: whole characters only, and nothing but text."""

from __future__ import annotations


def is_whole(text: str) -> bool:
    """Whether a text has only whole characters; half of a surrogate pair has no UTF-8, so it cannot be stored."""
    if text.isascii():
        return True
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def as_plain(text: str) -> str:
    """The text itself where a member of an enumeration, or another kind of ``str``, stands for it."""
    return text if type(text) is str else str.__str__(text)


def stored_text(value: object, what: str) -> str:
    """The text as it can be stored.

    Raises:
        TypeError: no text. ValueError: it holds half a character.
    """
    if not isinstance(value, str):
        raise TypeError(f"{what} must be text, got {type(value).__name__}")
    if not is_whole(value):
        raise ValueError(
            f"{what} holds half a character (a lone surrogate), which cannot be stored; give whole text"
        )
    return as_plain(value)


def failure_text(failure: BaseException) -> str:
    """What an exception of anybody's code says, as it can be stored; nothing if it cannot even be printed."""
    try:
        return str(failure).encode("utf-8", "backslashreplace").decode()
    except Exception:  # noqa: BLE001  # its __str__ is anybody's code, too
        return ""


def printable(text: str) -> str:
    """The text with blanks for tabs and a mark for what a terminal would act on."""
    return "".join(each if each.isprintable() else " " if each in "\t\u3000\xa0" else "�" for each in text)
