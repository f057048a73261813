"""``casewf diagram`` and ``casewf docs``: what a person gets, and what he is told when it cannot be done."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from casewf.cli.main import main
from picture_flows import SMALL

ROOT = Path(__file__).parents[2]
BEGINNINGS = {
    "svg": "<svg ",
    "html": "<!DOCTYPE html>",
    "mermaid": '---\ntitle: "Permit"',
    "dot": 'digraph "Permit" {',
}


@pytest.fixture
def workflow(tmp_path: Path) -> str:
    file = tmp_path / "permit.yaml"
    file.write_text(SMALL, encoding="utf-8")
    return str(file)


@pytest.mark.parametrize("kind", BEGINNINGS)
def test_a_picture_goes_to_standard_output(
    kind: str, workflow: str, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    assert main(["diagram", workflow, "--format", kind, "--lang", "en"]) == 0
    assert capsysbinary.readouterr().out.decode().startswith(BEGINNINGS[kind])


def test_a_picture_is_in_utf_8_whatever_the_terminal_has(
    workflow: str, monkeypatch: pytest.MonkeyPatch, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    monkeypatch.setenv("PYTHONIOENCODING", "latin-1")
    assert main(["diagram", workflow, "--lang", "zh"]) == 0
    assert ET.fromstring(capsysbinary.readouterr().out.decode("utf-8")) is not None


def test_it_is_svg_where_nothing_is_said_and_in_the_language_of_the_locale(
    workflow: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
    assert main(["diagram", workflow]) == 0
    assert "<title>许可</title>" in capsys.readouterr().out


@pytest.mark.parametrize("command", ["diagram", "docs"])
def test_a_file_is_written_and_replaced(
    command: str, workflow: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    out.write_text("old", encoding="utf-8")
    assert main([command, workflow, "-o", str(out), "--lang", "zh"]) == 0
    assert "许可" in out.read_text(encoding="utf-8")
    assert capsys.readouterr().out == f"已写入 {out}\n"


def test_one_track_alone(workflow: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["diagram", workflow, "--track", "lab", "--format", "mermaid", "--lang", "en"]) == 0
    text = capsys.readouterr().out
    assert 'state "Lab"' in text
    assert 'state "Desk"' not in text


def test_an_unknown_track_says_what_there_is(workflow: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["diagram", workflow, "--track", "lap", "--lang", "en"]) == 2
    assert capsys.readouterr().err == "casewf: no track lap; did you mean lab? There are: desk, lab\n"
    assert main(["diagram", workflow, "--track", "x", "--lang", "zh"]) == 2
    assert capsys.readouterr().err == "casewf: 没有轨道 x；可选：desk, lab\n"
    assert main(["diagram", workflow, "--track", "lap", "--lang", "zh"]) == 2
    assert capsys.readouterr().err == "casewf: 没有轨道 lap；是否指 lab？可选：desk, lab\n"
    assert main(["diagram", workflow, "--track", "x", "--lang", "en"]) == 2
    assert capsys.readouterr().err == "casewf: no track x. There are: desk, lab\n"


def test_an_unknown_format_says_what_there_is(workflow: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["diagram", workflow, "--format", "png"])
    assert stopped.value.code == 2
    assert "'svg', 'html', 'mermaid', 'dot'" in capsys.readouterr().err


@pytest.mark.parametrize("command", ["diagram", "docs"])
def test_a_place_that_cannot_be_written_is_told(
    command: str, workflow: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    place = tmp_path / "none" / "out.html"
    assert main([command, workflow, "-o", str(place), "--lang", "zh"]) == 2
    assert "无法写入" in capsys.readouterr().err
    assert main([command, workflow, "-o", str(tmp_path), "--lang", "en"]) == 2
    assert "cannot be written" in capsys.readouterr().err


@pytest.mark.parametrize("command", ["diagram", "docs"])
def test_a_missing_or_wrong_file_is_told(
    command: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([command, str(tmp_path / "none.yaml")]) == 2
    assert "cannot be read" in capsys.readouterr().err
    empty = tmp_path / "empty.yaml"
    empty.write_text("", encoding="utf-8")
    out = tmp_path / "out"
    assert main([command, str(empty), "-o", str(out)]) == 1
    assert "CW" in capsys.readouterr().err
    assert not out.exists()


@pytest.mark.parametrize("name", ["hotline-12351", "legal-supervision", "prevention-visit"])
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_packaged_workflow_has_a_handbook(
    name: str, lang: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["docs", name, "--lang", lang]) == 0
    assert capsys.readouterr().out.rstrip().endswith("</html>")


def test_without_jinja2_a_page_says_what_to_install(
    workflow: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    import sys

    from casewf.views import page

    monkeypatch.setitem(sys.modules, "jinja2", None)
    page._templates.cache_clear()
    try:
        assert main(["docs", workflow]) == 2
        assert "casewf[html]" in capsys.readouterr().err
        assert main(["diagram", workflow]) == 0  # the others do without
    finally:
        page._templates.cache_clear()


PICTURES = [
    (name, lang)
    for name in ("hotline-12351", "legal-supervision", "prevention-visit")
    for lang in ("zh", "en")
]


@pytest.mark.parametrize(("name", "lang"), PICTURES)
def test_the_pictures_in_the_docs_are_those_that_the_command_draws(
    name: str, lang: str, tmp_path: Path
) -> None:
    out = tmp_path / "out.svg"
    assert main(["diagram", name, "--lang", lang, "-o", str(out)]) == 0
    shown = ROOT / "docs" / "pictures" / f"{name}.{lang}.svg"
    assert out.read_text("utf-8") == shown.read_text("utf-8"), (
        f"casewf diagram {name} --lang {lang} -o {shown}"
    )
