"""A new version of a workflow and the open cases of the old one: the dry run tells, applying writes (X2)."""

from __future__ import annotations

from collections.abc import Callable

import attrs
import pytest

from casewf.core.evolve import replay
from casewf.definition.load import load_migration, parse_migration
from casewf.engine.migration_changes import CaseMigration, WorkflowChange
from casewf.engine.verify import verify
from casewf.errors import AdapterError, BindingError, Conflict
from casewf.model.case import Actor
from casewf.model.migration import Migration
from casewf.model.migration_events import Migrated
from casewf.ports.store import Store
from casewf.ports.stored import Append
from casewf.testing.clock import at
from engine_fakes import CLAIM, HANDLER, OPERATOR, SUPERVISOR, World, claim, dump

CHIEF = Actor("chief", frozenset({"supervisor"}), "city")
SECOND = (
    CLAIM.replace("version: 1", "version: 2", 1)
    .replace("working: {zh: 办理中", "handling: {zh: 处理中")
    .replace("to: working", "to: handling")
    .replace("from: working", "from: handling")
    .replace("dispatched, working]", "dispatched, handling]")
    .replace("summary: {type", "matter: {type")
    .replace("[summary, people", "[matter, people")
    .replace("within: 4 working hours", "within: 2 working days")
)
MAPPING = """
migrate:
  from: 1
  states: {main: {working: handling}}
  fields: {summary: matter}
  clocks: {answer: rebase}
"""
NEW = SECOND + MAPPING


def second(store: Store, text: str = NEW, **more: object) -> World:
    """The same store in the hands of an engine that has the new version."""
    return World(store, workflows=[claim(text)], **more)  # type: ignore[arg-type]


def run(
    world: World, text: str = NEW, *, apply: bool = False, **more: object
) -> tuple[WorkflowChange, dict[str, CaseMigration]]:
    told: dict[str, CaseMigration] = {}

    def tell(one: CaseMigration) -> None:
        told[one.case] = one

    found = world.engine.migrate(
        parse_migration(text),
        actor=CHIEF,
        apply=apply,
        tell=tell,
        **more,  # type: ignore[arg-type]
    )
    return found, told


def test_the_dry_run_tells_what_would_become_of_each_open_case_and_writes_nothing(store: Store) -> None:
    World(store).taken("C-1")
    World(store).open("C-2", data={"summary": "退休金"})
    new = second(store)
    before = dump(store)
    found, told = run(new)
    assert dump(store) == before
    assert (found.applied, found.counts, found.gaps) == (False, {"moved": 2}, {})
    one = told["C-1"]
    assert [(state.track, state.before, state.after) for state in one.states] == [
        ("main", "working", "handling")
    ]
    assert [(field.before, field.after, field.new) for field in one.fields] == [("summary", "matter", "欠薪")]
    assert [(clock.sla, clock.how, clock.before, clock.after) for clock in one.clocks] == [
        ("answer", "rebase", at("2026-03-16 16:00"), at("2026-03-18 18:00")),
        ("total", "keep", at("2026-03-17 10:00"), at("2026-03-17 10:00")),
    ]
    assert told["C-2"].states == ()


def test_applied_each_case_is_one_of_the_new_version_and_goes_on_as_such(store: Store) -> None:
    World(store).taken("C-1")
    new = second(store)
    told = run(new)[1]
    found, done = run(new, apply=True)
    assert (found.applied, found.counts) == (True, {"moved": 1})
    assert done == told
    view = new.engine.case("C-1", actor=HANDLER)
    assert (view.workflow_version, view.states["main"], view.fields["matter"]) == (2, "handling", "欠薪")
    assert [option.trigger for option in new.engine.options("C-1", actor=HANDLER) if option.allowed] == [
        "note",
        "suspend",
        "close",
    ]
    new.engine.fire("C-1", "close", actor=HANDLER)
    assert new.engine.case("C-1", actor=HANDLER).clocks["answer"].verdict == "met"
    assert verify(store).ok
    case = store.load("C-1")
    assert case is not None
    assert replay(row.event for row in store.history("C-1")) == case.case


def test_an_engine_that_never_heard_of_either_version_goes_by_the_stored_one(store: Store) -> None:
    """K6."""
    World(store).taken("C-1")
    run(second(store), apply=True)
    bare = World(store, workflows=[])
    assert bare.engine.workflow_of("C-1", actor=HANDLER).version == 2
    assert [one.version for one in bare.engine.definitions_of("C-1", actor=HANDLER).values()] == [1, 2]
    bare.engine.fire("C-1", "suspend", actor=HANDLER, comment="等")


def test_a_case_is_found_where_it_stands_now(store: Store) -> None:
    World(store).taken("C-1")
    new = second(store)
    run(new, apply=True)
    assert new.engine.find(actor=OPERATOR, state=("main", "working")).cases == ()
    (found,) = new.engine.find(actor=OPERATOR, state=("main", "handling")).cases
    assert found.id == "C-1"


def test_a_second_run_passes_by_what_is_there_already(store: Store) -> None:
    World(store).taken("C-1")
    new = second(store)
    run(new, apply=True)
    before = dump(store)
    found, told = run(new, apply=True)
    assert (found.applied, found.counts, told) == (False, {"present": 1}, {})
    assert dump(store) == before


def test_closed_cases_stay_where_they_were_closed(store: Store) -> None:
    old = World(store)
    old.taken("C-1")
    old.engine.fire("C-1", "close", actor=HANDLER)
    found, told = run(second(store), apply=True)
    assert (found.counts, told) == ({}, {})


def test_what_was_due_fires_first_by_the_old_version(store: Store) -> None:
    """E3: the breach is of the four hours of the old version, whatever the new one grants."""
    World(store).taken("C-1")
    new = second(store)
    new.go("16:30")
    expected = [("answer", at("2026-03-16 16:00"), True)]
    for apply in (False, True):
        first = run(new, apply=apply)[1]["C-1"].first
        assert [(one.sla, one.due, one.breaches) for one in first if one.breaches] == expected
    kinds = new.kinds()
    assert kinds.index("ClockBreached") < kinds.index("Migrated")
    clock = new.engine.case("C-1", actor=HANDLER).clocks["answer"]
    assert (clock.verdict, clock.due) == ("breached", at("2026-03-16 16:00"))


def test_a_timer_that_closes_the_case_leaves_it_closed(store: Store) -> None:
    text = CLAIM.replace(
        "{at: due, card: yellow, hook: warn}", "{at: due, card: yellow, fire: close}"
    ).replace("to: closed, by: handler", "to: closed, by: [handler, system]")
    World(store, workflows=[claim(text)]).taken("C-1")
    new = second(store)
    new.go("16:30")
    assert run(new)[0].counts == {"present": 0}
    run(new, apply=True)
    assert "Migrated" not in new.kinds()


def test_what_is_unmapped_keeps_every_case_where_it_is(store: Store) -> None:
    World(store).taken("C-1")
    new = second(store, SECOND)
    before = dump(store)
    found, told = run(new, SECOND, apply=True)
    assert dump(store) == before
    assert (found.applied, found.counts) == (False, {"unmapped": 1})
    assert [gap.why.code for gap in found.gaps[1]] == ["state_unmapped", "field_unmapped", "limit_changed"]
    assert told["C-1"].outcome == "unmapped"


REFUSING = NEW.replace("people: {type: integer, min: 1, default: 1}", "people: {type: integer, max: 5}")


def test_one_refused_case_keeps_all_where_they_are_unless_the_author_says_otherwise(store: Store) -> None:
    old = World(store)
    old.taken("C-1")
    old.open("C-2", data={"people": 9})
    new = second(store, REFUSING)
    before = dump(store)
    found, told = run(new, REFUSING, apply=True)
    assert dump(store) == before
    assert (found.applied, found.counts) == (False, {"moved": 1, "refused": 1})
    assert list(told) == ["C-2"]
    assert [one.code for one in told["C-2"].reasons] == ["field_range"]
    leaving = REFUSING + "  refused: leave\n"
    found, told = run(second(store, leaving), leaving, apply=True)
    assert (found.applied, found.counts) == (True, {"moved": 1, "refused": 1})
    assert store.load("C-2") == old.store.load("C-2")
    assert new.engine.case("C-2", actor=OPERATOR).workflow_version == 1


def test_cases_of_versions_that_are_not_named_are_left(store: Store) -> None:
    World(store).taken("C-1")
    text = NEW.replace("from: 1", "from: 7")
    found, told = run(second(store, text), text, apply=True)
    assert (found.counts, told["C-1"].outcome) == ({"elsewhere": 1}, "elsewhere")


def test_a_state_that_stays_is_told(store: Store) -> None:
    World(store).taken("C-1")
    text = NEW.replace("working: handling}", "working: =stay}")
    found, told = run(second(store, text), text, apply=True)
    assert found.counts == {"stays": 1}
    assert [(one.track, one.before) for one in told["C-1"].states] == [("main", "working")]


def test_other_content_under_a_version_that_is_stored_is_no_version(store: Store) -> None:
    """K6."""
    World(store).taken("C-1")
    text = NEW.replace("version: 2", "version: 1", 1).replace("from: 1", "from: 7")
    with pytest.raises(AdapterError, match="give the changed one a new version"):
        run(second(store, text), text)


def test_the_mapping_can_be_mended_while_cases_of_the_new_version_are_open(store: Store) -> None:
    """K6: the section is no part of the content."""
    World(store).taken("C-1")
    new = second(store, SECOND)
    new.open("C-2")
    assert run(new, SECOND, apply=True)[0].counts == {"unmapped": 1, "present": 1}
    mended = second(store, NEW)
    assert run(mended, NEW, apply=True)[0].counts == {"moved": 1, "present": 1}
    assert claim(NEW) == claim(SECOND)


def test_who_was_assigned_by_an_automatic_row_has_the_organisations_above_it(store: Store) -> None:
    """D3: resolved before the move, also where the field has another name."""
    text = NEW.replace("lead_org: {type: org", "owner: {type: org").replace("[lead_org]", "[owner]")
    text = (
        text.replace("handler: lead_org", "handler: owner")
        .replace(
            "      - {trigger: suspend,",
            "      - {trigger: own, from: handling, to: suspended, auto: true, when: has(owner),"
            " assign: {supervisor: owner}}\n      - {trigger: suspend,",
        )
        .replace("fields: {summary: matter}", "fields: {summary: matter, lead_org: owner}")
    )
    text = text.replace(
        "      suspend: {zh: 挂起, en: Suspend}", "      suspend: {zh: 挂起}\n      own: {zh: 自办}"
    )
    World(store).taken("C-1")
    new = second(store, text)
    run(new, text, apply=True)
    stored = store.load("C-1")
    assert stored is not None
    assert (stored.case.holders["supervisor"].ids, stored.case.holders["supervisor"].above) == (
        ("yuzhong",),
        ("city",),
    )


def test_an_organisation_that_nobody_knows_is_no_value(store: Store) -> None:
    World(store).taken("C-1")
    text = NEW + "  set: {lead_org: \"'nowhere'\"}\n"
    found, told = run(second(store, text), text)
    assert [one.code for one in told["C-1"].reasons] == ["org_unknown"]
    assert found.in_the_way


# Effects under way


def test_a_push_whose_outcome_would_come_back_under_a_lost_name_is_delivered_first(store: Store) -> None:
    """D2: else its answer would be refused by the new version, and lost."""
    old = World(store, deliver="later")
    old.taken("C-1")
    text = NEW.replace("p_ok", "p_done").replace("on_ok: p_done", "on_ok: p_done")
    new = second(store, text, deliver="later")
    found, told = run(new, text)
    (why,) = told["C-1"].reasons
    assert why.code == "effect_pending"
    assert "push:platform (summary, p_ok)" in why.text("en")
    assert "platform" in why.text("zh")
    new.engine.deliver()
    assert run(new, text)[0].counts == {"moved": 1}
    assert found.in_the_way


# Trouble


class Faulty:
    """A store of which one append fails."""

    def __init__(self, store: Store, fails: Callable[[Append], Exception | None]) -> None:
        self._store = store
        self._fails = fails

    def append(self, batch: Append) -> None:
        failure = self._fails(batch)
        if failure is not None:
            raise failure
        self._store.append(batch)

    def __getattr__(self, name: str) -> object:
        return getattr(self._store, name)


def many(store: Store, count: int = 5) -> None:
    for number in range(1, count + 1):
        World(store).taken(f"C-{number}")


def test_a_run_that_is_cut_off_between_two_cases_is_finished_by_another_one(store: Store) -> None:
    many(store)
    left = iter((None, None))

    def cut(batch: Append) -> Exception | None:
        return next(left, KeyboardInterrupt())  # type: ignore[return-value]

    with pytest.raises(KeyboardInterrupt):
        run(second(Faulty(store, cut)), apply=True)  # type: ignore[arg-type]
    versions = [row.workflow[1] for name in range(1, 6) if (row := store.load(f"C-{name}").case)]  # type: ignore[union-attr]
    assert sorted(versions) == [1, 1, 1, 2, 2]
    found, _ = run(second(store), apply=True)
    assert found.counts == {"moved": 3, "present": 2}
    assert verify(store).ok


def test_a_case_that_fails_is_an_incident_and_stops_no_other(store: Store) -> None:
    many(store)

    def broken(batch: Append) -> Exception | None:
        return AdapterError("no space left") if batch.case.id == "C-2" else None

    found, told = run(second(Faulty(store, broken)), apply=True)  # type: ignore[arg-type]
    assert found.counts == {"moved": 4, "failed": 1}
    assert told["C-2"].error == "AdapterError: no space left"
    (incident,) = store.incidents("C-2")
    assert (incident.kind, incident.about) == ("migration_failed", "AdapterError")
    assert run(second(store), apply=True)[0].counts == {"moved": 1, "present": 4}


def test_somebody_who_is_faster_is_not_in_the_way(store: Store) -> None:
    """D1: the move is decided anew on the case as it is then."""
    World(store).taken("C-1")
    other = World(store)
    once = iter((True,))

    def faster(batch: Append) -> Exception | None:
        if next(once, False):
            other.engine.fire("C-1", "suspend", actor=HANDLER, comment="等")
        return None

    new = second(Faulty(store, faster))  # type: ignore[arg-type]
    found, told = run(new, apply=True)
    assert found.counts == {"moved": 1}
    assert store.load("C-1").case.states["main"] == "suspended"  # type: ignore[union-attr]
    assert told["C-1"].states == ()


def test_who_is_always_faster_makes_the_case_fail(store: Store) -> None:
    World(store).taken("C-1")
    new = second(Faulty(store, lambda batch: Conflict(batch.case.id, 1, 2)))  # type: ignore[arg-type]
    assert run(new, apply=True)[0].counts == {"failed": 1}


def test_it_ends_between_two_cases_when_it_is_told_to(store: Store) -> None:
    many(store)
    asked = iter((False,) * 5 + (False, False, True))
    found, told = run(second(store), apply=True, stop=lambda: next(asked))
    assert (found.stopped, found.counts, len(told)) == (True, {"moved": 2}, 2)
    assert run(second(store), apply=True, stop=lambda: True)[0].stopped


def test_cases_are_read_page_by_page(store: Store) -> None:
    many(store, 7)
    assert run(second(store), apply=True, batch=2)[0].counts == {"moved": 7}


@pytest.mark.parametrize(
    ("arguments", "error", "what"),
    [
        ({"apply": "no"}, TypeError, "apply must be True or False"),
        ({"batch": 0}, ValueError, "batch must be"),
        ({"migration": "claim.yaml"}, TypeError, "load_migration"),
        ({"migration": Migration(workflow="claim", version=9)}, ValueError, "version 9"),
        ({"migration": Migration(workflow="other", version=2)}, BindingError, "no workflow 'other'"),
    ],
)
def test_what_cannot_be_asked_is_said(
    store: Store, arguments: dict[str, object], error: type[Exception], what: str
) -> None:
    given = {"migration": parse_migration(NEW), "actor": CHIEF, **arguments}
    with pytest.raises(error, match=what):
        second(store).engine.migrate(**given)  # type: ignore[arg-type]


def test_a_file_without_the_section_moves_what_both_versions_have(store: Store) -> None:
    World(store).taken("C-1")
    text = CLAIM.replace("version: 1", "version: 2", 1)
    assert run(second(store, text), text, apply=True)[0].counts == {"moved": 1}
    packaged = load_migration("hotline-12351")
    assert (packaged.workflow, packaged.sources) == ("hotline-12351", ())


def test_the_history_of_a_moved_case_is_told_by_both_versions(store: Store) -> None:
    """X1: what happened before is in the words of its time."""
    from casewf.views.timeline import timeline

    World(store).taken("C-1")
    new = second(store)
    run(new, apply=True)
    shown = {
        lang: timeline(
            new.engine.workflow_of("C-1", actor=HANDLER),
            new.engine.history("C-1", actor=HANDLER),
            zone="Asia/Shanghai",
            lang=lang,
            definitions=new.engine.definitions_of("C-1", actor=HANDLER),
        )
        for lang in ("zh", "en")
    }
    assert "流程由第1版改为第2版 · chief" in shown["zh"]
    assert "Version 1 of the workflow becomes 2 · chief" in shown["en"]
    assert "办理中" in shown["zh"]
    assert "处理中" in shown["zh"]
    without = timeline(
        new.engine.workflow_of("C-1", actor=HANDLER),
        new.engine.history("C-1", actor=HANDLER),
        zone="Asia/Shanghai",
    )
    assert "working" in without
    assert attrs.asdict(only_migrated(store), recurse=False)["gone"] == ()


def only_migrated(store: Store) -> Migrated:
    (event,) = (row.event for row in store.history("C-1") if isinstance(row.event, Migrated))
    return event


# Personal data


PERSONAL = CLAIM.replace(
    "external_no: {type: text}", "external_no: {type: text}\n  member: {type: text, identifies: true}"
).replace("accepts: [summary, people, phone]", "accepts: [summary, people, phone, member]")
PERSONAL_NEW = (
    PERSONAL.replace("version: 1", "version: 2", 1)
    .replace("phone", "tel")
    .replace("member:", "person_no:")
    .replace(", member]", ", person_no]")
    + "migrate: {from: 1, fields: {phone: tel, member: person_no}}\n"
)


def test_personal_data_is_found_and_erased_across_versions(store: Store) -> None:
    """D5: what was given under an old name is as much his."""
    old = World(store, workflows=[claim(PERSONAL)])
    old.open("C-1", data={"phone": "13900001111", "member": "m-7"})
    new = second(store, PERSONAL_NEW)
    run(new, PERSONAL_NEW, apply=True)
    assert new.engine.case("C-1", actor=OPERATOR).fields["tel"] == "13900001111"
    new.engine.fire("C-1", "note", actor=OPERATOR, data={"tel": "13900002222"})
    (held,) = new.engine.personal_data("m-7")["cases"]  # type: ignore[misc, union-attr]
    assert held["fields"]["tel"] == "13900002222"  # type: ignore[index, call-overload]
    assert [one["value"] for one in held["former_values"]] == ["13900001111"]  # type: ignore[index, call-overload, union-attr]
    assert new.engine.erase("C-1", actor=OPERATOR, fields=["tel"]) == 2
    assert verify(store).ok
    again = World(store, workflows=[claim(PERSONAL)])
    again.open("C-2", data={"phone": "13900003333", "member": "m-7"})
    run(new, PERSONAL_NEW, apply=True)
    done = new.engine.erase_person("m-7", actor=SUPERVISOR, reason="asked", apply=True)
    assert {one.case: one.values for one in done.cases} == {"C-1": 0, "C-2": 1}
    assert verify(store).ok


def test_whose_the_data_is_may_be_said_after_the_move(store: Store) -> None:
    """D5: by the field that says so in the new version, also of what was given before."""
    World(store, workflows=[claim(PERSONAL)]).open("C-1", data={"phone": "13900001111"})
    new = second(store, PERSONAL_NEW)
    run(new, PERSONAL_NEW, apply=True)
    new.engine.fire("C-1", "note", actor=OPERATOR, data={"person_no": "m-9"})
    done = new.engine.erase_person("m-9", actor=SUPERVISOR, reason="asked", apply=True)
    assert [(one.case, one.values) for one in done.cases] == [("C-1", 1)]


def test_another_field_may_say_whose_the_data_is_from_now_on(store: Store) -> None:
    """D5: the value lay in the case before, and means something only by the new version."""
    plain = PERSONAL.replace(", identifies: true", "")
    World(store, workflows=[claim(plain)]).open("C-1", data={"phone": "13900001111", "member": "m-3"})
    text = PERSONAL.replace("version: 1", "version: 2", 1)
    new = second(store, text)
    run(new, text, apply=True)
    (held,) = new.engine.personal_data("m-3")["cases"]  # type: ignore[misc, union-attr]
    assert held["fields"]["phone"] == "13900001111"  # type: ignore[index, call-overload]


def test_a_value_that_becomes_another_under_another_name_is_one_change(store: Store) -> None:
    """It was told as dropped, beside a new value out of nowhere."""
    field = "  people: {type: integer, min: 1, default: 1}"
    had = CLAIM.replace(field, f"{field}\n  urgency: {{type: choice, of: [high, low]}}")
    has = SECOND.replace(
        field, f"{field}\n  priority: {{type: choice, of: [urgent, routine], default: routine}}"
    )
    has += MAPPING.replace(
        "matter}", "matter, urgency: {to: priority, values: {high: urgent, low: routine}}}"
    )
    old = World(store, workflows=[claim(had)])
    old.open("C-1", data={"urgency": "high"})
    old.open("C-2")
    _, told = run(second(store, has), has)
    assert [(one.before, one.after, one.old, one.new) for one in told["C-1"].fields] == [
        ("urgency", "priority", "high", "urgent")
    ]
    (default,) = told["C-2"].fields
    assert (default.before, default.after, default.old, default.new) == (None, "priority", None, "routine")


DROPPED = (
    PERSONAL.replace("version: 1", "version: 2", 1).replace("phone", "spare")
    + "migrate: {from: 1, fields: {phone: =drop}}\n"
)


def test_a_dropped_sensitive_value_stays_in_the_vault_until_it_is_erased(store: Store) -> None:
    """D5: the change says so, and every way of erasing still finds it."""
    old = World(store, workflows=[claim(PERSONAL)])
    for name in ("C-1", "C-2"):
        old.open(name, data={"phone": "13900001111", "member": "m-7"})
    new = second(store, DROPPED)
    for apply in (False, True):
        _, told = run(new, DROPPED, apply=apply)
        assert [(one.before, one.after, one.in_vault) for one in told["C-1"].fields] == [
            ("phone", None, True)
        ]
    cases = new.engine.personal_data("m-7")["cases"]
    assert [one["former_values"] for one in cases] == [[{"name": "phone", "value": "13900001111"}]] * 2  # type: ignore[index, call-overload, union-attr]
    assert new.engine.erase("C-1", actor=OPERATOR, fields=["phone"]) == 1
    done = new.engine.erase_person("m-7", actor=SUPERVISOR, reason="asked", apply=True)
    assert {one.case: one.values for one in done.cases} == {"C-1": 0, "C-2": 1}
    assert verify(store).ok


def test_a_dropped_value_is_his_whose_field_was_dropped_with_it(store: Store) -> None:
    text = DROPPED.replace("  member: {type: text, identifies: true}\n", "").replace("spare, member", "spare")
    text = text.replace("{phone: =drop}", "{phone: =drop, member: =drop}")
    World(store, workflows=[claim(PERSONAL)]).open("C-1", data={"phone": "13900001111", "member": "m-7"})
    new = second(store, text)
    run(new, text, apply=True)
    done = new.engine.erase_person("m-7", actor=SUPERVISOR, reason="asked", apply=True)
    assert {one.case: one.values for one in done.cases} == {"C-1": 1}


def test_a_dropped_value_goes_when_the_retention_is_over(store: Store) -> None:
    keep = "retention: {keep: 10 days}\n"
    World(store, workflows=[claim(PERSONAL + keep)]).taken("C-1")
    text = DROPPED + keep
    new = second(store, text)
    run(new, text, apply=True)
    new.engine.fire("C-1", "close", actor=HANDLER)
    new.clock.travel(at("2026-04-20 09:00"))
    done = new.engine.end_retention(actor=SUPERVISOR, reason="over", apply=True)
    assert {one.case: one.values for one in done.cases} == {"C-1": 1}
