"""Pages escape what they show, and say which extra is missing."""

from __future__ import annotations

import sys

import jinja2
import pytest

from casewf.views import page
from casewf.worktime.extras import MissingExtra


@pytest.fixture
def a_template(monkeypatch: pytest.MonkeyPatch) -> None:
    template = (
        "{% extends 'base.html' %}{% block body %}<p>{{ words }}</p>{{ say('好', 'good') }}{% endblock %}"
    )
    loader = jinja2.ChoiceLoader([jinja2.DictLoader({"one.html": template}), page._templates().loader])
    monkeypatch.setattr(page._templates(), "loader", loader)


def test_a_page_escapes_what_it_shows(a_template: None) -> None:
    shown = page.render_page("one.html", lang="zh", title="<工单>", words="<script>alert(1)</script>")
    assert "<title>&lt;工单&gt;</title>" in shown
    assert "<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>好" in shown
    assert '<html lang="zh">' in shown


def test_what_cannot_be_seen_is_marked(a_template: None) -> None:
    """A right-to-left mark stays; what turns around all that follows does not."""
    shown = page.render_page("one.html", lang="en", title="x", words="a\x07b\u202ec\u2066d\x85e\u200f\u05d0")
    assert "<p>a�b�c�d�e\u200f\u05d0</p>" in shown


def test_a_page_in_english(a_template: None) -> None:
    assert "</p>good" in page.render_page("one.html", lang="en", title="x", words="")


def test_a_value_that_a_template_misses_is_an_error(a_template: None) -> None:
    with pytest.raises(jinja2.UndefinedError, match="words"):
        page.render_page("one.html", lang="en", title="x")


def test_without_jinja2_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    page._templates.cache_clear()
    monkeypatch.setitem(sys.modules, "jinja2", None)
    with pytest.raises(MissingExtra, match=r"casewf\[html\]"):
        page.render_page("base.html", lang="en", title="x")
