"""Where a definition file lies, so that it can name others: layers and feeds of a calendar, the base of an overlay."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Self

import attrs

from casewf.definition.files import NotReadable, decode, is_id, packaged, read_bytes, read_packaged

__all__ = ["Origin"]


@attrs.frozen(slots=True)
class Origin:
    """Where a file lies.

    Attributes:
        folder: the folder that paths in it start from; None for a text, which lies nowhere.
        shown: that folder as findings show it.
        chain: the file itself and those that stand on it, as absolute paths or packaged ids.
    """

    folder: Path | None = None
    shown: str = ""
    chain: tuple[str, ...] = ()

    @classmethod
    def of_file(cls, path: Path, file: str) -> Self:
        """The origin of the file at ``path``, which findings call ``file``."""
        return cls(path.parent, os.path.dirname(file), (_key(path),))

    def content_of(self, name: str) -> tuple[bytes, str]:
        """The content of a file that this one names, and what findings call it.

        Raises:
            NotReadable: it cannot be read.
        """
        if self.folder is None:
            raise NotReadable("this text lies in no folder in which it could be")
        return read_bytes(self.folder / name, regular=True), self._shown(name)

    def text_of(self, name: str, kind: str) -> tuple[str, str]:
        """The text of a packaged file or of one that this one names, and what findings call it.

        Args:
            name: a packaged id, or a path that starts at this file's folder.
            kind: what is packaged, ``workflows`` or ``calendars``.

        Raises:
            NotReadable: it cannot be read.
            DefinitionError: it is no text.
        """
        if not is_id(name):
            content, file = self.content_of(name)
            return decode(content, file), file
        if name not in packaged(kind):
            raise NotReadable(f"it is not among the packaged {kind}")
        return read_packaged(kind, name)

    def above(self, name: str) -> Self:
        """The origin of a file that this one names."""
        if self.folder is None or is_id(name):
            return attrs.evolve(self, folder=None, chain=(*self.chain, name))
        path = self.folder / name
        shown = os.path.dirname(self._shown(name))
        return attrs.evolve(self, folder=path.parent, shown=shown, chain=(*self.chain, _key(path)))

    def circle(self, name: str) -> str:
        """The way back to a file that stands on this one, ``a.yaml → b.yaml → a.yaml``; empty if it is none."""
        above = self.above(name).chain
        if above[-1] not in self.chain:
            return ""
        return " → ".join(os.path.basename(one) for one in above[above.index(above[-1]) :])

    def _shown(self, name: str) -> str:
        return os.path.normpath(os.path.join(self.shown, name))


def _key(path: Path) -> str:
    """One name for a file, however it is reached; a link that leads in a circle ends at the depth."""
    return os.path.abspath(path)
