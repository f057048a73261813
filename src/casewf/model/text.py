"""Words for people, in the two languages casewf speaks."""

from __future__ import annotations

import attrs


@attrs.frozen(slots=True)
class Label:
    """A label in Chinese and English; a missing language falls back to the other one."""

    zh: str = ""
    en: str = ""

    def text(self, lang: str = "en") -> str:
        """The label in ``lang``, or in the other language where this one was not given."""
        return (self.zh or self.en) if lang == "zh" else (self.en or self.zh)
