"""The Mermaid and DOT texts: golden ones of a small workflow, and labels that mean something to these languages.

A picture that is meant to change is written anew by running the tests with ``CASEWF_UPDATE_GOLDEN=1``; read the
difference before committing it.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from casewf.views.diagram_build import picture_of
from casewf.views.diagram_dot import dot_text
from casewf.views.diagram_mermaid import mermaid_text
from casewf.views.diagram_model import Picture
from casewf.views.diagram_svg import svg_text
from picture_flows import FILES, HOSTILE, SMALL, compiled

ROOT = Path(__file__).parents[3]
GOLDEN = Path(__file__).parents[2] / "golden" / "pictures"
FORMATS: dict[str, Callable[[Picture], str]] = {"mmd": mermaid_text, "dot": dot_text}


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("kind", FORMATS)
def test_the_text_of_a_small_workflow(kind: str, lang: str) -> None:
    text = FORMATS[kind](picture_of(compiled(SMALL), lang=lang))
    golden = GOLDEN / f"permit.{lang}.{kind}"
    if os.environ.get("CASEWF_UPDATE_GOLDEN"):
        golden.write_text(text, encoding="utf-8")
    assert text == golden.read_text(encoding="utf-8")


# Mermaid: every line is one of the statements that we write

NAME = r"[a-z]\w*__\w*|\[\*\]"
WORD = r"(?:[^#;:{}\[\]<>\"%]|\#\d+;)*"
STATEMENT = re.compile(
    rf"""---|title:\ "(?:[^"\\]|\\.)*"|stateDiagram-v2|\s*direction\ (?:TB|LR)|\s*}}
    |\s*state\ "{WORD}"\ as\ (?:{NAME})(?:\ {{)?
    |\s*(?:{NAME})\ -->\ (?:{NAME})(?:\ :\ (?:{WORD}|<br/>)*)?
    |\s*(?:{NAME})\ :\ {WORD}
    |\s*class\ (?:{NAME})\ (?:closed|listed|limit)
    |\s*classDef\ \w+\ [\w:#,. -]+""",
    re.VERBOSE,
)


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("name", [*FILES, "hostile"])
def test_every_line_of_mermaid_is_a_statement(name: str, lang: str) -> None:
    source = HOSTILE if name == "hostile" else str(ROOT / name) if "/" in name else name
    lines = mermaid_text(picture_of(compiled(source), lang=lang)).splitlines()
    assert [line for line in lines if not STATEMENT.fullmatch(line)] == []
    assert sum(line.endswith("{") for line in lines) == sum(line.strip() == "}" for line in lines)


def test_every_mermaid_name_is_declared_once() -> None:
    text = mermaid_text(picture_of(compiled("hotline-12351")))
    declared = re.findall(r'state ".*" as (\w+)', text)
    assert len(declared) == len(set(declared))
    used = set(re.findall(r"^ +(\w+__\w+) (?:-->|:)", text, re.M)) | set(re.findall(r"--> (\w+__\w+)", text))
    assert used <= set(declared)


# DOT: brackets and quotes are in order, once texts are taken out


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("name", [*FILES, "hostile"])
def test_the_brackets_of_dot_are_in_order(name: str, lang: str) -> None:
    source = HOSTILE if name == "hostile" else str(ROOT / name) if "/" in name else name
    text = dot_text(picture_of(compiled(source), lang=lang))
    bare = re.sub(r'"(?:[^"\\]|\\.)*"', "_", re.sub(r"<<table.*?</table>>(?=\])", "_", text))
    assert '"' not in bare
    assert not re.search("[<>]", bare.replace("->", ""))
    depth = 0
    for bracket in re.findall(r"[{}\[\]]", bare):
        depth += 1 if bracket in "{[" else -1
        assert depth >= 0
    assert depth == 0


def test_the_tables_of_dot_are_well_formed() -> None:
    from xml.etree import ElementTree as ET

    text = dot_text(picture_of(compiled(HOSTILE)))
    tables = re.findall(r"<(<table.*?</table>)>(?=\])", text)
    assert tables
    for table in tables:
        assert ET.fromstring(table).tag == "table"


UNSEEN = SMALL.replace(
    "zh: 许可, en: Permit", 'zh: "许\\a可\\u202E", en: "Per\\amit\\u202E <i>&</i>"'
).replace("zh: 已审查, en: Checked", 'zh: "已审\\u0001查", en: "Check\\u0001\\u2067ed"')


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("written", [mermaid_text, dot_text, svg_text], ids=["mermaid", "dot", "svg"])
def test_what_no_reader_takes_and_what_cannot_be_seen_is_marked(
    written: Callable[[Picture], str], lang: str
) -> None:
    """Control characters end the reading of YAML and XML; an override turns around the words that follow."""
    assert UNSEEN.count("\\u202E") == 2
    text = written(picture_of(compiled(UNSEEN), lang=lang))
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", text)
    assert "�" in text or "#65533;" in text


def test_the_title_of_mermaid_can_stand_in_a_page() -> None:
    """Mermaid's text is mostly put between two tags of HTML; its title is YAML, in which entities mean nothing."""
    title = mermaid_text(picture_of(compiled(UNSEEN), lang="en")).splitlines()[1]
    assert not set("<>&") & set(title)
    (_, read), *_ = yaml.safe_load(title).items()
    assert read == "Per�mit� <i>&</i>"
