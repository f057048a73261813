"""The shape of the code base, checked: sizes, ports, the public surface, no waiting in tests."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

import casewf

ROOT = Path(__file__).resolve().parents[2]
SOURCES = sorted((ROOT / "src").rglob("*.py"))
TESTS = sorted((ROOT / "tests").rglob("*.py"))


def test_no_source_file_has_more_than_350_lines() -> None:
    long = {str(path.relative_to(ROOT)): count for path in SOURCES if (count := _lines(path)) > 350}
    assert not long


def test_no_function_has_more_than_60_lines() -> None:
    long = {
        f"{path.relative_to(ROOT)}:{node.name}": length
        for path in SOURCES
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (length := (node.end_lineno or 0) - node.lineno + 1) > 60
    }
    assert not long


def test_no_port_has_more_than_five_methods() -> None:
    wide = {
        f"{path.name}:{node.name}": methods
        for path in (ROOT / "src/casewf/ports").glob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ClassDef)
        and len(methods := [item.name for item in node.body if isinstance(item, ast.FunctionDef)]) > 5
    }
    assert not wide


@pytest.mark.parametrize("other", ["泳道", "流程线", "(?<![警示黄红蓝橙品])牌"])
def test_tracks_and_cards_have_one_chinese_name_in_all_that_people_read(other: str) -> None:
    pages = [*(ROOT / "docs").rglob("*.md"), ROOT / "README.md", ROOT / "README.zh-CN.md"]
    templates = (ROOT / "src").rglob("*.html")
    found = {
        str(path.relative_to(ROOT)): words
        for path in [*SOURCES, *pages, *templates]
        if (words := re.findall(f".{{0,9}}(?:{other})", path.read_text(encoding="utf-8")))
    }
    assert not found


def test_the_public_names_are_sorted_and_all_there() -> None:
    assert list(casewf.__all__) == sorted(casewf.__all__)
    for name in casewf.__all__:
        assert getattr(casewf, name) is not None


def test_an_unknown_public_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'Nothing'"):
        casewf.Nothing  # noqa: B018


def test_importing_casewf_changes_nothing_in_the_process() -> None:
    code = (
        "import logging, warnings, sys\n"
        "before = (list(warnings.filters), list(logging.root.handlers), sys.excepthook)\n"
        "import casewf\n"
        "assert before == (list(warnings.filters), list(logging.root.handlers), sys.excepthook)\n"
        "assert 'transitions' not in sys.modules and 'pendulum' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=30)


def test_no_test_sleeps_or_patches_a_clock() -> None:
    waiting = {
        str(path.relative_to(ROOT)): node.lineno
        for path in TESTS
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute) and node.attr in ("sleep", "travel_to", "freeze_time")
    }
    assert not waiting


def test_the_top_level_holds_nothing_else() -> None:
    listed = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False, timeout=30
    ).stdout.split()
    allowed = {
        "src", "examples", "docs", "tests", "pyproject.toml", "CHANGELOG.md", "README.md", "README.zh-CN.md", "LICENSE",
        ".ci", ".gitignore",
    }  # fmt: skip
    assert {name.split("/", 1)[0] for name in listed} <= allowed


def _lines(path: Path) -> int:
    return len(path.read_text(encoding="utf-8").splitlines())
