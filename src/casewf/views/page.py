"""Pages for a browser: one self-contained HTML text from a template and what it shows.

Templates lie in ``casewf/templates`` and extend ``base.html``, which has the looks that all pages share. Every value is
escaped, and what cannot be seen is marked; markup of our own is handed over as ``Inline``, by who built it from escaped
parts.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import TYPE_CHECKING

from casewf.views.text import visible
from casewf.worktime.extras import extra

if TYPE_CHECKING:
    import jinja2

__all__ = ["Inline", "render_page"]


class Inline:
    """Markup that goes into a page as it is, such as a drawing."""

    def __init__(self, text: str) -> None:
        self._text = text

    def __html__(self) -> str:
        return self._text


def render_page(template: str, *, lang: str, title: str, **values: object) -> str:
    """The page.

    Args:
        template: the file's name below ``casewf/templates``.
        lang: ``zh`` or ``en``, the language of the page.
        title: what the browser's tab says.
        values: what the template shows.

    Raises:
        MissingExtra: Jinja2 is not installed; the text names the extra ``html``.
    """
    page = _templates().get_template(template)
    return page.render(lang=lang, title=title, say=_chooser(lang), **values)


def _chooser(lang: str) -> Callable[[str, str], str]:
    """``say("中文", "English")`` in a template gives the one that the page is in."""
    return lambda zh, en: zh if lang == "zh" else en


@functools.cache
def _templates() -> jinja2.Environment:
    with extra("html", "jinja2"):
        import jinja2  # noqa: PLC0415  # an extra
    return jinja2.Environment(
        loader=jinja2.PackageLoader("casewf"),
        autoescape=True,
        finalize=lambda value: visible(value) if type(value) is str else value,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
