"""A picture as a page: the drawing, and the limits in a table, to be read on a screen or printed on A3."""

from __future__ import annotations

from casewf.views.diagram_model import Picture
from casewf.views.diagram_svg import legend_svg, svg_text
from casewf.views.limit_rows import limit_rows
from casewf.views.page import Inline, render_page

__all__ = ["diagram_page"]


def diagram_page(picture: Picture) -> str:
    """The page; see ``render_page`` for what it raises."""
    return render_page(
        "diagram.html",
        lang=picture.lang,
        title=picture.title,
        picture=picture,
        drawing=Inline(svg_text(picture, panels=False)),
        legend=Inline(legend_svg(picture)),
        limits=limit_rows(picture),
    )
