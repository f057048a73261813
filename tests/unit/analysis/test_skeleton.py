"""The section `migrate` that `casewf diff` proposes: it loads when pasted, and leaves nothing open (X2)."""

from __future__ import annotations

import pytest

from casewf.analysis.changes.skeleton import skeleton
from casewf.core.migration_gaps import gaps
from casewf.definition.load import parse_document, parse_workflow
from casewf.model.migration import FieldMove, Migration
from migration_cases import FIELDS, SLAS, TRACKS, version

PARTIES = "kinds: {worker: {en: Worker}}\nby: desk"


def pasted(before: str, after: str, lang: str = "en") -> tuple[str, Migration]:
    """The proposal, and what is read of the new file with it at its end."""
    old, new = parse_workflow(before), parse_workflow(after)
    text = skeleton(old, new, lang)
    document = parse_document(after + text)
    assert document.workflow == new
    assert document.migration is not None
    assert gaps(old, new, document.migration) == ()
    return text, document.migration


def test_nothing_is_proposed_where_nothing_need_be_said() -> None:
    assert skeleton(parse_workflow(version(1)), parse_workflow(version(2))) == ""


def test_each_thing_goes_where_something_has_a_name_or_a_label_like_it() -> None:
    after = (
        version(
            2,
            tracks=TRACKS.replace("work: {en: Work}", "working: {en: Working}")
            .replace("to: work", "to: working").replace("[work,", "[working,").replace("idle, work,", "idle, working,")
            .replace("from: work,", "from: working,").replace("wait: {en: Wait}", "halted: {en: Wait}")
            .replace("to: wait", "to: halted").replace("wait]", "halted]").replace("wait,", "halted,")
            .replace("from: wait", "from: halted").replace("trigger: halted", "trigger: wait")
            .replace("ping", "pings").replace("until", "until_day"),
            fields=FIELDS.replace("until", "until_day").replace("[soft, hard]", "[soft, harder]"),
            slas=SLAS.replace("main.work", "main.working").replace("main.wait", "main.halted")
            .replace("limit:", "limits:").replace("'hard'", "'harder'"),
            cards="{yellow: {en: Yellow}, dark_red: {en: Red}}",
        )
        .replace("card: red", "card: dark_red").replace("helper: {en: Helper}", "helpers: {en: Aide}")
    )  # fmt: skip
    text, migration = pasted(version(1), after)
    assert migration.states == {"main": {"work": "working", "wait": "halted"}}
    assert migration.fields == {
        "until": FieldMove(to="until_day"),
        "kind": FieldMove(to="kind", values={"hard": "harder"}),
    }
    assert (migration.roles, migration.cards) == ({"helper": "helpers"}, {"red": "dark_red"})
    assert migration.triggers == {"ping": "pings"}
    assert {name: (one.to, one.how) for name, one in migration.limits.items()} == {
        "limit": ("limits", "keep")
    }
    assert "      work: working  # a guess by its name; or idle, halted, done, shut\n" in text


def test_what_is_like_nothing_is_dropped_stays_or_ends() -> None:
    fields = FIELDS.replace("until: {type: date}", "xyz: {type: date}").replace("integer, default: 0", "date")
    tracks = TRACKS.replace("until", "xyz").replace("done: {en: Done}", "zz: {en: Zz}").replace("done", "zz")
    after = version(2, fields=fields, tracks=tracks, slas="", cards="{}").replace(
        "helper: {en: Helper}", "aa: {en: A}"
    )
    text, migration = pasted(version(1), after.replace("cards: {}\n", ""))
    assert migration.fields == {"until": FieldMove(to=None), "n": FieldMove(to=None)}
    assert (migration.roles, migration.cards) == ({"helper": None}, {"yellow": None, "red": None})
    assert migration.states == {"main": {"done": None}}
    assert migration.limits["limit"].how == "cancel"
    assert "      done: =stay  # nothing has a name like it; or idle, work, wait, zz\n" in text


def test_no_open_state_is_proposed_to_be_closed() -> None:
    """M8: the case would be refused."""
    closed = TRACKS.replace("done: {en: Done}", "done: {en: Done, category: closed}")
    assert pasted(version(1), version(2, tracks=closed))[1].states == {"main": {"done": None}}
    opened = TRACKS.replace("shut: {en: Shut, category: closed}", "shut: {en: Shut}")
    assert pasted(version(1), version(2, tracks=opened))[1].states == {"main": {"shut": "shut"}}


SIDE = """
side:
  initial: free
  states: {free: {en: Free}, gone: {en: Gone, category: closed}}
  transitions: [{trigger: leave, from: free, to: gone, by: desk}]
"""


def test_tracks_come_go_and_go_on_under_another_name() -> None:
    plain, with_side = version(1), version(1, tracks=TRACKS + SIDE)
    assert pasted(plain, version(2, tracks=TRACKS + SIDE))[1].begin == {"side": "gone"}
    assert pasted(with_side, version(2))[1].tracks == {"side": None}
    renamed = SIDE.replace("side:", "sides:").replace("free", "freed")
    text, migration = pasted(with_side, version(2, tracks=TRACKS + renamed))
    assert (migration.tracks, migration.states) == ({"side": "sides"}, {"sides": {"free": "freed"}})
    assert text.index("  tracks:") < text.index("  states:")


def test_the_other_changes_have_their_entries() -> None:
    before = version(1, parties=PARTIES)
    migration = pasted(before, version(2, parties=PARTIES.replace("worker", "member")))[1]
    assert migration.kinds == {"worker": "member"}
    longer = SLAS.replace("within: 4 hours", "within: 6 hours")
    text, migration = pasted(version(1), version(2, slas=longer), "zh")
    assert migration.limits["limit"].how == "keep"
    assert "    limit: keep  # 或 rebase、carry、restart、cancel\n" in text
    many = FIELDS.replace("[soft, hard], default: soft", "[soft], many: true")
    guard = SLAS.replace("kind == 'hard'", "has(kind)")
    migration = pasted(version(1), version(2, fields=many, slas=guard))[1]
    assert migration.fields == {"kind": FieldMove(to="kind", values={"hard": "soft"})}


@pytest.mark.parametrize("word", ["on", "null", "true", "yes"])
def test_names_that_yaml_reads_as_something_else_are_in_quotes(word: str) -> None:
    before = TRACKS.replace("wait: {en: Wait}", f'"{word}": {{en: Wait}}').replace(
        "to: wait", f'to: "{word}"'
    )
    before = before.replace("from: wait", f'from: "{word}"').replace("[work, wait]", f'[work, "{word}"]')
    before = before.replace("work, wait, done", f'work, "{word}", done')
    slas = SLAS.replace("pause: {in: main.wait}", f'pause: {{in: "main.{word}"}}')
    assert pasted(version(1, tracks=before, slas=slas), version(2))[1].states == {"main": {word: "wait"}}
