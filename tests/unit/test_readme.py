"""The READMEs show what the repository holds: their blocks are the example files, their output is what they print."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
READMES = ("README.md", "README.zh-CN.md")
_MARKED = re.compile(r"<!-- (include|output): (\S+) -->\n```\w+\n(.*?)```", re.DOTALL)


@pytest.mark.parametrize("name", READMES)
def test_a_readme_is_under_200_lines(name: str) -> None:
    assert len((ROOT / name).read_text(encoding="utf-8").splitlines()) < 200


@pytest.mark.parametrize("name", READMES)
def test_a_readme_shows_the_examples_and_their_output_as_they_are(name: str, tmp_path: Path) -> None:
    marked = _MARKED.findall((ROOT / name).read_text(encoding="utf-8"))
    assert {(kind, path) for kind, path, _ in marked} == {
        ("include", "examples/complaint.yaml"),
        ("include", "examples/embed.py"),
        ("output", "examples/embed.py"),
    }
    for kind, path, shown in marked:
        if kind == "include":
            assert shown == (ROOT / path).read_text(encoding="utf-8")
        else:
            assert shown == _output(ROOT / path, tmp_path)


@pytest.mark.parametrize("name", READMES)
def test_every_link_of_a_readme_leads_to_a_file(name: str) -> None:
    links = re.findall(r"\]\(([^)#]+)", (ROOT / name).read_text(encoding="utf-8"))
    assert links
    assert not [link for link in links if "://" not in link and not (ROOT / link).exists()]


def test_both_readmes_have_the_same_sections_and_commands() -> None:
    texts = [(ROOT / name).read_text(encoding="utf-8") for name in READMES]
    assert len({text.count("\n## ") for text in texts}) == 1
    assert len({tuple(re.findall(r"```sh\n(.*?)```", text, re.DOTALL)) for text in texts}) == 1
    links = [sorted(set(re.findall(r"\]\(((?:docs|examples|src)/[^)]+)", text))) for text in texts]
    assert links[0] == links[1]


def _output(script: Path, folder: Path) -> str:
    done = subprocess.run(
        [sys.executable, "-X", "utf8", str(script)], cwd=folder, capture_output=True, text=True, check=True, timeout=60,
        encoding="utf-8",
    )  # fmt: skip
    return done.stdout
