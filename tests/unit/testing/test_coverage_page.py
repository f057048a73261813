"""The page of story coverage: every point is marked on it once."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from casewf.definition.load import parse_document, read_document
from casewf.testing.coverage import Coverage, WorkflowCoverage
from casewf.testing.coverage_page import coverage_page
from casewf.testing.story import play
from casewf.testing.story_file import parse_story
from coverage_texts import AROUND, EVERYWHERE, HEAVY, PARCEL, URGENT


def covered(workflow: str, *stories: str) -> tuple[WorkflowCoverage, ...]:
    document = parse_document(workflow, file="parcel.yaml")
    coverage = Coverage()
    coverage.know(document)
    for text in stories:
        play(parse_story(text, workflow=document.workflow), coverage=coverage)
    return coverage.result()


@pytest.mark.parametrize(
    ("workflow", "stories"),
    [(PARCEL, (HEAVY,)), (PARCEL, (HEAVY, URGENT)), (EVERYWHERE, (AROUND,))],
    ids=["one", "two", "everywhere"],
)
def test_every_point_is_marked_once(workflow: str, stories: tuple[str, ...]) -> None:
    results = covered(workflow, *stories)
    page = coverage_page(results)
    (result,) = results
    assert page.count('<span class="mark yes">') == len(result.covered)
    assert page.count('<span class="mark no">') == len(result.points) - len(result.covered)


def test_figures_lines_and_expressions_are_on_the_page() -> None:
    page = coverage_page(covered(PARCEL, HEAVY))
    assert "All together</b>" not in page
    assert "<b>52.3%</b>" in page
    assert "parcel, version 1 · 1 story · parcel.yaml" in " ".join(page.split())
    assert '<td class="number">2/4</td><td class="number">50.0%</td>' in page
    assert "<code>urgent or weight &gt; 10</code>" in page
    assert re.search(r'<tr class="gap"><td class="line">20</td>\n<td class="name">finish → Done<span', page)
    assert "handle, target 1 (1 working day)" in page


def test_it_is_one_file_without_scripts_and_speaks_chinese() -> None:
    page = coverage_page(covered(PARCEL, HEAVY), lang="zh")
    assert not re.search(r"<script|src=|https?://", page)
    assert "只看未覆盖的" in page
    assert "handle 第2档（2个工作日）" in page
    assert "✗ 不满足" in page


def test_labels_come_first_and_the_codes_beside_them() -> None:
    text = PARCEL.replace("    initial: new", "    title: {zh: 办件, en: Desk}\n    initial: new").replace(
        "    start: {enter: main.open,",
        "    title: {zh: 办理时限, en: Time to handle}\n    start: {enter: main.open,",
    )
    chinese, english = (coverage_page(covered(text, HEAVY), lang=lang) for lang in ("zh", "en"))
    assert '>办件 <span class="quiet">main</span></h3>' in chinese
    assert '>办理时限 <span class="quiet">handle</span></h3>' in chinese
    assert '<td class="name">take → 办理<span class="quiet">take → open</span></td>' in chinese
    assert "✗ 新到 <small>new</small>" in chinese
    assert "加急为是，或重量大于“10” <code>urgent or weight &gt; 10</code>" in chinese
    assert '>Desk <span class="quiet">main</span></h3>' in english
    assert "✗ New <small>new</small>" in english


def test_no_story_has_a_page_too() -> None:
    assert "No story opened a case." in coverage_page(())


def test_a_line_of_a_base_names_its_file(tmp_path: Path) -> None:
    (tmp_path / "base.yaml").write_text(PARCEL, encoding="utf-8")
    overlay = tmp_path / "district.yaml"
    overlay.write_text(
        "casewf: 1\nid: district\nversion: 1\nextends: ./base.yaml\n"
        "slas: {handle: {start: {enter: main.open, when: weight > 6}}}\n",
        encoding="utf-8",
    )
    document = read_document(overlay)
    coverage = Coverage()
    coverage.know(document)
    play(parse_story(HEAVY, workflow=document.workflow), coverage=coverage)
    page = coverage_page(coverage.result())
    assert '<td class="line">base.yaml:18</td>' in page
    assert '<td class="line">5</td>\n<td class="name">handle: start' in page
