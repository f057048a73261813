"""What the keys of a workflow file become in the model."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from casewf.definition import load_workflow, parse_workflow
from casewf.definition.expression import Scope, parse
from casewf.errors import DefinitionError
from casewf.model.amount import CalendarDays, Elapsed, WorkingDays
from casewf.model.effect_specs import HookSpec, NotifySpec, PushSpec, SendIf
from casewf.model.expression import Expression
from casewf.model.people import Retention
from casewf.model.roles import By
from casewf.model.text import Label
from casewf.model.workflow import (
    CalendarChoice,
    ExtensionRule,
    Field,
    Moment,
    Opening,
    Rung,
    Sla,
    State,
    Target,
    Track,
    Transition,
    Workflow,
)

FIELDS = """
  urgent: {type: boolean, default: false}
  note: {type: text}
  caller: {type: text, sensitive: true, seen_by: handler}
  org: {type: org}
  count: {type: integer, min: 0, max: 9, default: 0}
  pay_by: {type: date}
"""
HEAD = f"""casewf: 1
id: small
version: 3
calendar: cn-office
roles: {{handler: {{zh: 办理员}}, chief: {{en: Chief}}}}
cards: {{yellow: {{zh: 黄牌}}, red: {{zh: 红牌}}}}
fields:{FIELDS}"""
TRACK = """tracks:
  main:
    initial: open
    states:
      open: {zh: 办理中}
      waiting: {zh: 挂起}
      done: {zh: 办结, final: true}
    transitions:
      - {trigger: note_it, from: "*", by: handler}
      - {trigger: warn, from: open, by: system}
"""

SCOPE = Scope(
    fields={
        "urgent": Field(kind="boolean"),
        "note": Field(kind="text"),
        "caller": Field(kind="text", sensitive=True),
        "org": Field(kind="org"),
        "count": Field(kind="integer"),
    },
    tracks={"main": ("open", "waiting", "done")},
)


def expression(text: str) -> Expression:
    return parse(text, SCOPE)


def workflow(text: str = "") -> Workflow:
    return parse_workflow(HEAD + TRACK + text)


def row(text: str) -> Transition:
    """The one transition ``text`` in a small workflow."""
    return workflow_with_row(text).tracks[0].transitions[-1]


def workflow_with_row(text: str) -> Workflow:
    return parse_workflow(HEAD + TRACK + f"      - {text}\n")


def codes(text: str) -> list[str]:
    with pytest.raises(DefinitionError) as caught:
        parse_workflow(text)
    return [finding.code for finding in caught.value.findings]


def test_a_file_and_its_python_twin_are_equal() -> None:
    read = parse_workflow(
        """casewf: 1
id: twin
version: 2
title: {zh: 双胞胎, en: Twin}
calendar: {by: district, default: cn-office, of: {"500103": cn-office-yuzhong}}
roles: {handler: {zh: 办理员, en: Handler}}
fields: {district: {type: text, title: {zh: 属地}}}
opening: {by: handler, needs: district, accepts: []}
tracks:
  main:
    title: {en: Main}
    initial: open
    states: {open: {zh: 办理中}, done: {zh: 办结, category: closed, ends_case: true}}
    triggers: {finish: {zh: 办结}}
    transitions:
      - {trigger: finish, from: open, to: done, by: handler, when: has(district)}
slas:
  reply:
    start: {enter: main.open}
    stop: {fire: finish}
    target: [{within: 5 working days}]
    ladder: [{at: 80%, notify: handler}]
retention: {keep: 1095 days}
"""
    )
    guard = parse("has(district)", Scope(fields={"district": Field(kind="text")}))
    assert read == Workflow(
        id="twin",
        version=2,
        title=Label(zh="双胞胎", en="Twin"),
        calendar=CalendarChoice(default="cn-office", field="district", of={"500103": "cn-office-yuzhong"}),
        roles={"handler": Label(zh="办理员", en="Handler")},
        fields={"district": Field(kind="text", title=Label(zh="属地"))},
        opening=Opening(by=(By(role="handler"),), needs=("district",), accepts=()),
        tracks=(
            Track(
                id="main",
                title=Label(en="Main"),
                initial="open",
                states=(
                    State(id="open", title=Label(zh="办理中")),
                    State(id="done", title=Label(zh="办结"), closed=True, ends_case=True),
                ),
                triggers={"finish": Label(zh="办结")},
                transitions=(
                    Transition(
                        trigger="finish",
                        sources=("open",),
                        target="done",
                        by=(By(role="handler"),),
                        when=guard,
                    ),
                ),
            ),
        ),
        slas=(
            Sla(
                id="reply",
                start=(Moment(enter=("main.open",)),),
                stop=(Moment(fire=("finish",)),),
                target=(Target(within=WorkingDays(5)),),
                ladder=(Rung(percent=80, effects=(NotifySpec(roles=("handler",)),)),),
            ),
        ),
        retention=Retention(keep=CalendarDays(1095)),
    )


def test_the_packaged_hotline_workflow_loads_without_a_finding() -> None:
    hotline = load_workflow("hotline-12351")
    assert [track.id for track in hotline.tracks] == ["union", "government", "oversight", "performance"]
    assert hotline.sla("handle").extension == ExtensionRule(
        by="supervisor", asked_by=("handler",), asked_before=WorkingDays(1), notify=("supervisor",)
    )
    opened = hotline.track("government").transitions[0]
    assert opened.auto
    assert opened.effects == hotline.track("government").transitions[1].effects
    assert isinstance(opened.effects[0], PushSpec)
    assert opened.effects[0].retry == tuple(Elapsed(minutes=minutes) for minutes in (1, 5, 15, 60))


@pytest.mark.parametrize(
    ("declared", "value"),
    [
        ("{type: text, default: 2026-01-01}", "2026-01-01"),
        ("{type: integer, default: -3}", -3),
        ("{type: decimal, default: 1.50}", Decimal("1.50")),
        ("{type: boolean, default: true}", True),
        ("{type: choice, of: [a, b], default: b}", "b"),
        ("{type: date, default: 2026-01-31}", dt.date(2026, 1, 31)),
        ('{type: instant, default: "1970-01-01T08:00:01+08:00"}', 1_000_000),
        ("{type: org, default: union-1}", "union-1"),
        ("{type: integer, many: true, default: [1, 2]}", (1, 2)),
        ("{type: text}", None),
    ],
)
def test_a_default_has_the_type_of_its_field(declared: str, value: object) -> None:
    field = workflow_with_field(declared)
    assert field.default == value
    assert type(field.default) is type(value)


def workflow_with_field(declared: str) -> Field:
    return parse_workflow(f"{HEAD}  it: {declared}\n{TRACK}").fields["it"]


def test_options_keep_their_order_and_labels() -> None:
    field = workflow_with_field("{type: choice, of: {b: {zh: 乙}, a: {zh: 甲}}}")
    assert field.of == ("b", "a")
    assert field.options == {"b": Label(zh="乙"), "a": Label(zh="甲")}


def test_cards_are_ordered_mildest_first() -> None:
    assert [card for card, _ in workflow().cards] == ["yellow", "red"]


def test_a_star_is_every_state_that_is_not_final_in_file_order() -> None:
    assert workflow().tracks[0].transitions[0].sources == ("open", "waiting")


def test_final_implies_closed() -> None:
    assert workflow().tracks[0].state("done") == State(
        id="done", title=Label(zh="办结"), closed=True, final=True
    )


def test_a_row_without_to_is_an_internal_move_and_previous_is_kept_as_a_word() -> None:
    assert row("{trigger: x, from: open, by: handler}").target is None
    assert row("{trigger: x, from: waiting, to: =previous, by: handler}").target == "=previous"


def test_by_takes_roles_the_system_and_roles_without_their_holder() -> None:
    assert row("{trigger: x, from: open, by: [handler, {any: chief}, system]}").by == (
        By(role="handler"),
        By(role="chief", any=True),
        By(role="system"),
    )


def test_an_automatic_row_has_no_by() -> None:
    assert row("{trigger: x, from: open, to: done, auto: true}").auto
    assert codes(HEAD + TRACK + "      - {trigger: x, from: open, auto: true, by: handler}\n") == ["CW205"]
    assert codes(HEAD + TRACK + "      - {trigger: x, from: open, auto: false}\n") == ["CW203"]


def test_numbers_and_booleans_are_expressions_too() -> None:
    found = row(
        "{trigger: x, from: open, by: handler, when: true, set: {count: 1, urgent: false, note: \"'ok'\"}}"
    )
    assert found.when == expression("true")
    assert found.set == {"count": expression("1"), "urgent": expression("false"), "note": expression("'ok'")}


def test_a_sensitive_field_is_only_asked_whether_it_is_given() -> None:
    assert row("{trigger: x, from: open, by: handler, when: has(caller)}").when == expression("has(caller)")
    rows = "      - {trigger: x, from: open, by: handler, set: {note: caller}}\n"
    assert codes(HEAD + TRACK + rows) == ["CW401"]


def test_effects_come_in_file_order() -> None:
    found = row(
        "{trigger: x, from: open, by: handler, clears: cards, assign: {handler: actor.org}, effects: ["
        "{notify: chief}, {notify: handler, quiet_hours: ignore},"
        " {push: gov, send: note, send_if: {when: urgent, fields: caller}, on_fail: warn,"
        " retry: [1 minute]}, {hook: tell}]}"
    )
    assert found.clears == ("cards",)
    assert found.assign == {"handler": expression("actor.org")}
    assert found.effects == (
        NotifySpec(roles=("chief",)),
        NotifySpec(roles=("handler",), quiet_hours="ignore"),
        PushSpec(
            connector="gov",
            send=("note",),
            send_if=SendIf(when=expression("urgent"), fields=("caller",)),
            on_fail="warn",
            retry=(Elapsed(minutes=1),),
        ),
        HookSpec(name="tell"),
    )


def test_without_opening_anybody_may_open_with_every_field() -> None:
    assert workflow().opening == Opening()
    assert workflow("opening: {by: handler}\n").opening == Opening(by=(By(role="handler"),))


@pytest.mark.parametrize(("code", "finding"), [('"500103"', None), ("urgnt", "CW303")])
def test_a_calendar_by_choice_knows_the_options(code: str, finding: str | None) -> None:
    text = HEAD.replace("calendar: cn-office", f"calendar: {{by: kind, default: a, of: {{{code}: b}}}}")
    options = '["500103", urgent]'
    text += f"  kind: {{type: choice, of: {options}}}\n{TRACK}"
    if finding:
        assert codes(text) == [finding]
    else:
        assert parse_workflow(text).calendar == CalendarChoice(default="a", field="kind", of={"500103": "b"})
