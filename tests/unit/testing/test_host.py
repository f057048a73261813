"""A host made of stand-ins, the fixtures, and what is public of ``casewf.testing``."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable

import pytest

import casewf.testing
from casewf.adapters.memory import MemoryStore
from casewf.errors import BindingError, DefinitionError, NotFound
from casewf.ports.outside import Outcome
from casewf.testing import (
    FailingStore,
    RecordingNotifier,
    TestClock,
    TestHost,
    assert_called,
    assert_due,
    assert_nobody_told,
    assert_pushed,
    at,
    directory_of,
    look,
    observer,
)
from engine_fakes import claim

MONDAY = at("2026-03-16 10:00")


def host(**more: object) -> TestHost:
    options: dict[str, object] = {"people": {"wu": "operator @ city", "li": "handler @ city/yuzhong"}, **more}
    return TestHost(claim(), clock=TestClock(MONDAY), **options)  # type: ignore[arg-type]


def dispatched(**more: object) -> TestHost:
    made = host(**more)
    made.engine.open("claim", actor=made.actor("wu"), case_id="C-1", data={"phone": "139"})
    made.engine.fire("C-1", "dispatch", actor=made.actor("wu"), data={"lead_org": "yuzhong"})
    return made


def test_everything_outside_is_there_and_time_sweeps() -> None:
    made = dispatched()
    assert set(made.connectors) == {"platform"}
    assert set(made.hooks) == {"archive", "warn"}
    assert [one.person for one in made.notifier.told()] == ["li"]
    made.clock.travel(at("2026-03-16 16:30"))
    assert len(made.hooks["warn"].deliveries) == 1


def test_connectors_answer_as_told_and_a_store_may_be_given() -> None:
    store = FailingStore(MemoryStore())
    answers = {"platform": [TimeoutError("slow"), Outcome(ok=True, data={"external_no": "P-7"})]}
    made = dispatched(
        answers=answers, store=store, people=directory_of(wu="operator @ city", li="handler @ city/yuzhong")
    )
    assert made.store is store
    assert look(made.engine, "C-1").states["platform"] == "failed"
    made.clock.advance(minutes=2)
    assert look(made.engine, "C-1").fields["external_no"] == "P-7"


def test_the_same_commands_give_the_same_bytes() -> None:
    heads = [dispatched().store.heads() for _ in range(2)]
    assert heads[0] == heads[1]


def test_mistakes_are_clear_errors() -> None:
    with pytest.raises(BindingError, match="no workflow has a connector 'post'; there are: platform"):
        host(answers={"post": [Outcome(ok=True)]})
    with pytest.raises(DefinitionError, match="hotline"):
        TestHost("hotline-12352", people={}, clock=TestClock(MONDAY))
    with pytest.raises(ValueError, match="there is no person 'ma'; there are: wu, li"):
        host().actor("ma")


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (lambda at: assert_nobody_told(at.notifier, "lii"), "no person 'lii'; did you mean 'li'"),
        (lambda at: assert_nobody_told(at.notifier, about="dispach"), "no trigger 'dispach'; did you mean"),
        (
            lambda at: assert_nobody_told(at.notifier, role="handlr"),
            "no role 'handlr'; did you mean 'handler'",
        ),
        (
            lambda at: assert_nobody_told(at.notifier, about="anwser/due"),
            "no limit 'anwser'; did you mean 'answer'",
        ),
        (
            lambda at: assert_nobody_told(at.notifier, about="answer/duw"),
            "of the limit 'answer' 'duw'; did you mean",
        ),
        (lambda at: at.notifier.told("lii"), "no person 'lii'"),
        (lambda at: assert_pushed(at.connectors["platform"], "C-1", about="dispach"), "no trigger 'dispach'"),
        (
            lambda at: assert_pushed(at.connectors["platform"], "C-1", {"sumary": "absent"}),
            "no field 'sumary'",
        ),
        (lambda at: assert_called(at.hooks["warn"], "C-1", about="total/du"), "of the limit 'total' 'du'"),
        (
            lambda at: assert_due(at.engine, "C-1", "anser", None),
            "no limit 'anser'; it has answer.*did you mean",
        ),
    ],
)
def test_a_name_that_nothing_has_is_an_error_and_no_green_test(
    wrong: Callable[[TestHost], object], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        wrong(dispatched())


def test_a_name_that_there_is_may_be_asked_for() -> None:
    made = dispatched()
    for about in ("dispatch", "answer/due", "answer/extend", "p_open"):
        assert_nobody_told(made.notifier, "wu", about=about, role="operator")
    assert_nobody_told(RecordingNotifier(), "lii")


def test_roles_that_no_workflow_has_are_told_all_at_once() -> None:
    with pytest.raises(
        ValueError, match=r"(?s)'wu': there is no role 'operatr'; did you mean 'operator'.*'li': "
    ):
        host(people={"wu": "operatr @ city", "li": "boss @ city"})


def test_an_observer_sees_every_value_of_a_case() -> None:
    made = dispatched()
    assert look(made.engine, "C-1").fields["phone"] == "139"
    assert made.engine.history("C-1", actor=observer(made.engine, "C-1"))
    with pytest.raises(NotFound):
        look(made.engine, "C-2")


def test_the_public_names_are_sorted_and_all_there() -> None:
    assert list(casewf.testing.__all__) == sorted(casewf.testing.__all__)
    for name in casewf.testing.__all__:
        assert getattr(casewf.testing, name) is not None
    assert set(casewf.testing.__all__) <= set(dir(casewf.testing))
    with pytest.raises(AttributeError, match="no attribute 'Nothing'"):
        casewf.testing.Nothing  # noqa: B018


def test_importing_it_loads_nothing_and_the_clock_no_engine() -> None:
    code = (
        "import sys, casewf.testing\n"
        "assert not [name for name in sys.modules if name.startswith('casewf.') and name != 'casewf.testing']\n"
        "casewf.testing.TestClock\n"
        "assert 'casewf.engine' not in sys.modules and 'pytest' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=30)
