"""Acts through the engine (K7): who sees and may what, keys, comments, notices, races, on both stores."""

from __future__ import annotations

import pytest

from casewf.errors import BindingError, Conflict, KeyReused, NotFound, Refused
from casewf.model.amount import WorkingTime
from casewf.model.case import Actor
from casewf.model.directory import StaticDirectory
from casewf.ports.outside import Person
from casewf.ports.store import Store
from casewf.testing.clock import at
from engine_fakes import (
    CLAIM,
    HANDLER,
    STRANGER,
    SUPERVISOR,
    World,
    claim,
    dump,
    rows,
)

RULES = """\
    extension: {by: supervisor, asked_by: handler, times: 2, asked_before: 1 working hour, notify: supervisor}
    suspension: {by: supervisor, asked_by: handler, up_to: 3 days}
    target: [{within: 4 working hours}]"""
TEXT = CLAIM.replace("    target: [{within: 4 working hours}]", RULES)
HOUR = WorkingTime(hours=1)


@pytest.fixture
def acting(store: Store) -> World:
    """A case that the district has signed for; its answer is due at 16:00."""
    world = World(store, workflows=[claim(TEXT)])
    world.taken()
    return world


def ask(world: World, actor: Actor = HANDLER, **more: object) -> object:
    command = {"amount": HOUR, "comment": "等鉴定", **more}
    return world.engine.act("C-1", "request_extension", "answer", actor=actor, **command)  # type: ignore[arg-type]


def codes(refused: pytest.ExceptionInfo[Refused]) -> list[str]:
    return [reason.code for reason in refused.value.reasons]


def test_an_extension_is_asked_for_granted_and_seen(acting: World) -> None:
    waiting = ask(acting).clocks["answer"]
    assert [(one.act, one.by.id, one.amount) for one in waiting.requests] == [("extension", "li", HOUR)]
    granted = acting.engine.act("C-1", "extend", "answer", actor=SUPERVISOR).clocks["answer"]
    assert (granted.due, granted.original_due) == (at("2026-03-16 17:00"), at("2026-03-16 16:00"))
    assert (granted.extensions, granted.requests, granted.term) == ((HOUR,), (), 2)


def test_a_suspension_is_seen_with_its_end(acting: World) -> None:
    acting.engine.act("C-1", "request_suspension", "answer", actor=HANDLER, comment="等")
    view = acting.engine.act("C-1", "suspend", "answer", actor=SUPERVISOR).clocks["answer"]
    assert (view.suspended, view.suspended_until, view.due) == (True, at("2026-03-19 18:00"), None)
    acting.go("2026-03-20 09:00")
    assert acting.engine.sweep().events > 0
    view = acting.engine.case("C-1", actor=HANDLER).clocks["answer"]
    assert (view.suspended, view.phase, view.due) == (False, "running", at("2026-03-20 15:00"))


def test_a_stranger_learns_nothing(acting: World) -> None:
    """M2."""
    before = dump(acting.store)
    with pytest.raises(NotFound):
        ask(acting, STRANGER)
    with pytest.raises(NotFound):
        acting.engine.act("C-9", "extend", "answer", actor=SUPERVISOR)
    assert dump(acting.store) == before


def test_only_the_holder_may_ask(acting: World) -> None:
    """M11: the role is bound to who holds it on this case."""
    elsewhere = Actor("zhao", frozenset({"handler"}), "city")
    with pytest.raises(Refused) as refused:
        ask(acting, elsewhere)
    assert codes(refused) == ["not_holder"]


def test_a_refusal_speaks_both_languages_with_labels_and_amounts(acting: World) -> None:
    """M3, X3."""
    acting.go("15:30")
    with pytest.raises(Refused) as refused:
        ask(acting, amount=WorkingTime(hours=5))
    assert codes(refused) == ["act_up_to", "act_asked_before"]
    assert refused.value.text("zh") == (
        "工单 C-1 不能执行 申请延期（request_extension）：累计不得超过4小时工作时间；"
        "须在到期前至少1小时工作时间提出申请"
    )
    assert refused.value.text("en") == (
        "case C-1 cannot Ask for an extension (request_extension): it may be 4 hours of working time at the most in "
        "all; it must be asked for at least 1 hour of working time before the due instant"
    )


def test_a_refused_act_leaves_every_table_as_it_was(acting: World) -> None:
    """M3, M6."""
    before = dump(acting.store)
    for wrong in (
        {"comment": " "},
        {"amount": None},
        {"amount": WorkingTime(hours=9)},
        {"actor": SUPERVISOR},
    ):
        with pytest.raises(Refused):
            ask(acting, **wrong)  # type: ignore[arg-type]
    assert dump(acting.store) == before


def test_what_is_no_act_no_limit_or_no_amount_is_said(acting: World) -> None:
    with pytest.raises(Refused) as refused:
        acting.engine.act("C-1", "prolong", "answer", actor=HANDLER)
    assert codes(refused) == ["act_not_offered"]
    with pytest.raises(Refused) as refused:
        acting.engine.act("C-1", "extend", "anser", actor=HANDLER)
    assert codes(refused) == ["unknown_sla"]
    with pytest.raises(TypeError, match=r"such as WorkingDays\(3\), got '1 hour'"):
        ask(acting, amount="1 hour")
    with pytest.raises(ValueError, match="retry"):
        ask(acting, retry=-1)


def test_a_comment_lies_in_the_vault_and_is_shown_to_who_sees_the_case(acting: World) -> None:
    """D5."""
    ask(acting)
    entry = acting.engine.history("C-1", actor=HANDLER)[-1]
    assert entry.comment == "等鉴定"
    assert "等鉴定" not in acting.store.history("C-1")[-1].body
    acting.engine.erase("C-1", actor=HANDLER)
    assert [one.comment for one in acting.engine.history("C-1", actor=HANDLER)][-2] is None


def test_who_is_to_grant_is_told_of_the_request(store: Store) -> None:
    directory = {"city": [Person("zhou", "周", frozenset({"supervisor"}))]}
    world = World(
        store,
        workflows=[claim(TEXT)],
        directory=StaticDirectory({"city": None, "yuzhong": "city"}, directory),
    )
    world.taken()
    ask(world)
    notice = world.outside.deliveries[-1]
    assert notice.effect.about == "answer/request_extension"
    assert [person.id for person in notice.recipients] == ["zhou"]


def test_the_same_act_under_the_same_key_is_done_once(acting: World) -> None:
    """M7."""
    first = ask(acting, key="k").version
    acting.engine.act("C-1", "extend", "answer", actor=SUPERVISOR)
    before = dump(acting.store)
    assert ask(acting, key="k").version == first
    for other in ({"amount": WorkingTime(minutes=30)}, {"comment": "别的"}):
        with pytest.raises(KeyReused):
            ask(acting, key="k", **other)
    with pytest.raises(KeyReused):
        acting.engine.act("C-1", "request_suspension", "answer", actor=HANDLER, comment="等鉴定", key="k")
    with pytest.raises(KeyReused):
        acting.engine.fire("C-1", "note", actor=HANDLER, comment="等鉴定", key="k")
    assert dump(acting.store) == before


def test_two_grants_at_once_extend_once(acting: World) -> None:
    """D1: the second finds the request decided, or loses the race."""
    ask(acting)
    version = acting.engine.case("C-1", actor=SUPERVISOR).version
    acting.engine.act("C-1", "extend", "answer", actor=SUPERVISOR, expect=version)
    with pytest.raises(Refused) as refused:
        acting.engine.act("C-1", "extend", "answer", actor=SUPERVISOR)
    assert codes(refused) == ["act_not_requested"]
    ask(acting)
    with pytest.raises(Conflict):
        acting.engine.act("C-1", "extend", "answer", actor=SUPERVISOR, expect=version)


def test_what_was_due_before_the_act_fires_even_if_it_is_refused(acting: World) -> None:
    """E3."""
    acting.go("16:01")
    with pytest.raises(Refused) as refused:
        ask(acting)
    assert codes(refused) == ["after_due"]
    assert acting.engine.case("C-1", actor=HANDLER).card == "yellow"


def test_a_hook_that_acts_does_so_once(store: Store) -> None:
    """D2: a command of a hook is keyed by its effect, also when the hook fails afterwards and is tried again."""
    text = TEXT.replace("within: 24 hours}]", "within: 24 hours}]\n    suspension: {by: supervisor}")
    world = World(store, workflows=[claim(text)])
    world.taken()

    def act(what: str, _delivery: object) -> None:
        if what == "warn":
            world.engine.act("C-1", "request_suspension", "total", actor=HANDLER, comment="x")

    world.outside.then = act
    world.outside.broken = {"warn"}
    world.go("16:01")
    world.engine.sweep()
    assert [row.attempts for row in rows(world, "hook:warn")] == [1]
    world.go("16:10")
    world.engine.deliver()
    assert [row.attempts for row in rows(world, "hook:warn")] == [2]
    assert world.kinds().count("ActRequested") == 1


def test_an_engine_names_the_notifier_that_requests_need(store: Store) -> None:
    with pytest.raises(BindingError, match="notifies people"):
        World(store, workflows=[claim(TEXT)], notifier=None)


def test_options_are_those_of_the_case_as_a_command_would_find_it(acting: World) -> None:
    """M4: what is due by now counts as fired, and nothing is written."""
    acting.engine.act("C-1", "request_suspension", "answer", actor=HANDLER, comment="x")
    acting.engine.act("C-1", "suspend", "answer", actor=SUPERVISOR)
    acting.go("2026-03-20 09:00")
    before = dump(acting.store)
    found = {o.trigger: o for o in acting.engine.options("C-1", actor=HANDLER) if o.sla}
    assert dump(acting.store) == before
    with pytest.raises(Refused) as refused:
        acting.engine.act("C-1", "resume", "answer", actor=HANDLER)
    assert [why.code for why in found["resume"].reasons] == codes(refused) == ["not_suspended"]


def test_options_offer_acts_to_those_who_may(acting: World) -> None:
    """M4."""
    found = {(o.trigger, o.sla): o.allowed for o in acting.engine.options("C-1", actor=HANDLER) if o.sla}
    assert found["request_extension", "answer"] is True
    assert found["extend", "answer"] is False
    assert not [key for key in found if key[1] == "total"]
