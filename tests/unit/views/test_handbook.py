"""The handbook: everything is told, in words, and every link leads somewhere."""

from __future__ import annotations

import re
from functools import cache
from html.parser import HTMLParser
from pathlib import Path

import pytest

from casewf.core.program import Program
from casewf.model.text import Label
from casewf.views.handbook import handbook_of, handbook_page
from casewf.views.handbook_model import Handbook, StateSection
from picture_flows import FILES, HOSTILE, SMALL, compiled, small

ROOT = Path(__file__).parents[3]


@cache
def page(name: str, lang: str) -> str:
    source = {"small": SMALL, "hostile": HOSTILE}.get(name, str(ROOT / name) if "/" in name else name)
    return handbook_page(compiled(source), lang=lang)


def book(lang: str = "en", of: Program | None = None) -> Handbook:
    return handbook_of(of or compiled(SMALL), lang=lang)


def state(shown: Handbook, title: str) -> StateSection:
    return next(one for track in shown.tracks for one in track.states if one.link.title == title)


class Links(HTMLParser):
    """The anchors of a page, the links to them, what is loaded from elsewhere, and the text outside of drawings."""

    def __init__(self) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.links: set[str] = set()
        self.loaded: list[str] = []
        self.words: list[str] = []
        self._skipped = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.ids += [str(given["id"])] if "id" in given else []
        if tag == "a":
            self.links.add(str(given["href"]))
        elif tag in ("script", "img", "link", "iframe"):
            self.loaded.append(tag)
        self._skipped += tag in ("svg", "style")

    def handle_endtag(self, tag: str) -> None:
        self._skipped -= tag in ("svg", "style")

    def handle_data(self, data: str) -> None:
        if not self._skipped:
            self.words.append(data)


def read(text: str) -> Links:
    found = Links()
    found.feed(text)
    return found


EVERY = pytest.mark.parametrize(
    ("name", "lang"), [(name, lang) for name in (*FILES, "small", "hostile") for lang in ("zh", "en")]
)


@EVERY
def test_every_link_leads_somewhere_and_no_anchor_is_there_twice(name: str, lang: str) -> None:
    found = read(page(name, lang))
    assert len(found.ids) == len(set(found.ids))
    assert {link.removeprefix("#") for link in found.links} <= set(found.ids)
    assert all(link.startswith("#") for link in found.links)
    assert found.loaded == []


@EVERY
def test_everything_has_its_name(name: str, lang: str) -> None:
    source = {"small": SMALL, "hostile": HOSTILE}.get(name, str(ROOT / name) if "/" in name else name)
    workflow = compiled(source).workflow
    words = re.sub(r"\s+", " ", " ".join(read(page(name, lang)).words))
    labels = [*workflow.roles.values(), *(label for _, label in workflow.cards)]
    labels += [field.title for field in workflow.fields.values()]
    labels += [sla.title for sla in workflow.slas]
    for track in workflow.tracks:
        labels += [state.title for state in track.states]
        labels += [track.triggers[row.trigger] for row in track.transitions if row.trigger in track.triggers]
    for label in labels:
        assert label.text(lang) in words


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_no_code_is_shown_where_there_is_a_label(lang: str) -> None:
    words = " ".join(read(page("hotline-12351", lang)).words)
    workflow = compiled("hotline-12351").workflow
    codes = {*workflow.roles, *workflow.fields, *(sla.id for sla in workflow.slas)}
    for track in workflow.tracks:
        codes |= {track.id, *(state.id for state in track.states), *track.triggers}
    long = {code for code in codes if "_" in code}
    assert len(long) > 60
    assert not {code for code in long if code in words}
    assert not re.search(r"==|!=|\bin \(|\bstate\.|\bsla\.|\bhas\(", words)


def test_a_chinese_handbook_has_no_english_and_the_other_way_round() -> None:
    zh = re.sub("permit|cn-office|call-the-boss", "", " ".join(read(page("small", "zh")).words))
    assert not re.search("[A-Za-z]{2}", zh)
    assert not re.search("[一-鿿]", " ".join(read(page("small", "en")).words))


def test_labels_are_escaped() -> None:
    text = page("hostile", "en")
    assert "<script>" not in text
    assert "&lt;script&gt;" in text


def test_a_state_says_who_may_do_what_and_where_that_leads() -> None:
    actions = {one.title: one for one in state(book(), "Checked").actions}
    note = actions["Note"]
    assert ([one.title for one in note.who], note.asks, note.leads) == (["Clerk"], ("a comment",), ())
    refuse = actions["Refuse"]
    assert [(one.title, one.anchor) for one in refuse.leads] == [("Refused", "state-desk-refused")]
    cancel = actions["Cancel"]
    assert ([one.title for one in cancel.who], cancel.itself) == (["Clerk"], "the system")


def test_rows_with_conditions_are_told_one_by_one() -> None:
    first, second = (one for one in state(book(), "Checked").actions if one.title == "Grant")
    assert first.conditions == "Place is “North” and Lab is not “Waiting”"
    assert first.barred == ("not who did “Check”",)
    assert first.then == ("tells Clerk",)
    assert second.conditions == "Place is “South” and Lab is “Passed”"


def test_what_must_be_given_is_told() -> None:
    (check,) = (one for one in state(book("zh"), "已递交").actions if one.title == "审查")
    assert check.asks == ("答复",)


def test_a_way_back_names_the_states_that_it_can_lead_to() -> None:
    (back,) = (one for one in state(book(), "Held").actions if one.title == "Go on")
    assert [link.title for link in back.leads] == ["Filed", "Checked"]


def test_what_comes_by_itself_is_told_apart() -> None:
    (lapse,) = state(book(), "Granted").actions
    assert (lapse.who, lapse.itself, lapse.conditions) == ((), "automatic", "Urgent")


def test_a_state_says_within_which_limit() -> None:
    (limit,) = state(book(), "Filed").limits
    assert (limit.link.title, limit.what) == ("1 Decide", "runs")
    assert limit.lengths == ("Urgent: 4 hours of working time", "Otherwise: 5 working days")
    assert limit.told == ("when due: Head", "before it is due: Clerk, Head")
    assert state(book(), "Held").limits[0].what == "stands"
    assert state(book(), "Refused").limits == ()


def test_a_role_says_what_it_may_do_and_of_what_it_is_told() -> None:
    clerk, boss = book().roles
    assert clerk.others == ("opens cases", "asks for an extension of “Decide”")
    assert boss.others == ("grants an extension of “Decide”",)
    assert [(track, link.title, actions) for track, link, actions in boss.duties] == [
        ("Desk", "Filed", ("Hold",)),
        ("Desk", "Checked", ("Hold", "Grant", "Refuse")),
    ]
    assert [(link.title, whens) for link, whens in clerk.told] == [
        ("1 Decide", ("80% used", "1 working day before it is due"))
    ]


def test_a_limit_says_when_it_starts_stands_and_stops() -> None:
    (limit,) = book().limits
    assert limit.moments == (
        ("starts", ("entering “Filed”",)),
        ("stands", ("while in “Held”",)),
        ("stops, with a verdict", ("entering “Granted”", "firing “Refuse”")),
        ("is called off, without a verdict", ("entering “Void”",)),
    )
    assert limit.notes == (
        "only the first start counts",
        "another length that comes to apply counts from the same start",
        "Extension: Clerk asks, somebody else as Head grants, at most 2 times, up to 3 working days,"
        " asked for 1 working day before it is due",
    )


def test_the_beginning_says_what_the_workflow_is() -> None:
    assert book().lead == (
        "Every case moves along 2 tracks at the same time: “Desk”, “Lab”.",
        "A case is closed once every track is in a closed state (Desk: Granted, Refused; Lab: Passed, Skipped).",
        "These end the whole case, whatever the other tracks are in: Void.",
        "Working days and working time are those of calendar cn-office.",
    )
    assert book().opening == ("Opening a case: Clerk", "To be given then: Place")
    alone = handbook_of(compiled(str(ROOT / "examples/complaint.yaml")), lang="zh")
    assert alone.lead[0] == "工单到了这些状态就办结了：已答复。"


def test_child_cases_are_called_by_their_titles() -> None:
    of = compiled("hotline-12351")
    shown = handbook_of(of, lang="zh", workflows={"legal-supervision": Label("法律监督", "Supervision")})
    (start,) = (one for one in state(shown, "挂起").actions if one.title == "启动法律监督")
    assert start.then == ("开立“法律监督”",)


def test_it_is_read_from_the_tables_that_run() -> None:
    of = small()
    of.machines["desk"].events["refuse"].plan = {}
    assert "Refuse" not in [one.title for one in state(book(of=of), "Checked").actions]
    assert "Refuse" not in [action for _, _, actions in book(of=of).roles[1].duties for action in actions]
