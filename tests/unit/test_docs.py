"""Every code block of the README files and of ``docs/`` works as printed.

* ``python``: the blocks of one page run one after the other in one namespace, in an empty directory; where they ask
  for ``DATABASE_URL``, on a PostgreSQL database of their own.
* ``yaml``: a whole file; its first key says which kind. It must load without a finding. A story is played,
  a profile simulated for twenty days;
  the workflows above it on the page stand in its directory as ``<id>.yaml``, where an overlay finds them, too. Bindings
  are read beside the directory above them on the page, under the name that they give it; terms for the workflow above
  them, or the packaged one.
* ``yaml expect=CODE``: a whole workflow file that has findings of this code and no other. The ``text`` block below it
  shows them.
* ``yaml fragment=NAME``: a piece of a workflow file. ``top`` replaces keys of the base below; the other names
  are the markers in the base at which the piece is put in, with the marker's indent. The result must load.
* ``<!-- include: FILE -->`` above a Python block gives it that file's path as ``__file__``; that the block is
  the file to the letter is for ``test_readme.py``.
* Blocks in other languages (``sh``, ``text``) are not looked at.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from casewf.definition import (
    Finding,
    load_bindings,
    load_workflow,
    parse_calendar,
    parse_directory,
    parse_workflow,
    render_findings,
)
from casewf.definition.load import parse_terms, terms_workflow
from casewf.errors import DefinitionError

ROOT = Path(__file__).parents[2]
PAGES = sorted([*ROOT.glob("README*.md"), *ROOT.glob("docs/**/*.md")])
BASE = """casewf: 1
id: base
version: 1
calendar: cn-office
roles: {operator: {zh: 接线员}, handler: {zh: 办理员}, supervisor: {zh: 督办员}}
cards: {yellow: {zh: 黄牌}, red: {zh: 红牌}}
fields:
  priority: {type: choice, of: [routine, urgent]}
  urgent: {type: boolean}
  district: {type: text}
  lead_org: {type: org}
  reply: {type: text}
  calls: {type: integer}
  pay_by: {type: date}
  # put in: fields
tracks:
  union:
    initial: received
    states:
      received: {zh: 受理}
      dispatched: {zh: 派单}
      suspended: {zh: 挂起}
      closed: {zh: 办结, category: closed}
    transitions:
      - {trigger: dispatch, from: received, to: dispatched, by: operator}
      - {trigger: contact, from: dispatched, by: handler}
      # put in: transitions
  government:
    initial: not_required
    states: {not_required: {zh: 不需, category: closed}, done: {zh: 办结, category: closed}}
    transitions: [{trigger: skip, from: not_required, to: done, by: handler}]
slas:
  base:
    start: {enter: union.dispatched}
    stop: {enter: union.closed}
    target: [{within: 1 day}]
  # put in: slas
"""


class Block(NamedTuple):
    page: Path
    line: int
    language: str
    fragment: str
    expect: str
    include: str
    text: str

    @property
    def name(self) -> str:
        return f"{self.page.relative_to(ROOT)}:{self.line}"

    @property
    def kind(self) -> str:
        """The first key, which says what kind of file it is."""
        found = re.search(r"^([\w-]+):", self.text, re.MULTILINE)
        return found[1] if found else ""

    @property
    def file(self) -> str:
        """What the file would be called: by its id."""
        found = re.search(r"^id: *(\S+)", self.text, re.MULTILINE)
        return f"{found[1]}.yaml" if found else "block.yaml"


FENCE = re.compile(
    r"(?:^<!-- include: (\S+) -->\n)?^```(\w+)(?: fragment=(\w+))?(?: expect=(\w+))?\n(.*?)^```$",
    re.MULTILINE | re.DOTALL,
)


def blocks(page: Path) -> Iterator[Block]:
    text = page.read_text(encoding="utf-8")
    for found in FENCE.finditer(text):
        include, language, fragment, expect, content = found.groups(default="")
        line = text.count("\n", 0, found.start(2)) + 1
        yield Block(page, line, language, fragment, expect, include, content)


BLOCKS = [block for page in PAGES for block in blocks(page)]
YAML = [block for block in BLOCKS if block.language == "yaml"]
PYTHON = sorted({block.page for block in BLOCKS if block.language == "python"})


def put_in(fragment: str, text: str) -> str:
    """The base with a piece in it."""
    if fragment == "top":
        keys = set(re.findall(r"^(\w+):", text, re.MULTILINE))
        kept = [
            part for part in re.split(r"^(?=\w)", BASE, flags=re.MULTILINE) if part.split(":")[0] not in keys
        ]
        return "".join(kept) + text
    indent, marker = next(re.finditer(rf"^( *)(# put in: {fragment}\n)", BASE, re.MULTILINE)).groups()
    piece = "".join(f"{indent}{line}\n" for line in text.splitlines())
    return BASE.replace(f"{indent}{marker}", piece)


@pytest.mark.parametrize("block", YAML, ids=lambda block: block.name)
def test_a_yaml_block_works(block: Block, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if block.fragment:
        parse_workflow(put_in(block.fragment, block.text), file=block.name)
    elif block.kind == "casewf-story":
        from casewf.testing.story import play
        from casewf.testing.story_file import parse_story

        write_those_above(block, tmp_path, monkeypatch)
        assert play(parse_story(block.text, file=block.name)).failures == ()
    elif block.kind == "casewf-profile":
        from casewf.simulation import Simulation, parse_profile

        write_those_above(block, tmp_path, monkeypatch)
        simulation = Simulation(parse_profile(block.text, file=block.name).for_days(20))
        simulation.run()
        assert simulation.opened > 0
        assert simulation.refused == {}
    elif block.kind == "casewf-bindings":
        named = re.search(r"^directory: (\S+)", block.text, re.MULTILINE)
        for other in blocks(block.page):
            if named is not None and other.kind == "casewf-directory" and other.line < block.line:
                (tmp_path / named[1]).write_text(other.text, encoding="utf-8")
        file = tmp_path / "bindings.yaml"
        file.write_text(block.text, encoding="utf-8")
        load_bindings(file, name=block.name)
    elif block.kind == "casewf" and not block.expect:
        write_those_above(block, tmp_path, monkeypatch)
        Path(block.file).write_text(block.text, encoding="utf-8")
        load_workflow(Path(block.file), name=block.name)
    elif block.expect:
        write_those_above(block, tmp_path, monkeypatch)
        Path(block.file).write_text(block.text, encoding="utf-8")
        with pytest.raises(DefinitionError) as caught:
            load_workflow(Path(block.file))
        assert {finding.code for finding in caught.value.findings} == {block.expect}
        assert next(other for other in blocks(block.page) if other.line > block.line).text == render_findings(
            finding for finding in caught.value.findings if isinstance(finding, Finding)
        )
    elif block.kind == "casewf-kpi":
        write_those_above(block, tmp_path, monkeypatch)
        name = terms_workflow(block.text)
        above = Path(f"{name}.yaml")
        parse_terms(block.text, load_workflow(above if above.exists() else name), file=block.name)
    else:
        readers = {"casewf-calendar": parse_calendar, "casewf-directory": parse_directory}
        readers[block.kind](block.text, file=block.name)


@pytest.mark.parametrize("page", ["how-to/change-a-workflow.md", "reference/bindings-format.md"])
def test_the_files_of_a_page_that_are_used_together_have_no_findings(
    page: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from casewf.cli.main import main

    monkeypatch.chdir(tmp_path)
    names = {"casewf-directory": "unions.yaml", "casewf-bindings": "bindings.yaml"}
    files = [block for block in blocks(ROOT / "docs" / page) if block.language == "yaml"]
    for number, block in enumerate(files):
        name = names.get(block.kind, f"{number}-{block.file}")
        Path(name).write_text(block.text, encoding="utf-8")
    bound = ["hotline-12351", "--bindings", "bindings.yaml"] if Path("bindings.yaml").exists() else []
    assert main(["lint", ".", *bound]) == 0
    assert len(files) == 2
    assert capsys.readouterr() == ("", "")


def write_those_above(block: Block, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The whole workflows above a block on its page, as files of the working directory."""
    monkeypatch.chdir(folder)
    for other in blocks(block.page):
        if other.language == "yaml" and other.kind == "casewf" and other.line < block.line:
            Path(other.file).write_text(other.text, encoding="utf-8")


@pytest.mark.parametrize("page", PYTHON, ids=lambda page: str(page.relative_to(ROOT)))
def test_the_python_blocks_of_a_page_run(
    page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    if "DATABASE_URL" in page.read_text(encoding="utf-8"):
        monkeypatch.setenv("DATABASE_URL", request.getfixturevalue("postgres_database"))
    monkeypatch.chdir(tmp_path)
    namespace: dict[str, object] = {"__name__": "__main__"}
    for block in blocks(page):
        if block.language == "python":
            namespace["__file__"] = str(ROOT / block.include if block.include else page)
            lines_above = "\n" * block.line  # so that a traceback names the line of the page
            exec(compile(lines_above + block.text, str(page), "exec"), namespace)


def test_there_are_blocks_to_test() -> None:
    assert {block.page.name for block in YAML} >= {"workflow-format.md", "calendar-format.md"}
