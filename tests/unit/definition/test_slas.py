"""What the ``slas`` section of a workflow file becomes in the model."""

from __future__ import annotations

import attrs
import pytest

from casewf.definition import parse_workflow
from casewf.definition.expression import Scope, parse
from casewf.model.amount import CalendarDays, Elapsed, WorkingDays, WorkingTime
from casewf.model.effect_specs import HookSpec, NotifySpec
from casewf.model.expression import Expression
from casewf.model.workflow import (
    ExtensionRule,
    Field,
    Moment,
    Rung,
    Sla,
    SuspensionRule,
    Target,
)

HEAD = """casewf: 1
id: small
version: 1
calendar: cn-office
roles: {handler: {zh: 办理员}, chief: {en: Chief}}
cards: {yellow: {zh: 黄牌}, red: {zh: 红牌}}
fields: {urgent: {type: boolean}, org: {type: org}, pay_by: {type: date}}
tracks:
  main:
    initial: open
    states: {open: {zh: 办理中}, waiting: {zh: 挂起}, done: {zh: 办结, final: true}}
    transitions:
      - {trigger: note_it, from: "*", by: handler}
      - {trigger: warn, from: open, by: system}
slas:
  reply:
"""
SCOPE = Scope(fields={"urgent": Field(kind="boolean"), "org": Field(kind="org")})


def expression(text: str) -> Expression:
    return parse(text, SCOPE)


def sla(text: str) -> Sla:
    lines = "".join(f"    {line}\n" for line in text.strip().splitlines())
    return parse_workflow(HEAD + lines).slas[0]


def test_moments_may_be_one_or_several() -> None:
    found = sla(
        """
start: [{enter: main.open, when: urgent}, {case: reopened}]
stop: {leave: [main.open, main.waiting]}
cancel: {fire: [warn, note_it]}
reopen: {case: closed}
pause: {in: main.waiting}
restarts: true
target: [{within: 1 day}]
"""
    )
    assert found.start == (Moment(enter=("main.open",), when=expression("urgent")), Moment(case="reopened"))
    assert found.stop == (Moment(leave=("main.open", "main.waiting")),)
    assert found.cancel == (Moment(fire=("warn", "note_it")),)
    assert found.reopen == (Moment(case="closed"),)
    assert found.pause == (Moment(inside=("main.waiting",)),)
    assert found.restarts


BARE = "start: {enter: main.open}\nstop: {enter: main.done}\ntarget: [{within: 1 day}]\n"


def test_an_sla_has_the_defaults_of_the_model() -> None:
    plain = Sla(id="reply", start=(), stop=(), target=())
    read = sla(BARE)
    assert attrs.evolve(read, start=(), stop=(), target=()) == plain


@pytest.mark.parametrize(
    ("written", "amount"),
    [
        ("1 second", Elapsed(seconds=1)),
        ("90 minutes", Elapsed(minutes=90)),
        ("24 hours", Elapsed(hours=24)),
        ("30 working minutes", WorkingTime(minutes=30)),
        ("1 working hour", WorkingTime(hours=1)),
        ("5 working days", WorkingDays(5)),
        ("45 days", CalendarDays(45)),
    ],
)
def test_an_amount_has_the_unit_that_is_written(written: str, amount: object) -> None:
    assert sla(BARE.replace("1 day", written)).target[0].within == amount


def test_targets_may_have_conditions_a_date_field_and_a_ladder_of_their_own() -> None:
    found = sla(
        BARE.replace("[{within: 1 day}]", "[{when: urgent, until: pay_by, ladder: []}, {within: 1 day}]")
        + "ladder: [{at: due, card: red}]\n"
    )
    assert found.target == (
        Target(when=expression("urgent"), until="pay_by", ladder=()),
        Target(within=CalendarDays(1), ladder=None),
    )


def test_a_rung_s_notify_and_hook_stand_before_its_effects() -> None:
    found = sla(
        BARE
        + """ladder:
  - {at: due, every: 1 working day, times: 3, notify: [handler, chief], hook: tell,
     effects: [{notify: chief}]}
  - {before: 2 hours, card: red, fire: warn, set: {urgent: true}, assign: {handler: org}}
  - {after: 1 day, hook: tell}
  - {after: 2 days, notify: chief, quiet_hours: ignore, effects: [{notify: handler}]}
"""
    )
    assert found.ladder == (
        Rung(
            percent=100,
            every=WorkingDays(1),
            times=3,
            effects=(
                NotifySpec(roles=("handler", "chief")),
                HookSpec(name="tell"),
                NotifySpec(roles=("chief",)),
            ),
        ),
        Rung(
            before=Elapsed(hours=2),
            card="red",
            fire="warn",
            set={"urgent": expression("true")},
            assign={"handler": expression("org")},
        ),
        Rung(after=CalendarDays(1), effects=(HookSpec(name="tell"),)),
        Rung(
            after=CalendarDays(2),
            effects=(NotifySpec(roles=("chief",), quiet_hours="ignore"), NotifySpec(roles=("handler",))),
        ),
    )


def test_up_to_original_is_no_other_limit() -> None:
    rule = sla(BARE + "extension: {by: chief, not_by: requester, times: 2, up_to: original}\n").extension
    assert rule == ExtensionRule(by="chief", times=2, up_to=None)
    rule = sla(BARE + "extension: {by: chief, up_to: 3 days}\n").extension
    assert rule == ExtensionRule(by="chief", up_to=CalendarDays(3))


def test_an_extension_and_a_suspension_have_the_same_keys() -> None:
    text = "{by: chief, asked_by: [handler, chief], times: 3, up_to: 5 days, asked_before: 1 hour, notify: chief}"
    more = {
        "by": "chief",
        "asked_by": ("handler", "chief"),
        "times": 3,
        "up_to": CalendarDays(5),
        "asked_before": Elapsed(hours=1),
        "notify": ("chief",),
    }
    found = sla(BARE + f"extension: {text}\nsuspension: {text}\n")
    assert (found.extension, found.suspension) == (ExtensionRule(**more), SuspensionRule(**more))
    bare = sla(BARE + "suspension: {by: chief}\n").suspension
    assert bare == SuspensionRule(by="chief")
