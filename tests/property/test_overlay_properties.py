"""Overlays and the text that they resolve to, whatever is written in them."""

from __future__ import annotations

import re
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path
from tempfile import TemporaryDirectory

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from casewf.definition import load_workflow, parse_workflow, render_findings
from casewf.definition.emit import emit
from casewf.definition.findings import Report
from casewf.definition.load import parse_document, read_document
from casewf.definition.node import ListNode, MapNode, Node, Scalar, Span
from casewf.definition.node_paths import differences, same
from casewf.definition.overlay import lay_over
from casewf.definition.source import SourceText
from casewf.definition.yaml_text import FAST_LOADER, PURE_LOADER, compose
from casewf.errors import DefinitionError
from overlay_files import BASE, HEAD, plain, write

HOTLINE = files("casewf").joinpath("workflows/hotline-12351.yaml").read_text(encoding="utf-8")
LINE = "casewf: 1\nid: line\nversion: 1\nextends: hotline-12351\n"

WORDS = st.sampled_from(
    ["a", "zh", "slas", "cards", "tracks", "sealed", "1", "-3", "true", "null", "", "=previous", "80%", "a: b",
     "a #b", "a,b", "[x]", "'", '"', "\\", "x\ny", " x", "x ", "-", "--- a", "欠薪", "\x85", "\u2028", "\x07", "*",
     "a:", "<<", "?x"]
)  # fmt: skip
TEXTS = WORDS | st.text(max_size=8).filter(lambda text: not re.search("[\ud800-\udfff]", text))
SPANS = st.builds(lambda file: Span(1, 1, 1, 1, file), st.integers(0, 1))
SCALARS = st.builds(Scalar, TEXTS, st.sampled_from(["", "'", '"', "|", ">"]), SPANS)
KEYS = st.builds(Scalar, TEXTS.filter(lambda text: text != "<<"), st.just('"'), SPANS)


def maps(values: st.SearchStrategy[Node]) -> st.SearchStrategy[MapNode]:
    pairs = st.lists(st.tuples(KEYS, values), max_size=4, unique_by=lambda pair: pair[0].text)
    return st.builds(lambda pairs, span: MapNode(tuple(pairs), span), pairs, SPANS)


def lists(values: st.SearchStrategy[Node]) -> st.SearchStrategy[ListNode]:
    return st.builds(lambda items, span: ListNode(tuple(items), span), st.lists(values, max_size=4), SPANS)


NODES: st.SearchStrategy[Node] = st.recursive(
    SCALARS, lambda below: maps(below) | lists(below), max_leaves=20
)


def text_of(root: Node) -> str:
    return "".join(f"{line.text}\n" for line in emit(root))


@pytest.mark.parametrize("loader", [FAST_LOADER, PURE_LOADER], ids=["fast", "pure"])
@settings(max_examples=150, deadline=None)
@given(root=maps(NODES))
def test_nodes_written_as_text_are_read_as_the_same_nodes(loader: object, root: MapNode) -> None:
    report = Report(SourceText("written.yaml", text_of(root)))
    read = compose(report, loader=loader)
    assert plain(read) == plain(root)


@settings(max_examples=100, deadline=None)
@given(root=maps(NODES), long=st.integers(900, 1300))
def test_a_key_of_any_length_is_written_so_that_it_is_read(root: MapNode, long: int) -> None:
    key = Scalar("k" * long, '"', Span())
    root = MapNode(((key, root), *root.pairs), root.span)
    assert plain(compose(Report(SourceText("written.yaml", text_of(root))))) == plain(root)


@settings(max_examples=100, deadline=None)
@given(one=NODES, other=NODES)
def test_two_values_are_the_same_if_and_only_if_nothing_differs(one: Node, other: Node) -> None:
    assert same(one, one)
    assert not list(differences(one, one))
    assert same(one, other) == same(other, one) == (not list(differences(one, other)))


# Merging. The texts are parts of overlays that fit the base and each other.

PARTS = [
    "title: {zh: 甲}",
    "title: {en: B}",
    "roles: {clerk: {en: Clerk}}",
    "cards: {yellow: {}, orange: {en: Orange}, red: {zh: 红}}",
    "fields: {district: {type: text}, priority: {default: null}}",
    "fields: {category: {of: [consult, help, praise]}}",
    "opening: {accepts: []}",
    "opening: null",
    "tracks: {main: {states: {waiting: {zh: 等}, checked: {en: Checked}}}}",
    "tracks: {main: {transitions: {send: [{from: new, to: closed, by: leader}]}}}",
    "tracks: {main: {transitions: {note: [{from: '*', by: handler, comment: required}], close: null}}}",
    "tracks: {main: {transitions: [{trigger: close, from: [new, sent], to: closed, by: leader}]}}",
    "slas: {handle: {target: [{within: 9 working days}], pause: null}}",
    "slas: {handle: {ladder: [], extension: {times: 1, asked_by: null}}}",
    "slas: {sign: null}",
    "slas: {sign: {at_most: 2 working days}}",
    "sealed: [slas.handle.target, roles.operator]",
    "sealed: [fields]",
]
OVERLAYS = st.lists(st.sampled_from(PARTS), max_size=4, unique_by=lambda part: part.partition(":")[0]).map(
    "\n".join
)


def laid_over(base: Node, over: Node) -> Node:
    report = Report(SourceText("over.yaml", ""))
    assert isinstance(base, MapNode)
    assert isinstance(over, MapNode)
    return lay_over(report, base, over)


@settings(max_examples=60, deadline=None)
@given(city=OVERLAYS, district=OVERLAYS)
def test_a_chain_is_the_last_file_over_the_resolved_text_of_the_others(city: str, district: str) -> None:
    """So a base can be resolved, and sent on, without what lies below it: seals and bounds hold as before."""
    outcomes = []
    with TemporaryDirectory() as name:
        folder = Path(name)
        write(folder, base=BASE, city=HEAD.replace("district", "city") + city, district=HEAD + district)
        (folder / "district.yaml").write_text(HEAD.replace("base", "city") + district, encoding="utf-8")
        try:
            between = read_document(folder / "city.yaml")
        except DefinitionError:
            return
        write(folder, flat=text_of(between.root))
        (folder / "other.yaml").write_text(HEAD.replace("base", "flat") + district, encoding="utf-8")
        assert load_workflow(folder / "flat.yaml") == between.workflow
        for file in ("district", "other"):
            try:
                outcomes.append(load_workflow(folder / f"{file}.yaml"))
            except DefinitionError as error:
                outcomes.append([(finding.code, finding.message) for finding in error.findings])
    one, other = outcomes
    assert one == other if not isinstance(one, list) else sorted(one) == sorted(other)


@settings(max_examples=100, deadline=None)
@given(over=OVERLAYS)
def test_an_overlay_laid_twice_says_nothing_new(over: str) -> None:
    """But for what it removes, which is not there the second time."""
    base, top = (parse_nodes(text) for text in (BASE, HEAD + over.replace(": null", ": {}")))
    once = laid_over(base, top)
    assert plain(laid_over(once, top)) == plain(once)


@settings(max_examples=60, deadline=None)
@given(over=OVERLAYS)
def test_the_resolved_text_is_an_equal_workflow(over: str) -> None:
    with TemporaryDirectory() as name:
        write(Path(name), base=BASE, district=HEAD + over)
        try:
            document = read_document(Path(name) / "district.yaml")
        except DefinitionError:
            return
        text = text_of(document.root)
    assert parse_workflow(text) == document.workflow
    assert plain(parse_document(text).root) == plain(document.root)


@pytest.mark.parametrize("name", ["hotline-12351", "legal-supervision", "prevention-visit"])
def test_an_empty_overlay_of_a_packaged_workflow_is_that_under_another_id(name: str) -> None:
    over = parse_workflow(LINE.replace("hotline-12351", name))
    assert over == attrs.evolve(load_workflow(name), id="line", version=1)


def parse_nodes(text: str) -> Node:
    return compose(Report(SourceText("text.yaml", text)))


# Damage

SMALL = LINE + "\n".join(
    [
        "cards: {yellow: {}, orange: {en: Orange}}",
        "sealed: [slas.handle, fields.caller_phone, tracks.union.transitions.review_pass]",
        "slas: {sign: {at_most: [1 working day, 2 hours]}, handle: {target: [{within: 3 working days}]}}",
        "tracks: {union: {transitions: {note: [{from: closed, by: handler}], merge: null}, triggers: {merge: null}}}",
    ]
)
TOKEN = re.compile(r"\w+|\s+|[^\w\s]")
SPARE = sorted(
    set(TOKEN.findall(SMALL)) | set(TOKEN.findall(HOTLINE)) | {"\t", "\0", "&a", "*a", "null", "~", ""}
)


@st.composite
def damaged(draw: st.DrawFn, source: str) -> str:
    parts = TOKEN.findall(source)
    for _ in range(draw(st.integers(1, 5))):
        at, other = draw(st.integers(0, len(parts) - 1)), draw(st.integers(0, len(parts) - 1))
        match draw(st.sampled_from(("delete", "replace", "swap", "cut"))):
            case "delete":
                del parts[at]
            case "replace":
                parts[at] = draw(st.sampled_from(SPARE))
            case "swap":
                parts[at], parts[other] = parts[other], parts[at]
            case _:
                del parts[at : at + draw(st.integers(1, 20))]
        parts = parts or [""]
    return "".join(parts)


def reads_or_says_why(read: Callable[[], object]) -> None:
    findings = None
    try:
        read()
    except DefinitionError as error:
        findings = error.findings
    assert findings is None or render_findings(findings).strip()


@settings(max_examples=100, deadline=None)
@given(text=damaged(SMALL))
def test_a_damaged_overlay_raises_nothing_but_definition_errors(text: str) -> None:
    reads_or_says_why(lambda: parse_workflow(text))


@settings(max_examples=60, deadline=None)
@given(base=damaged(BASE + "sealed: [slas.handle, fields.caller]\n"), over=OVERLAYS)
def test_a_damaged_base_raises_nothing_but_definition_errors(base: str, over: str) -> None:
    with TemporaryDirectory() as name:
        write(Path(name), base=base, district=HEAD + over)
        reads_or_says_why(lambda: load_workflow(Path(name) / "district.yaml"))


def bomb(key: str) -> str:
    """Fifteen levels of ten aliases each."""
    lines = [f"{key}:", "  a0: &a0 [x, x]"]
    lines += [f"  a{level}: &a{level} [{', '.join([f'*a{level - 1}'] * 10)}]" for level in range(1, 15)]
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize(
    ("base", "over"),
    [
        (BASE + bomb("roles2"), ""),
        (BASE, bomb("slas")),
        (BASE + "retention: " + "[" * 60 + "]" * 60 + "\n", ""),
        (BASE, "slas: " + "{a: " * 60 + "}" * 60 + "\n"),
        (BASE, "slas: " + "{a: " * 45 + "null" + "}" * 45 + "\n"),
        (BASE, f"sealed: [{', '.join(f'slas.handle.x{number}' for number in range(3000))}]\n"),
        (BASE, f"cards: {{{', '.join(f'c{number}: {{}}' for number in range(3000))}, red: {{}}}}\n"),
        (BASE + "sealed: [slas, slas.handle]\n", "slas: &a {handle: {target: [&r {within: 1 day}, *r]}}\n"),
        ("", ""),
        ("- a list\n", ""),
        ("casewf: 1\nextends: ./district.yaml\n", ""),
        ("casewf: 1\nextends: ./\n", ""),
    ],
    ids=range(12),
)  # fmt: skip
def test_monstrous_files_end_in_findings(base: str, over: str, tmp_path: Path) -> None:
    write(tmp_path, base=base, district=HEAD + over)
    with pytest.raises(DefinitionError) as caught:
        load_workflow(tmp_path / "district.yaml")
    assert render_findings(caught.value.findings).strip()


@pytest.mark.parametrize(
    "content", [b"\xff\xfe", b"\x00", "\ud800".encode("utf-16", "surrogatepass"), b"a: \xb3\xc7"]
)
def test_bases_that_are_no_text_end_in_findings(content: bytes, tmp_path: Path) -> None:
    write(tmp_path, district=HEAD)
    (tmp_path / "base.yaml").write_bytes(content)
    with pytest.raises(DefinitionError, match=r"base\.yaml"):
        load_workflow(tmp_path / "district.yaml")
