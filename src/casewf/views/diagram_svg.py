"""A picture as one self-contained SVG: no scripts, no fonts or files from elsewhere, every text escaped."""

from __future__ import annotations

from collections.abc import Iterator
from xml.sax.saxutils import escape

from casewf.views.diagram_layout import Drawing, drawing_of
from casewf.views.diagram_limits import legend_block
from casewf.views.diagram_model import Picture
from casewf.views.diagram_shapes import Box, Line, Shape, Symbol, Text
from casewf.views.text import visible

__all__ = ["legend_svg", "svg_text"]

_FONTS = {
    "zh": "'Noto Sans CJK SC', 'Source Han Sans SC', 'PingFang SC', 'Microsoft YaHei', sans-serif",
    "en": "Arial, 'Liberation Sans', Helvetica, 'Noto Sans CJK SC', 'Source Han Sans SC', sans-serif",
}
_STYLE = """
.casewf text { font-family: FONTS; fill: #1d2733; }
.casewf .bold { font-weight: 700; } .casewf .quiet, .casewf .who { fill: #5d6b7a; }
.casewf .exit { fill: #12457a; } .casewf .condition { fill: #6b4a00; } .casewf .across { fill: #3a3f6b; }
.casewf .bar-text, .casewf .card-text { fill: #ffffff; }
.casewf .page { fill: #ffffff; } .casewf .track { fill: #fbfcfd; stroke: #c5cfd9; }
.casewf .state { fill: #ffffff; stroke: #4a5b6d; stroke-width: 1.2; }
.casewf .closed { fill: #e6ebf0; } .casewf .inner { fill: none; stroke: #4a5b6d; }
.casewf .shared { fill: #fffaf0; stroke: #9c7a1f; stroke-dasharray: 5 3; }
.casewf .pill { fill: #ffffff; stroke: #4a5b6d; stroke-width: .8; } .casewf .by-itself { stroke-dasharray: 4 2.5; }
.casewf .pill-text { fill: #33414f; }
.casewf .lane { stroke: #dde4eb; } .casewf .hair { stroke: #b4c0cc; stroke-width: .7; stroke-dasharray: 1.5 2; }
.casewf .bus { stroke-width: 1.4; fill: none; }
.casewf .rail { stroke: #4a5b6d; } .casewf .late { stroke-dasharray: 3 2; }
.casewf .span { fill: #7fa9da; stroke: #2f6db3; stroke-width: .8; }
.casewf .span.advisory { fill: #b9c3ce; stroke: #75828f; } .casewf .span.statutory { fill: #b693cf; stroke: #6d3a91; }
.casewf .number { fill: #ffffff; stroke: #33414f; stroke-width: .9; }
.casewf .limit { fill: #ffffff; stroke: #2f6db3; } .casewf .limit.advisory { stroke: #98a4b0; }
.casewf .limit.statutory { stroke: #6d3a91; } .casewf .legend { fill: #f7f9fb; stroke: #98a4b0; }
"""
_SYMBOLS = {
    "initial": '<circle r="4.6" fill="#1d2733"/>',
    "joint": '<circle r="2.4"/>',
    "across": '<path d="M-4.5 0L0 -4.5L4.5 0L0 4.5Z"/>',
    "start": '<path d="M-4.5 -5L5 0L-4.5 5Z" fill="#1b7f3b" stroke="#ffffff" stroke-width=".8"/>',
    "stop": '<rect x="-4.2" y="-4.2" width="8.4" height="8.4" fill="#1d2733" stroke="#ffffff" stroke-width=".8"/>',
    "cancel": '<circle r="5.2" fill="#ffffff"/>'
    '<path d="M-3.6 -3.6L3.6 3.6M-3.6 3.6L3.6 -3.6" stroke="#8a1f17" stroke-width="1.8"/>',
    "reopen": '<path d="M-4.5 -5L5 0L-4.5 5Z" fill="#ffffff" stroke="#1b7f3b" stroke-width="1.6"/>',
    "rung-early": '<circle r="3.6" fill="#ffffff" stroke="#33414f" stroke-width="1.5"/>',
    "rung-due": '<path d="M-5 0L0 -5L5 0L0 5Z" fill="#33414f"/>',
    "rung-late": '<path d="M-4.4 3.6L0 -4.4L4.4 3.6Z" fill="#8a1f17"/>',
}
_HEAD = 7.0
_LEGEND_WIDTH = 340.0


def svg_text(picture: Picture, *, panels: bool = True, prefix: str = "casewf") -> str:
    """The text of an SVG document with title and description.

    Args:
        picture: what to draw.
        panels: whether with heading, limits and legend; a page may have these apart.
        prefix: what the ids in it begin with; the pictures of one page need different ones.
    """
    tracks = picture.say("、", ", ").join(track.title for track in picture.tracks)
    states = sum(len(track.states) for track in picture.tracks)
    described = picture.say(
        f"{picture.source}。轨道：{tracks}；{states}个状态，{len(picture.limits)}个时限。",
        f"{picture.source}. Tracks: {tracks}; {states} states, {len(picture.limits)} limits.",
    )
    return _document(picture, drawing_of(picture, panels=panels), picture.title, described, prefix)


def legend_svg(picture: Picture, *, prefix: str = "casewf-legend") -> str:
    """What the signs of a picture mean, as a document of its own."""
    block = legend_block(picture, _LEGEND_WIDTH)
    drawing = Drawing(width=block.width, height=block.height, shapes=block.shapes)
    title = picture.say("图例", "Legend")
    return _document(picture, drawing, title, picture.say("图中符号的意思。", "What the signs mean."), prefix)


def _document(picture: Picture, drawing: Drawing, title: str, described: str, prefix: str) -> str:
    wide, high = _number(drawing.width), _number(drawing.height)
    lang = "zh-CN" if picture.lang == "zh" else "en"
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="casewf" role="img" lang="{lang}" xml:lang="{lang}"'
        f' width="{wide}" height="{high}" viewBox="0 0 {wide} {high}">'
    )
    lines = [
        head,
        f"<title>{_words(title)}</title>",
        f"<desc>{_words(described)}</desc>",
        f"<style>{_STYLE.replace('FONTS', _FONTS[picture.lang])}</style>",
        f"<defs>{''.join(_definitions(prefix))}</defs>",
        f'<rect class="page" width="{wide}" height="{high}"/>',
        *(_shape(shape, prefix) for shape in drawing.shapes),
        "</svg>",
    ]
    return "".join(f"{line}\n" for line in lines)


def _definitions(prefix: str) -> Iterator[str]:
    yield (
        f'<pattern id="{prefix}-stands" width="5" height="5" patternUnits="userSpaceOnUse"'
        ' patternTransform="rotate(45)">'
        '<rect width="5" height="5" fill="#ffffff"/><rect width="2.2" height="5" fill="#5f7f9f"/></pattern>'
    )
    for kind, drawn in _SYMBOLS.items():
        yield f'<g id="{prefix}-{kind}">{drawn}</g>'


def _shape(shape: Shape, prefix: str) -> str:
    match shape:
        case Box():
            return _element("rect", _box(shape, prefix), shape.title)
        case Text():
            return _text(shape)
        case Line():
            return _line(shape)
        case Symbol():
            fill = f' fill="{shape.colour}"' if shape.colour else ""
            place = f'href="#{prefix}-{shape.kind}" x="{_number(shape.x)}" y="{_number(shape.y)}"{fill}'
            return _element("use", place, shape.title)


def _box(box: Box, prefix: str) -> str:
    colour = f"url(#{prefix}-stands)" if "stands" in box.style.split() else box.fill
    fill = f' style="fill:{colour}"' if colour else ""
    radius = f' rx="{_number(box.radius)}"' if box.radius else ""
    place = " ".join(
        f'{name}="{_number(value)}"'
        for name, value in (("x", box.x), ("y", box.y), ("width", box.width), ("height", box.height))
    )
    return f'class="{box.style}" {place}{radius}{fill}'


def _text(words: Text) -> str:
    x, y = _number(words.x), _number(words.y)
    parts = [f'x="{x}" y="{y}" font-size="{_number(words.size)}"']
    if words.style:
        parts.append(f'class="{words.style}"')
    if words.anchor != "start":
        parts.append(f'text-anchor="{words.anchor}"')
    if words.turned:
        parts.append(f'transform="rotate(-90 {x} {y})"')
    return _element("text", " ".join(parts), words.title, _words(words.text))


def _line(line: Line) -> str:
    points = list(line.points)
    head = ""
    stroke = f' stroke="{line.colour}"' if line.colour else ""
    if line.arrow:
        (x0, y0), (x1, y1) = points[-2:]
        length = max(((x1 - x0) ** 2 + (y1 - y0) ** 2) ** 0.5, 0.001)
        ux, uy = (x1 - x0) / length, (y1 - y0) / length
        bx, by = x1 - ux * _HEAD, y1 - uy * _HEAD
        points[-1] = (bx, by)
        corners = ((x1, y1), (bx - uy * 4, by + ux * 4), (bx + uy * 4, by - ux * 4))
        head = f'<path d="{_path(corners)}Z" fill="{line.colour}"/>'
    drawn = _element("path", f'class="{line.style}" d="{_path(points)}"{stroke}', line.title)
    return drawn + head


def _path(points: list[tuple[float, float]] | tuple[tuple[float, float], ...]) -> str:
    return "M" + "L".join(f"{_number(x)} {_number(y)}" for x, y in points)


def _element(name: str, attributes: str, title: str, content: str = "") -> str:
    """An element; a title is what browsers show on hovering."""
    inside = (f"<title>{_words(title)}</title>" if title else "") + content
    return f"<{name} {attributes}>{inside}</{name}>" if inside else f"<{name} {attributes}/>"


def _words(words: str) -> str:
    """A text as XML shows it: escaped, without what XML does not allow."""
    return escape(visible(words))


def _number(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")
