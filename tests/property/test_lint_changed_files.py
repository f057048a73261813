"""However a packaged workflow is changed, the linter raises nothing, and says what it says inside the file (X3)."""

from __future__ import annotations

import re
from importlib.resources import files

from hypothesis import event, given, settings
from hypothesis import strategies as st

from casewf.analysis.lint import lint
from casewf.definition.bindings_file import parse_bindings
from casewf.definition.load import load_calendar, packaged_workflows, parse_document
from casewf.errors import DefinitionError
from damaged_texts import HOTLINE, damaged

CALENDARS = {"cn-office": load_calendar("cn-office")}
BINDINGS = parse_bindings(
    "casewf-bindings: 1\nworkflows: [hotline-12351]\nroles: [handler]\nhooks: []\nconnectors: [gov]\ncalendars: []\n"
)
TEXTS = tuple(
    files("casewf").joinpath(f"workflows/{name}.yaml").read_text("utf-8") for name in packaged_workflows()
)
NAME = re.compile(r"(?<=[\s\[{,.'])[a-z][a-z_]+(?=[\s\]},:.'])")
SPAN = re.compile(
    r"(?<=[{,]) *(?:when|by|needs|asks|accepts|set|assign|not_by|not_by_org|fire|comment|card): [^,{}\[\]\n]+,"
)


def looks(text: str) -> None:
    """Read and lint, with and without bindings; every finding stands inside the file."""
    try:
        document = parse_document(text, file="changed.yaml")
    except DefinitionError:
        event("refused")
        return
    event("linted")
    lines = text.splitlines()
    for bindings in (None, BINDINGS):
        found = lint(document, CALENDARS, bindings)
        told = [(one.code, one.place, one.message) for one in found]
        assert len(set(told)) == len(told), "nothing is told twice"
        for one in found:
            assert one.message
            if one.place.file == "changed.yaml":
                assert one.place.snippet == lines[one.place.line - 1]


@settings(max_examples=30, deadline=None)
@given(text=damaged(HOTLINE))
def test_a_damaged_workflow_is_refused_or_linted(text: str) -> None:
    looks(text)


@st.composite
def renamed(draw: st.DrawFn) -> str:
    """A workflow that can mostly still be read: a name in place of another one, and a key with its value left out."""
    text = draw(st.sampled_from(TEXTS))
    for _ in range(draw(st.integers(1, 3))):
        spans = [found.span() for found in NAME.finditer(text)]
        (begin, end), (from_, to) = draw(st.sampled_from(spans)), draw(st.sampled_from(spans))
        text = text[:begin] + text[from_:to] + text[end:]
    for _ in range(draw(st.integers(0, 2))):
        gone = [found.span() for found in SPAN.finditer(text)]
        if gone:
            begin, end = draw(st.sampled_from(gone))
            text = text[:begin] + text[end:]
    return text


@settings(max_examples=50, deadline=None)
@given(text=renamed())
def test_a_workflow_with_other_names_is_refused_or_linted(text: str) -> None:
    looks(text)
