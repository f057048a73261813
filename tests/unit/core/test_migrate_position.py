"""A case of one version of its workflow becomes one of another: where it stands, what it holds (X2, M10, M11)."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import attrs
import pytest

from casewf.core.migration_gaps import gaps
from casewf.core.migration_position import Stays
from casewf.core.options import options
from casewf.core.recall import asks_for_more, recall
from casewf.model.case import Party, Sealed, Stamp
from casewf.model.events import Moved
from casewf.model.file_events import PartyRecorded
from casewf.model.migration_events import Migrated
from core_cases import BOSS, DESK, only
from migration_cases import CARDS, FIELDS, SLAS, TRACKS, compiled, move, moved, story, version
from well_formed import check_reasons

RENAMED = (
    TRACKS.replace("work: {en: Work}", "busy: {en: Busy}")
    .replace("to: work", "to: busy")
    .replace("[work,", "[busy,")
    .replace("from: work,", "from: busy,")
    .replace("idle, work,", "idle, busy,")
)
LIMITS = SLAS.replace("main.work", "main.busy")
BUSY = "from: 1\nstates: {main: {work: busy}}"


def test_a_version_that_changes_labels_alone_moves_the_case_and_nothing_else() -> None:
    one = story()
    one.fire("begin")
    before = one.case
    assert moved(one, version(2).replace("en: Work", "en: Working")) == ["Migrated"]
    assert one.case.workflow[:2] == ("small", 2)
    assert one.case.workflow[2] == one.program.hash
    for name in ("states", "fields", "clocks", "previous", "holders", "witnesses", "card", "opened_at"):
        assert getattr(one.case, name) == getattr(before, name)


def test_a_renamed_state_is_entered_by_nobody() -> None:
    """No clock starts or stops by it, and the way back leads to the state by its new name (M10)."""
    one = story()
    one.fire("begin")
    one.fire("wait", when="mon 10:00")
    assert moved(one, version(2, tracks=RENAMED, slas=LIMITS, migrate=BUSY)) == ["Migrated"]
    assert one.state() == "wait"
    assert one.case.previous == {"main.wait": "busy"}
    one.fire("go_on", when="mon 11:00")
    assert one.state() == "busy"


def test_the_case_goes_on_by_the_rows_of_the_new_version() -> None:
    one = story()
    one.fire("begin")
    moved(one, version(2, tracks=RENAMED, slas=LIMITS, migrate=BUSY))
    assert one.state() == "busy"
    assert {option.trigger for option in options(one.program, one.case, DESK, one.now) if option.allowed} == {
        "wait",
        "ping",
        "finish",
    }
    one.fire("finish")
    assert one.clock().verdict == "met"


def test_what_has_no_place_in_the_new_version_is_told_at_once_and_nothing_moves() -> None:
    one = story()
    one.fire("begin")
    fields = "n: {type: date}\nkind: {type: choice, of: [hard]}"
    tracks = RENAMED.replace(", until]", "]")
    text = version(2, tracks=tracks, fields=fields, slas="", cards="{red: {en: Red}}")
    assert move(one, text) == [
        "state_unmapped",
        "field_retyped",
        "options_unmapped",
        "field_unmapped",
        "card_unmapped",
        "limit_unmapped",
    ]


@pytest.mark.parametrize(
    ("written", "code", "section", "name"),
    [
        ("states: {main: {wrk: work}}", "mapping_unknown", "states", "main.wrk"),
        ("fields: {m: =drop}", "mapping_unknown", "fields", "m"),
        ("fields: {n: until}", "mapping_twice", "fields", "until"),
        ("clocks: {other: keep}", "mapping_unknown", "clocks", "other"),
        ("roles: {chief: boss}", "mapping_unknown", "roles", "chief"),
        ("triggers: {start: begin}", "mapping_unknown", "triggers", "start"),
        ("cards: {blue: red}", "mapping_unknown", "cards", "blue"),
        ("states: {main: idle}", "mapping_unknown", "states", "main"),
        ("tracks: {side: main}", "mapping_unknown", "tracks", "side"),
    ],
)
def test_an_entry_of_what_the_earlier_version_never_had_is_told(
    written: str, code: str, section: str, name: str
) -> None:
    """A slip of the pen must not go unseen: what was meant would stay as it is."""
    new, migration = compiled(version(2, migrate=f"from: 1\n{written}"))
    found = gaps(compiled(version(1))[0].workflow, new.workflow, migration)
    check_reasons(gap.why for gap in found)
    told = (("migrate", section), code, {"section": section, "name": name})
    assert told in [(gap.path[:2], gap.why.code, gap.why.params) for gap in found]


def test_an_entry_that_leads_to_what_the_new_version_has_not_is_told() -> None:
    """A file cannot say it; a migration written in Python can."""
    new, migration = compiled(version(2, migrate="from: 1"))
    wrong = attrs.evolve(migration, roles={"boss": "chief"})
    (gap,) = gaps(compiled(version(1))[0].workflow, new.workflow, wrong)
    assert (gap.path, gap.why.params) == (("migrate", "roles", "boss"), {"section": "roles", "name": "chief"})


def test_two_tracks_do_not_become_one() -> None:
    two = TRACKS + "side:\n  initial: up\n  states: {up: {en: Up, category: closed}}\n  transitions: []\n"
    new, migration = compiled(version(2, migrate="from: 1\ntracks: {side: main}"))
    found = gaps(compiled(version(1, tracks=two))[0].workflow, new.workflow, migration)
    (twice,) = [gap for gap in found if gap.why.code == "mapping_twice"]
    assert (twice.path, twice.why.params) == (
        ("migrate", "tracks", "side"),
        {"section": "tracks", "name": "main"},
    )


# States


def test_cases_in_a_state_that_stays_are_left_where_they_are() -> None:
    one = story()
    one.fire("begin")
    assert move(one, version(2, migrate="from: 1\nstates: {main: {work: =stay}}")) == Stays("main", "work")
    one.fire("wait", when="mon 10:00")
    assert moved(one, version(2, migrate="from: 1\nstates: {main: {work: =stay}}"))[0] == "Migrated"


def test_a_mapping_that_would_close_the_case_is_refused() -> None:
    """Nobody decided that it is over (M8)."""
    one = story()
    one.fire("begin")
    assert move(one, version(2, migrate="from: 1\nstates: {main: {work: shut}}")) == ["would_close"]


def test_a_state_that_counts_otherwise_for_the_closing_must_be_mapped_even_to_itself() -> None:
    tracks = TRACKS.replace("done: {en: Done}", "done: {en: Done, category: closed}")
    one = story()
    one.fire("begin")
    assert move(one, version(2, tracks=tracks)) == ["state_changed"]
    assert moved(one, version(2, tracks=tracks, migrate="from: 1\nstates: {main: {done: done}}"))


SIDE = """
side:
  initial: {begin}
  states: {{free: {{en: Free, category: closed}}, busy: {{en: Busy}}}}
  transitions:
    - {{trigger: block, from: free, to: busy, by: desk}}
    - {{trigger: unblock, from: busy, to: free, by: desk}}
"""


def test_a_new_track_begins_where_it_rests_or_where_the_author_says() -> None:
    resting = TRACKS + SIDE.format(begin="free")
    working = TRACKS + SIDE.format(begin="busy")
    assert moved(one := story(), version(2, tracks=resting)) == ["Migrated"]
    assert one.case.states == {"main": "idle", "side": "free"}
    assert move(story(), version(2, tracks=working)) == ["track_begins"]
    assert moved(one := story(), version(2, tracks=working, migrate="from: 1\nstates: {side: busy}"))
    assert one.case.states == {"main": "idle", "side": "busy"}


def test_a_track_can_be_renamed_or_dropped() -> None:
    first = version(1, tracks=TRACKS + SIDE.format(begin="free"))
    one = story(first)
    one.fire("block")
    assert move(one, version(2)) == ["track_unmapped"]
    second = TRACKS + SIDE.format(begin="free").replace("side:", "partner:").replace("busy", "held")
    mapping = "from: 1\ntracks: {side: partner}\nstates: {partner: {busy: held}}"
    moved(one, version(2, tracks=second, migrate=mapping))
    assert one.case.states == {"main": "idle", "partner": "held"}
    moved(one, version(3, migrate="from: 2\ntracks: {partner: =drop}"))
    assert one.case.states == {"main": "idle"}
    assert recall(one.program.workflow, one.history).did == {"block": (("ann", None),)}


def test_a_way_back_that_nobody_remembers_is_found_in_the_history_or_refuses_the_case() -> None:
    """M10: the old version had no way back out of `done`, and so did not remember."""
    tracks = TRACKS.replace(
        "- {trigger: back,", "- {trigger: undo, from: done, to: =previous, by: boss}\n    - {trigger: back,"
    )
    one = story()
    one.fire("begin")
    one.fire("wait")
    one.fire("finish", when="mon 09:30")
    moved(one, version(2, tracks=tracks))
    assert one.case.previous["main.done"] == "wait"
    one.fire("undo", BOSS)
    assert one.state() == "wait"
    two = story()
    assert moved(two, version(2, tracks=tracks, migrate="from: 1\nstates: {main: {idle: work}}"))
    two = story()
    assert move(two, version(2, tracks=tracks, migrate="from: 1\nstates: {main: {idle: done}}")) == [
        "previous_lost"
    ]


# Fields


def test_values_are_renamed_lost_mapped_and_widened() -> None:
    one = story()
    one.fire("begin", data={"n": 3, "kind": "hard", "until": "2025-07-01"})
    fields = """
amount: {type: decimal}
urgency: {type: choice, of: [low, high]}
note: {type: text, default: new}
"""
    mapping = """
from: 1
fields:
  n: amount
  kind: {to: urgency, values: {soft: low, hard: high}}
  until: =drop
clocks: {limit: keep}
"""
    slas = SLAS.replace("kind == 'hard'", "urgency == 'high'")
    tracks = TRACKS.replace("accepts: [n, kind, until]", "accepts: [amount, urgency]")
    events = move(one, version(2, fields=fields, slas=slas, tracks=tracks, migrate=mapping))
    event = only(Migrated, events)  # type: ignore[arg-type]
    assert one.case.fields == {"amount": Decimal(3), "urgency": "high", "note": "new"}
    assert isinstance(one.case.fields["amount"], Decimal)
    assert (event.renamed, set(event.gone)) == ({}, {"n", "kind", "until"})


def test_what_comes_after_a_field_that_is_lost_goes_along() -> None:
    one = story()
    one.fire("begin", data={"n": 3, "kind": "hard", "until": "2025-07-01"})
    fields = """
kind: {type: choice, of: [soft, hard]}
until: {type: date}
note: {type: text, default: new}
"""
    tracks = TRACKS.replace("accepts: [n, kind, until]", "accepts: [kind, until]")
    moved(
        one,
        version(
            2, fields=fields, tracks=tracks, migrate="from: 1\nfields: {n: =drop}\nclocks: {limit: keep}"
        ),
    )
    assert one.case.fields == {"kind": "hard", "until": dt.date(2025, 7, 1), "note": "new"}


def test_a_field_that_gains_a_default_gets_it_where_the_case_has_no_value() -> None:
    """The guard rules of lint take a field with a default for one that always has a value."""
    fields = FIELDS.replace("until: {type: date}", "until: {type: date, default: 2026-01-01}")
    one = story()
    events = move(one, version(2, fields=fields))
    event = only(Migrated, events)  # type: ignore[arg-type]
    assert (event.fields, event.gone) == ({"until": dt.date(2026, 1, 1)}, ())
    assert one.case.fields["until"] == dt.date(2026, 1, 1)
    given = story()
    given.fire("begin", data={"until": "2025-07-01"})
    assert only(Migrated, move(given, version(2, fields=fields))).fields == {}  # type: ignore[arg-type]
    assert given.case.fields["until"] == dt.date(2025, 7, 1)


def test_a_field_gets_its_default_where_what_should_go_there_has_no_value_or_none_that_fits() -> None:
    one = story()
    fields = FIELDS.replace("until: {type: date}", "day: {type: date, default: 2026-01-01}")
    tracks = TRACKS.replace("until", "day")
    moved(one, version(2, fields=fields, tracks=tracks, migrate="from: 1\nfields: {until: day}"))
    assert one.case.fields["day"] == dt.date(2026, 1, 1)
    renewed = story()
    fields = FIELDS.replace("n: {type: integer, default: 0}", "n: {type: text, default: none}")
    guard = TRACKS.replace("ping, from", "ping, when: n == 'none', from")
    moved(renewed, version(2, fields=fields, tracks=guard, migrate="from: 1\nfields: {n: =drop}"))
    assert renewed.case.fields["n"] == "none"
    renewed.fire("ping")


def test_a_limit_follows_a_default_that_an_open_case_gets() -> None:
    """K5: it is a change of what the target reads."""
    first = FIELDS.replace("until: {type: date}", "until: {type: date}\nfast: {type: boolean}")
    slas = SLAS.replace("kind == 'hard'", "fast")
    one = story(version(1, fields=first, slas=slas))
    one.fire("begin")
    before = one.case.clocks["limit"].limit
    moved(one, version(2, fields=first.replace("boolean", "boolean, default: true"), slas=slas))
    assert (one.case.fields["fast"], one.case.clocks["limit"].target) == (True, 0)
    assert one.case.clocks["limit"].limit < before


def test_a_value_under_a_new_name_is_not_told_again() -> None:
    """D5: the event would hold a sealed value, or a long text, once more for nothing."""
    first = version(1, fields=FIELDS + "who: {type: text, sensitive: true}")
    one = story(first)
    one._case = one.case.__class__(
        **{name: getattr(one.case, name) for name in one.case.__slots__ if name != "__weakref__"}
        | {"fields": {**one.case.fields, "who": Sealed("r", "d")}}
    )
    second = version(
        2, fields=FIELDS + "caller: {type: text, sensitive: true}", migrate="from: 1\nfields: {who: caller}"
    )
    new, migration = compiled(second)
    from casewf.core.migrate import migrate

    events = migrate(one.program, new, migration, one.case, one.now, BOSS)
    assert isinstance(events, tuple)
    assert only(Migrated, events).renamed == {"who": "caller"}
    assert only(Migrated, events).fields == {}


def test_a_field_that_is_set_need_not_fit_before() -> None:
    one = story()
    one.fire("begin", data={"n": 40})
    fields = FIELDS.replace("n: {type: integer, default: 0}", "n: {type: integer, max: 9}")
    assert move(one, version(2, fields=fields)) == ["field_range"]
    capped = "from: 1\nset: {n: '9'}"
    moved(one, version(2, fields=fields, migrate=capped))
    assert one.case.fields["n"] == 9


def test_set_sees_the_case_as_it_is_in_the_new_version() -> None:
    one = story()
    one.fire("begin", data={"n": 4, "kind": "hard"})
    fields = FIELDS.replace("kind:", "sort:") + "twice: {type: integer}\nwhere: {type: text}"
    mapping = "from: 1\nfields: {kind: sort}\nclocks: {limit: keep}\nset: {twice: n * 2, where: state.main}"
    moved(
        one,
        version(
            2,
            fields=fields,
            tracks=TRACKS.replace("n, kind, until", "n, sort, until"),
            slas=SLAS.replace("kind ==", "sort =="),
            migrate=mapping,
        ),
    )
    assert (one.case.fields["twice"], one.case.fields["where"]) == (8, "work")


def test_an_expression_that_cannot_be_worked_out_refuses_the_case() -> None:
    one = story()
    fields = FIELDS + "late: {type: boolean}"
    assert move(one, version(2, fields=fields, migrate="from: 1\nset: {late: until > '2025-01-01'}")) == [
        "value_failed"
    ]


def test_several_values_do_not_become_one_and_one_becomes_several() -> None:
    many, single = "tags: {type: text, many: true}", "tags: {type: text}"
    old, new = compiled(version(1, fields=FIELDS + many))[0], compiled(version(2, fields=FIELDS + single))
    assert [gap.why.code for gap in gaps(old.workflow, new[0].workflow, new[1])] == ["field_retyped"]
    assert gaps(new[0].workflow, old.workflow, new[1]) == ()


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("{type: text}", "{type: text, sensitive: true}"),
        ("{type: text, sensitive: true}", "{type: text}"),
        ("{type: integer, sensitive: true}", "{type: decimal, sensitive: true}"),
        ("{type: choice, of: [a, b], sensitive: true}", "{type: choice, of: [a], sensitive: true}"),
    ],
)
def test_what_lies_in_the_vault_is_neither_opened_nor_judged(before: str, after: str) -> None:
    """D5: what was written in the open stays so in the history, and nobody reads the vault to convert it."""
    old = compiled(version(1, fields=f"{FIELDS}x: {before}"))[0].workflow
    new, migration = compiled(version(2, fields=f"{FIELDS}x: {after}"))
    assert [gap.why.code for gap in gaps(old, new.workflow, migration)] == ["field_sealed"]
    new, migration = compiled(version(2, fields=f"{FIELDS}x: {after}", migrate="from: 1\nfields: {x: =drop}"))
    assert gaps(old, new.workflow, migration) == ()


# People


HELD = FIELDS + "lead: {type: org}"
ASSIGNS = TRACKS.replace(
    "to: work, by: desk, accepts: [n, kind, until]}",
    "to: work, by: desk, accepts: [n, kind, until, lead], assign: {helper: lead}}",
)


def test_holders_go_along_with_their_role() -> None:
    first = version(1, fields=HELD, tracks=ASSIGNS)
    one = story(first, lineages={"yz": ("cq",)})
    one.fire("begin", data={"lead": "yz"})
    text = version(2, fields=HELD, roles="aide: {en: Aide}, ").replace("helper: {en: Helper}", "x: {en: X}")
    assert move(one, text) == ["role_unmapped"]
    renamed = text + "migrate: {from: 1, roles: {helper: aide}}"
    moved(one, renamed)
    assert one.case.holders["aide"].ids == ("yz",)
    assert one.case.holders["aide"].above == ("cq",)


def test_who_did_what_is_remembered_under_the_new_name_of_the_trigger() -> None:
    """M11: separation of duties survives a renaming, and must not be forgotten by an omission."""
    one = story()
    one.fire("begin")
    one.fire("ping")
    tracks = TRACKS.replace("trigger: ping", "trigger: remind").replace("not_by: [ping]", "not_by: [remind]")
    assert move(one, version(2, tracks=tracks)) == ["trigger_unmapped"]
    moved(one, version(2, tracks=tracks, migrate="from: 1\ntriggers: {ping: remind}"))
    assert one.codes("finish") == ["same_person"]


def test_a_new_separation_of_duties_holds_for_what_was_done_before() -> None:
    """M11: the old version did not ask who began, so only the history knows."""
    one = story()
    one.fire("begin")
    tracks = TRACKS.replace(
        "by: boss}\n    - {trigger: back", "by: [boss, desk], not_by: begin}\n    - {trigger: back"
    )
    moved(one, version(2, tracks=tracks))
    assert one.codes("close") == ["same_person"]


def test_the_history_is_asked_only_where_the_new_version_remembers_more() -> None:
    """M10, M11: it can be long."""
    same = compiled(version(1))[0].workflow
    barred = compiled(
        version(2, tracks=TRACKS.replace("to: shut, by: boss", "to: shut, by: boss, not_by: begin"))
    )
    lead_back = compiled(
        version(2, tracks=TRACKS.replace("from: [done, shut], to: work", "from: shut, to: =previous"))
    )
    assert [asks_for_more(same, one.workflow) for one, _ in (compiled(version(2)), barred, lead_back)] == [
        False,
        True,
        True,
    ]


def test_a_trigger_renamed_before_it_mattered_is_still_known() -> None:
    one = story()
    one.fire("begin")
    renamed = TRACKS.replace("trigger: begin", "trigger: start")
    moved(one, version(2, tracks=renamed, migrate="from: 1\ntriggers: {begin: start}"))
    asked = renamed.replace(
        "by: boss}\n    - {trigger: back", "by: [boss, desk], not_by: start}\n    - {trigger: back"
    )
    moved(one, version(3, tracks=asked))
    assert one.codes("close") == ["same_person"]


PARTIES = "kinds: {worker: {en: Worker}}\nby: desk"


def with_party(one, kind: str = "worker"):
    party = Party(id="p1", kind=kind)
    event = PartyRecorded(at=one.now, by=Stamp("ann"), party=party)
    from casewf.core.evolve import evolve

    one._case = evolve(one.case, event)
    one.history.append(event)
    return one


def test_what_was_done_is_remembered_under_each_name_a_trigger_had() -> None:
    """M11: one trigger is renamed, another keeps its name, and both count later."""
    one = story()
    one.fire("begin")
    one.fire("ping")
    renamed = TRACKS.replace("trigger: ping", "trigger: remind").replace("not_by: [ping]", "not_by: [remind]")
    moved(one, version(2, tracks=renamed, migrate="from: 1\ntriggers: {ping: remind}"))
    assert recall(one.program.workflow, one.history).did == {
        "begin": (("ann", None),),
        "remind": (("ann", None),),
    }


def test_a_way_back_that_the_case_never_had_is_not_missed() -> None:
    """M10: it stands where it was opened, and only the new version has another beginning."""
    one = story(version(1, tracks=TRACKS.replace("initial: idle", "initial: wait")))
    assert moved(one, version(2)) == ["Migrated"]
    assert one.codes("go_on") == ["previous_unknown"]


def test_parties_stay_with_the_kind_that_they_are_called_now() -> None:
    one = with_party(story(version(1, parties=PARTIES)))
    text = version(2, parties=PARTIES.replace("worker", "employee"))
    assert move(one, text) == ["kind_unmapped"]
    moved(one, text + "migrate: {from: 1, kinds: {worker: employee}}")
    assert one.case.parties["p1"].kind == "employee"


def test_a_case_with_parties_is_not_moved_where_none_are_kept() -> None:
    first = version(1, parties=PARTIES)
    assert moved(story(first), version(2)) == ["Migrated"]
    assert move(with_party(story(first)), version(2)) == ["parties_left"]


# Cards, and what follows


def test_the_card_is_ranked_as_the_new_version_ranks_it() -> None:
    one = story()
    one.fire("begin")
    one.elapse("mon 13:01")
    assert (one.case.card, one.case.card_rank) == ("yellow", 1)
    turned = "{red: {en: Red}, yellow: {en: Yellow}}"
    moved(one, version(2, cards=turned))
    assert (one.case.card, one.case.card_rank) == ("yellow", 2)
    text = version(3, cards="{amber: {en: Amber}, red: {en: Red}}", slas=SLAS.replace("yellow", "amber"))
    moved(one, text + "migrate: {from: 2, cards: {yellow: amber}}")
    assert one.case.card == "amber"
    gone = version(4, cards="{red: {en: Red}}", slas=SLAS.replace("card: yellow", "notify: boss"))
    moved(one, gone + "migrate: {from: 3, cards: {amber: =drop}}")
    assert (one.case.card, one.case.card_rank) == ("none", 0)


def test_an_automatic_row_that_is_open_now_runs_in_the_same_append() -> None:
    """M5: no case of the new version would stand there."""
    tracks = TRACKS.replace(
        "- {trigger: ping,",
        "- {trigger: skip, from: work, to: done, auto: true, when: n > 2}\n    - {trigger: ping,",
    )
    one = story()
    one.fire("begin", data={"n": 3})
    assert moved(one, version(2, tracks=tracks)) == ["Migrated", "Moved", "ClockStopped"]
    assert only(Moved, one.batches[-1]).trigger == "skip"
    assert CARDS in version(1)
