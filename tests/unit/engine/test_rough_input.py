"""Input that no careful host sends: it ends in a clear error, or does no harm, and tells no secret."""

from __future__ import annotations

import enum
import json
from typing import Any

import pytest

from casewf.definition.load import parse_calendar, parse_workflow
from casewf.engine.engine import Engine
from casewf.engine.verify import verify
from casewf.errors import BindingError, NotFound, Refused
from casewf.model.amount import WorkingDays
from casewf.model.case import Actor
from casewf.ports.outside import Delivery, Outcome, Person
from casewf.ports.store import Store
from casewf.testing.clock import TestClock, at
from casewf.testing.recorders import RecordingNotifier

HALF = json.loads('"\\ud800"')
OP = Actor("o", frozenset({"op"}), "u")
HEAD = Actor("h", frozenset({"h"}), "u")
WORKFLOW = """
casewf: 1
id: w
version: 1
calendar: cn-office
roles: {op: {en: Op}, h: {en: H}}
cards: {red: {en: R}}
fields:
  s: {type: text}
  n: {type: integer, default: 1}
  b: {type: boolean}
  os: {type: org, many: true}
  phone: {type: text, sensitive: true, seen_by: [h]}
  shown: {type: text, sensitive: true, seen_by: [op]}
  pin: {type: integer, sensitive: true, min: 1, max: 5, seen_by: [h]}
  code: {type: choice, of: [aa, bb], sensitive: true, seen_by: [h]}
  many: {type: text, many: true, sensitive: true, seen_by: [h]}
tracks:
  t:
    initial: a
    states: {a: {en: A}, p: {en: P}, c: {en: C, category: closed}}
    transitions:
      - {trigger: note, from: "*", by: op, accepts: [s, n, os, phone, shown, pin, code, many]EFFECT}
      - {trigger: give, from: a, by: op, asks: os, assign: {h: os}}
      - {trigger: taken, from: a, by: system, accepts: [s, phone]}
      - {trigger: hold, from: a, to: p, by: [op, system]}
      - {trigger: close, from: [a, p], to: c, by: h}
slas:
  x:
    start: {enter: t.a}
    stop: {enter: t.c}
    target: [{within: 3 working days}]
    ladder: [{at: due, notify: h, card: red}]
"""
MINE = """
casewf-calendar: 1
id: mine
zone: Asia/Shanghai
week: {sat: "00:00-24:00", sun: "00:00-24:00"}
"""


class Kind(enum.StrEnum):
    PHONE = "13900001111"


def engine(store: Store, text: str = WORKFLOW, effect: str = "", **more: Any) -> Engine:
    return Engine(
        [parse_workflow(text.replace("EFFECT", effect))],
        store=store,
        clock=more.pop("clock", TestClock(at("2026-03-02 10:00"))),
        notifier=RecordingNotifier(),
        **more,
    )


def opened(store: Store, **more: Any) -> Engine:
    one = engine(store, **more)
    one.open("w", actor=OP, case_id="C")
    return one


def codes(one: Engine, **data: object) -> list[str]:
    with pytest.raises(Refused) as refused:
        one.fire("C", "note", actor=OP, data=data)
    assert "13900001111" not in refused.value.text("en") + refused.value.text("zh")
    return [reason.code for reason in refused.value.reasons]


@pytest.mark.parametrize("error", ["printer said \udcff", 404, None])
def test_an_odd_error_of_one_case_does_not_stop_the_others(store: Store, error: Any) -> None:
    class Odd:
        def push(self, delivery: Delivery) -> Outcome:
            return Outcome(ok=delivery.case.id != "A", error=error)

    one = engine(store, effect=", effects: [{push: g}]", connectors={"g": Odd()}, deliver="later")
    for case in "ABC":
        one.open("w", actor=OP, case_id=case)
        one.fire(case, "note", actor=OP)
    report = one.deliver()
    assert (report.delivered, report.dead) == (2, 1)


def test_a_hook_whose_error_is_half_a_character_is_tried_again(store: Store) -> None:
    def hook(_delivery: Delivery) -> None:
        raise RuntimeError(HALF)

    one = opened(store, effect=", effects: [{hook: k}]", hooks={"k": hook})
    one.fire("C", "note", actor=OP)
    assert [row.state for row in store.outbox("C")] == ["pending"]


def test_a_reference_into_the_vault_is_no_value(store: Store) -> None:
    """D5, M11: it would show a value to those who may not see it."""
    one = opened(store)
    one.fire("C", "note", actor=OP, data={"phone": "13900001111"})
    sealed = store.load("C").case.fields["phone"]
    assert codes(one, shown=sealed) == ["field_type"]
    assert codes(one, s=sealed) == ["field_type"]
    assert verify(store).ok


def test_a_member_of_an_enumeration_is_the_text_it_stands_for(store: Store) -> None:
    one = opened(store)
    case = one.fire("C", "note", actor=OP, data={"s": Kind.PHONE, "phone": Kind.PHONE})
    assert (type(case.fields["s"]), case.fields["s"]) == (str, "13900001111")
    assert verify(store).ok


def test_a_number_beyond_64_bits_is_refused(store: Store) -> None:
    one = opened(store)
    assert codes(one, n=2**63) == ["field_type"]
    assert codes(one, n=10**5000) == ["field_type"]
    assert codes(one, s=10**5000) == ["field_type"]


def test_sensitive_values_keep_to_their_bounds_and_options(store: Store) -> None:
    one = opened(store)
    assert codes(one, pin=99) == ["field_range"]
    assert codes(one, code="zz") == ["field_option"]
    assert codes(one, phone=13900001111) == ["field_type"]


def test_d5_a_wrong_sensitive_option_shows_neither_itself_nor_what_is_near_it(store: Store) -> None:
    one = opened(store)
    with pytest.raises(Refused) as refused:
        one.fire("C", "note", actor=OP, data={"code": "aax"})
    [why] = refused.value.reasons
    assert why.params == {"field": "code", "found": "•••", "options": "aa, bb"}


def test_a_sensitive_field_can_hold_many_values(store: Store) -> None:
    one = opened(store)
    one.fire("C", "note", actor=OP, data={"many": ["one", "two"]})
    assert one.case("C", actor=HEAD).fields["many"] == ("one", "two")


def test_half_a_character_is_refused_wherever_it_is_given(store: Store) -> None:
    one = opened(store)
    assert codes(one, s=HALF) == ["field_type"]
    for wrong in (
        lambda: one.fire("C", "note", actor=OP, comment=f"x{HALF}"),
        lambda: one.fire("C", "note", actor=OP, key=HALF),
        lambda: one.case("C", actor=Actor(HALF, frozenset({"op"}), "u")),
        lambda: one.find(actor=OP, after=HALF),
        lambda: one.find(actor=OP, card=HALF),
        lambda: one.incidents(HALF),
        lambda: one.open("w", actor=OP, case_id=HALF),
    ):
        with pytest.raises(ValueError, match="half a character"):
            wrong()
    with pytest.raises(NotFound):
        one.case(HALF, actor=OP)


def test_an_argument_of_another_type_is_named(store: Store) -> None:
    one = opened(store)
    odd: Any = object()
    text: Any = "op"
    numbers: Any = {1}
    days: Any = type("Days", (WorkingDays,), {})(3)
    for wrong, words in (
        (lambda: one.case("C", actor=odd), "actor must be an Actor"),
        (lambda: one.case("C", actor=Actor("o", text)), "roles must be a set of names"),
        (lambda: one.case("C", actor=Actor("o", numbers)), "roles must be a set of names"),
        (lambda: one.case("C", actor=Actor("o", on_behalf=odd)), "on whose behalf"),
        (lambda: one.case(odd, actor=OP), "a case's id"),
        (lambda: one.open(odd, actor=OP), "a workflow's id"),
        (lambda: one.fire("C", odd, actor=OP), "a trigger"),
        (lambda: one.fire("C", "note", actor=OP, comment=odd), "a comment"),
        (lambda: one.act("C", "extend", "x", actor=OP, amount=days), "amount must be an amount of time"),
        (lambda: one.erase("C", actor=OP, reason=odd), "a reason"),
        (lambda: one.redeliver(odd), "an effect's id"),
        (lambda: one.find(actor=OP, card=odd), "a card"),
        (lambda: one.find(actor=OP, workflow=odd), "a workflow's id"),
        (lambda: one.find(actor=OP, state=("t", odd)), "a track or a state"),
        (lambda: one.incidents(odd), "a case's id"),
        (lambda: Person("p", quiet=odd), "quiet"),
    ):
        with pytest.raises(TypeError, match=words):
            wrong()
    assert store.load("C").case.version == 2


def test_nobody_is_no_holder(store: Store) -> None:
    one = opened(store)
    with pytest.raises(Refused):
        one.fire("C", "give", actor=OP, data={"os": []})


def test_a_person_who_is_called_like_an_organisation_does_not_hold_its_cases(store: Store) -> None:
    """M11 speaks of the actor's organisation."""
    one = opened(store)
    one.fire("C", "give", actor=OP, data={"os": ["district"]})
    namesake = Actor("district", frozenset({"h"}), "elsewhere")
    with pytest.raises(NotFound):
        one.case("C", actor=namesake)
    assert one.find(actor=namesake).cases == ()


@pytest.mark.parametrize("spelling", ["true", "'true'"])
def test_a_calendar_can_be_chosen_by_yes_or_no(store: Store, spelling: str) -> None:
    text = WORKFLOW.replace(
        "calendar: cn-office", f"calendar: {{by: b, default: cn-office, of: {{{spelling}: mine}}}}"
    )
    one = engine(store, text=text, calendars={"mine": parse_calendar(MINE)})
    dues = [one.open("w", actor=OP, data=data).clocks["x"].due for data in ({"b": True}, {"b": False}, {})]
    assert [due.isoformat()[:10] for due in dues] == ["2026-03-15", "2026-03-05", "2026-03-05"]


def test_old_cases_go_on_with_the_stored_calendar_that_nobody_gives_any_more(store: Store) -> None:
    """K6."""
    mine = WORKFLOW.replace("cn-office", "mine")
    engine(store, text=mine, calendars={"mine": parse_calendar(MINE)}).open("w", actor=OP, case_id="OLD")
    later = engine(store, text=WORKFLOW.replace("version: 1", "version: 2"))
    later.open("w", actor=OP, case_id="NEW")
    assert [case.id for case in later.find(actor=OP).cases] == ["NEW", "OLD"]
    assert later.fire("OLD", "hold", actor=OP).states["t"] == "p"


def test_a_case_whose_calendar_nobody_knows_is_named(store: Store) -> None:
    mine = WORKFLOW.replace("cn-office", "mine").replace("start: {enter: t.a}", "start: {fire: give}")
    engine(store, text=mine, calendars={"mine": parse_calendar(MINE)}).open("w", actor=OP, case_id="OLD")
    later = engine(store, text=WORKFLOW.replace("version: 1", "version: 2"))
    with pytest.raises(BindingError, match="workflow w goes by calendar mine, which was not given"):
        later.case("OLD", actor=OP)


def test_a_case_goes_on_by_its_clock_when_only_another_calendar_of_its_workflow_is_gone(store: Store) -> None:
    """K6: of the calendars that an old definition names, only those are needed that the case goes by."""
    text = WORKFLOW.replace("calendar: cn-office", "calendar: {by: b, default: mine, of: {true: other}}")
    text += "  y: {start: {enter: t.p}, stop: {enter: t.c}, target: [{within: 1 working day}]}\n"
    given = {name: parse_calendar(MINE.replace("mine", name)) for name in ("mine", "other")}
    before = engine(store, text=text, calendars=given)
    before.open("w", actor=OP, case_id="OLD", data={"b": True})
    later = engine(store, text=WORKFLOW.replace("version: 1", "version: 2"))
    view = later.case("OLD", actor=OP)
    assert view.clocks["x"].due == at("2026-03-15 00:00")
    assert later.history("OLD", actor=OP)[0].at == view.opened_at
    assert later.fire("OLD", "hold", actor=OP).clocks["y"].due == at("2026-03-08 00:00")
    assert {later.explain("OLD", name, actor=OP).calendar[0] for name in "xy"} == {"other"}


def test_a_late_rung_that_pauses_a_case_swallows_no_breach(store: Store) -> None:
    """E3: the pause is of now, and the other limit ran out before."""
    first = "first: {start: {enter: t.a}, stop: {enter: t.c}, target: [{within: 1 hour}],"
    text = WORKFLOW.replace("slas:\n", f"slas:\n  {first} ladder: [{{at: due, fire: hold}}]}}\n")
    text = text.replace("within: 3 working days", "within: 90 minutes")
    text = text.replace("    stop: {enter: t.c}\n", "    pause: {in: t.p}\n    stop: {enter: t.c}\n")
    clock = TestClock(at("2026-03-02 10:00"))
    one = opened(store, text=text, clock=clock)
    clock.travel(at("2026-03-02 13:00"))
    one.sweep()
    assert one.case("C", actor=OP).clocks["x"].verdict == "breached"


def test_options_of_the_engine_that_mean_nothing_are_refused(store: Store) -> None:
    with pytest.raises(ValueError, match="after_commit"):
        engine(store, deliver="after-commit")
    for batch in (0, 2**70):
        for wrong in (engine(store).sweep, engine(store).deliver):
            with pytest.raises(ValueError, match="batch must be 1 to 100,000"):
                wrong(batch=batch)


WRONG_CONDITIONS: dict[str, list[object]] = {
    "limit": [1.5, "5", None, True, 0, 501, 10**30],
    "closed": [["x"], 10**30, "yes", 1],
    "overdue": ["x", 0, ["x"]],
    "state": ["ta", ("t",), ("t", "a", "b"), ["t", "a"], 5, (), ("t", 1), {"t": "a"}],
    "card": [5, ["red"]],
    "workflow": [5, ["w"]],
    "due_before": ["2026-03-02", 5],
    "after": [5, ["C"]],
}
FIND = ("limit", "closed", "state", "card", "workflow", "after")


@pytest.mark.parametrize(
    ("name", "value"), [(name, value) for name, values in WRONG_CONDITIONS.items() for value in values]
)
def test_a_condition_that_cannot_be_is_an_error_that_names_it(store: Store, name: str, value: object) -> None:
    one = opened(store)
    wrong: dict[str, Any] = {name: value}
    for ask in (
        lambda: one.worklist(actor=OP, **wrong),
        lambda: one.overview(**wrong),
        *([lambda: one.find(actor=OP, **wrong)] if name in FIND else []),
    ):
        with pytest.raises((TypeError, ValueError), match=name) as error:
            ask()
        assert type(error.value) in (TypeError, ValueError)


@pytest.mark.parametrize("value", [None, "1", 1.0, True, -1])
def test_a_retry_is_a_number(store: Store, value: Any) -> None:
    one = opened(store)
    with pytest.raises((TypeError, ValueError), match="retry must be"):
        one.fire("C", "note", actor=OP, retry=value)
    assert one.case("C", actor=OP).version == 2


@pytest.mark.parametrize("value", ["no", "", 1, 0, None, ["x"]])
def test_what_cannot_be_undone_takes_true_or_false_alone(store: Store, value: Any) -> None:
    """D5, K6: the text ``no`` is true for Python, and what is erased is gone."""
    one = opened(store)
    one.fire("C", "note", actor=OP, data={"shown": "13900001111"})
    for do in (
        lambda: one.erase_person("m-1", actor=OP, apply=value),
        lambda: one.erase_person("m-1", actor=OP, texts=value),
        lambda: one.end_retention(actor=OP, apply=value),
        lambda: one.recompute("cn-office", actor=OP, apply=value),
    ):
        with pytest.raises(TypeError, match=r"(apply|texts) must be True or False"):
            do()
