"""The drawing: well-formed, self-contained, and nothing over anything else."""

from __future__ import annotations

import re
from functools import cache
from itertools import combinations
from pathlib import Path
from xml.etree import ElementTree as ET

import attrs
import pytest

from casewf.core.program import compile_program
from casewf.definition.load import parse_workflow
from casewf.model.text import Label
from casewf.views.diagram_build import picture_of
from casewf.views.diagram_layout import Drawing, drawing_of
from casewf.views.diagram_model import Picture
from casewf.views.diagram_shapes import Box, Line, Shape, Symbol, Text
from casewf.views.diagram_svg import legend_svg, svg_text
from casewf.views.diagram_tracks import lanes
from hard_workflows import from_everywhere
from picture_flows import EDGE, FILES, HOSTILE, SMALL, compiled

ROOT = Path(__file__).parents[3]
SVG = "{http://www.w3.org/2000/svg}"


@cache
def picture(name: str, lang: str) -> Picture:
    source = {"small": SMALL, "hostile": HOSTILE}.get(name, str(ROOT / name) if "/" in name else name)
    return picture_of(compiled(source), lang=lang)


EVERY = pytest.mark.parametrize(
    ("name", "lang"), [(name, lang) for name in (*FILES, "small", "hostile") for lang in ("zh", "en")]
)


@cache
def drawn(name: str, lang: str) -> Drawing:
    return drawing_of(picture(name, lang))


# Geometry


def overlaps(texts: list[Text]) -> list[tuple[str, str]]:
    """Pairs of texts of which one covers a part of the other."""
    found = []
    for one, other in combinations(sorted(texts, key=lambda text: text.bounds[1]), 2):
        left, top, right, bottom = one.bounds
        its_left, its_top, its_right, its_bottom = other.bounds
        if left < its_right and its_left < right and top < its_bottom and its_top < bottom:
            found.append((one.text, other.text))
    return found


def outside(drawing: Drawing) -> list[Shape]:
    """Shapes that stick out of the sheet."""

    def sticks_out(left: float, top: float, right: float, bottom: float) -> bool:
        return left < 0 or top < 0 or right > drawing.width or bottom > drawing.height

    found: list[Shape] = []
    for shape in drawing.shapes:
        match shape:
            case Text():
                bounds = shape.bounds
            case Box(x=x, y=y, width=width, height=height):
                bounds = (x, y, x + width, y + height)
            case Symbol(x=x, y=y):
                bounds = (x - 5, y - 5, x + 5, y + 5)
            case Line(points=points):
                xs, ys = [x for x, _ in points], [y for _, y in points]
                bounds = (min(xs), min(ys), max(xs), max(ys))
        if sticks_out(*bounds):
            found.append(shape)
    return found


def texts(drawing: Drawing) -> list[Text]:
    return [shape for shape in drawing.shapes if isinstance(shape, Text)]


@EVERY
def test_no_text_covers_another(name: str, lang: str) -> None:
    assert not overlaps(texts(drawn(name, lang)))


@EVERY
def test_nothing_sticks_out_of_the_sheet(name: str, lang: str) -> None:
    shown = picture(name, lang)
    assert not outside(drawn(name, lang))
    assert not outside(drawing_of(shown, panels=False))


@EVERY
def test_every_text_of_a_card_stays_inside_it(name: str, lang: str) -> None:
    drawing = drawn(name, lang)
    cards = [
        box for box in drawing.shapes if isinstance(box, Box) and box.style.startswith(("state", "limit"))
    ]
    for words in texts(drawing):
        left, top, right, bottom = words.bounds
        for card in cards:
            if (
                card.x <= (left + right) / 2 <= card.x + card.width
                and card.y <= (top + bottom) / 2 <= card.y + card.height
            ):
                assert card.x <= left, words
                assert right <= card.x + card.width, words
                assert top >= card.y, words
                assert bottom <= card.y + card.height, words


@EVERY
def test_no_way_runs_through_a_card(name: str, lang: str) -> None:
    drawing = drawn(name, lang)
    cards = [
        box
        for box in drawing.shapes
        if isinstance(box, Box) and box.style.startswith("state") and box.width > 100
    ]
    ways = [line for line in drawing.shapes if isinstance(line, Line) and line.style.startswith("bus")]
    assert cards
    for (x, y), (to_x, to_y) in (line.points for line in ways):
        for card in cards:
            across = min(x, to_x) < card.x + card.width - 0.1 and max(x, to_x) > card.x
            assert not (across and min(y, to_y) < card.y + card.height and max(y, to_y) > card.y)


def test_the_check_finds_a_text_over_another() -> None:
    drawing = drawing_of(picture("small", "en"))
    first, *others = texts(drawing)
    assert overlaps([first, first.moved(3, 3), *others]) == [(first.text, first.text)]
    assert outside(Drawing(width=drawing.width, height=10, shapes=drawing.shapes))


def test_lines_in_one_lane_keep_apart() -> None:
    found = {bus.target: bus.lane for bus in lanes([("a", 0, 10), ("b", 25, 40), ("c", 5, 100)], apart=10)}
    assert found == {"a": 0, "b": 0, "c": 1}
    between = lanes(
        [("a", 0, 10), ("b", 50, 60), ("c", 20, 55)], apart=10
    )  # clear of the one, not of the other
    assert {bus.target: bus.lane for bus in between}["c"] == 1
    close = {bus.target: bus.lane for bus in lanes([("a", 0, 10), ("b", 15, 30)], apart=10)}
    assert close == {"a": 0, "b": 1}


def test_a_track_that_fits_below_its_neighbour_stands_there() -> None:
    bars = [
        (box.x, box.y)
        for box in drawing_of(picture("hotline-12351", "zh")).shapes
        if isinstance(box, Box) and box.style == "bar"
    ]
    union, government, oversight, performance = bars
    assert union[1] == government[1]
    assert union[0] < government[0] == oversight[0] == performance[0]
    assert government[1] < oversight[1] < performance[1]


# The document


@EVERY
def test_it_is_one_xml_document_with_title_and_description(name: str, lang: str) -> None:
    root = ET.fromstring(svg_text(picture(name, lang)))
    assert root.tag == f"{SVG}svg"
    assert root.find(f"{SVG}title") is not None
    described = root.find(f"{SVG}desc")
    assert described is not None
    assert described.text


@EVERY
def test_it_has_no_scripts_and_nothing_from_elsewhere(name: str, lang: str) -> None:
    root = ET.fromstring(svg_text(picture(name, lang)))
    tags = {element.tag.removeprefix(SVG) for element in root.iter()}
    assert tags <= {
        "svg",
        "title",
        "desc",
        "style",
        "defs",
        "pattern",
        "g",
        "rect",
        "text",
        "path",
        "circle",
        "use",
    }
    for element in root.iter():
        for key, value in element.attrib.items():
            assert not key.startswith("on")
            if key.endswith("href"):
                assert value.startswith("#")
            assert all(target.startswith("#") for target in re.findall(r"url\(([^)]*)\)", value))
    style = "".join(element.text or "" for element in root.iter(f"{SVG}style"))
    assert "@import" not in style
    assert "url(" not in style


def test_every_sign_that_is_used_is_defined() -> None:
    text = svg_text(picture("hotline-12351", "en"), prefix="p")
    used = set(re.findall(r'(?:href="#|url\(#)([\w-]+)', text))
    assert used <= set(re.findall(r'id="([\w-]+)"', text))
    assert all(name.startswith("p-") for name in used)


def test_labels_are_escaped_and_shown_in_full() -> None:
    root = ET.fromstring(svg_text(picture("hostile", "en")))
    assert root.findtext(f"{SVG}title") == '<script>"Permit"</script> -->'
    shown = "".join("".join(element.itertext()) for element in root.iter(f"{SVG}text"))
    assert EDGE in shown.replace("\n", "")
    assert 'Clerk" ] [*] --> {x} #35; \\l' in shown


def test_what_xml_cannot_hold_is_marked() -> None:
    broken = attrs.evolve(parse_workflow(SMALL), title=Label("坏\x00了", "b\x07d\ufffe"))
    text = svg_text(picture_of(compile_program(broken, {}, pinned=True)))
    assert ET.fromstring(text).findtext(f"{SVG}title") == "b�d�"


def test_the_languages_differ_in_every_word_that_is_ours() -> None:
    zh, en = (svg_text(picture("small", lang)) for lang in ("zh", "en"))
    assert re.search("[a-z]{4}", "".join(re.findall(r"<text[^>]*>([^<]*)", en)))
    ours = re.sub("permit|call-the-boss", "", "".join(re.findall(r"<text[^>]*>([^<]*)", zh)))
    assert not re.search("[a-z]{3}", ours)
    assert not re.search("[一-鿿]", "".join(re.findall(r"<text[^>]*>([^<]*)", en)))


def test_marks_and_spans_say_what_they_are_on_hovering() -> None:
    text = svg_text(picture("small", "en"))
    for words in (
        "1 Decide starts",
        "1 Decide stops",
        "1 Decide calls off",
        "1 Decide: runs",
        "1 Decide: stands",
    ):
        assert f"<title>{words}</title>" in text


def test_the_legend_explains_the_signs_that_are_used_and_no_others() -> None:
    legend = legend_svg(picture("small", "en"))
    assert "double frame" in legend
    assert "lets it go on" not in legend  # nothing in it is reopened
    assert "lets it go on" in legend_svg(picture("hotline-12351", "en"))
    without = compile_program(parse_workflow(SMALL[: SMALL.index("slas:")]), {}, pinned=True)
    assert "a limit runs" in legend
    assert "a limit runs" not in legend_svg(picture_of(without))


def test_a_long_track_is_drawn_too() -> None:
    states = "".join(f"      s{number}: {{en: State {number}}}\n" for number in range(200))
    rows = "".join(
        f"      - {{trigger: t{number}, from: s{number}, to: s{(number * 7 + 1) % 200}, by: clerk}}\n"
        for number in range(200)
    )
    head = "casewf: 1\nid: long\nversion: 1\ncalendar: c\nroles: {clerk: {en: Clerk}}\n"
    head += "tracks:\n  main:\n    initial: s0\n"
    text = f"{head}    states:\n{states}    transitions:\n{rows}"
    drawing = drawing_of(picture_of(compile_program(parse_workflow(text), {}, pinned=True)))
    assert not outside(drawing)
    assert (
        len([shape for shape in drawing.shapes if isinstance(shape, Line) and shape.arrow]) == 200 + 1
    )  # the legend


def test_a_card_names_a_dozen_of_the_states_that_it_shares_rows_with() -> None:
    few, many = (
        svg_text(picture_of(compile_program(parse_workflow(from_everywhere(states, 20)), {}, pinned=True)))
        for states in (14, 40)
    )
    assert "more, below" not in few
    assert "and 26 more, below" in many
