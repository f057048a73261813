"""What the host must pass is checked when the engine is made, all at once."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from casewf import AsyncEngine, SmtpNotifier, Webhook
from casewf.adapters.memory import MemoryStore
from casewf.errors import AdapterError, BindingError
from casewf.ports.outside import Delivery, Outcome
from casewf.testing import FailingStore
from casewf.testing.clock import TestClock, at
from casewf.worktime import WorkCalendar
from engine_fakes import CLAIM, OPERATOR, START, Outside, World, claim


def problems(**options: Any) -> list[str]:
    with pytest.raises(BindingError) as caught:
        World(MemoryStore(), **options)
    return list(caught.value.problems)


def test_everything_that_is_missing_is_told_in_one_error() -> None:
    other = claim(
        CLAIM.replace("id: claim", "id: other").replace("calendar: cn-office", "calendar: my-office")
    )
    found = problems(workflows=[claim(), other], notifier=None, connectors={}, hooks={})
    assert found == [
        "workflow claim calls hook 'archive': pass hooks={'archive': function}",
        "workflow claim calls hook 'warn': pass hooks={'warn': function}",
        "workflow claim pushes to connector 'platform': pass connectors={'platform': connector}",
        "workflow claim notifies people: pass notifier=",
        "workflow other calls hook 'archive': pass hooks={'archive': function}",
        "workflow other calls hook 'warn': pass hooks={'warn': function}",
        "workflow other pushes to connector 'platform': pass connectors={'platform': connector}",
        "workflow other notifies people: pass notifier=",
        "workflow other goes by calendar 'my-office', which is not packaged (there are: cn-office); "
        "a host passes calendars={'my-office': calendar}, a story names its file under `calendars:`",
    ]


def test_a_name_that_is_nearly_right_is_told_and_one_too_many_is_not() -> None:
    outside = Outside()
    found = problems(
        connectors={"platfrom": outside}, hooks={"warn": outside.warn, "archives": outside.archive}
    )
    assert [one.partition("; ")[2] for one in found] == ["'archives' was passed", "'platfrom' was passed"]
    World(MemoryStore(), connectors={"platform": outside, "govv": outside})


class Naming(Outside):
    """A notifier and connector whose host has named fields."""

    def __init__(self, *names: str) -> None:
        super().__init__()
        self.field_names = names


class TestFieldNames:
    def test_a_field_that_no_workflow_has_is_told_with_the_nearest(self) -> None:
        outside = {
            "notifier": Naming("summary", "lead_ogr"),
            "connectors": {"platform": Naming("external_on", "??")},
        }
        first, second, third = problems(**outside)
        assert first == "notifier names the field 'lead_ogr', which no workflow has; did you mean 'lead_org'?"
        assert (
            second
            == "connector 'platform' names the field 'external_on', which no workflow has; did you mean 'external_no'?"
        )
        assert third.startswith(
            "connector 'platform' names the field '??', which no workflow has; there are: "
        )

    def test_one_of_another_workflow_of_the_engine_may_be_named(self) -> None:
        other = claim(CLAIM.replace("id: claim", "id: other").replace("external_no", "their_no"))
        World(MemoryStore(), workflows=[claim(), other], connectors={"platform": Naming("their_no")})

    def test_one_that_an_older_version_in_the_store_had_may_be_named(self) -> None:
        store = MemoryStore()
        World(store).open()
        newer = claim(CLAIM.replace("version: 1", "version: 2").replace("external_no", "their_no"))
        World(store, workflows=[newer], connectors={"platform": Naming("external_no", "their_no")})
        with pytest.raises(
            BindingError, match="'external_mo', which no workflow has; did you mean 'external_no'"
        ):
            World(store, workflows=[newer], connectors={"platform": Naming("external_mo")})

    def test_a_store_that_cannot_say_what_older_versions_had_is_no_mistake_of_the_name(self) -> None:
        store = FailingStore(MemoryStore())
        store.fail("definitions")
        World(store, notifier=Naming("lead_ogr"))

    def test_an_async_engine_looks_at_them_too(self) -> None:
        outside = Naming("lead_ogr")
        with pytest.raises(BindingError, match="notifier names the field 'lead_ogr'"):
            AsyncEngine(
                [claim()],
                store=MemoryStore(),
                clock=TestClock(at(START)),
                notifier=outside,
                connectors={"platform": outside},
                hooks={"warn": outside.warn, "archive": outside.archive},
            )

    def test_those_of_a_mail_and_of_an_answer_are_looked_at(self) -> None:
        clock = TestClock(at(START))
        mail = SmtpNotifier(
            "mail.example", sender="a@union.example", address=lambda _: None, clock=clock, fields=["sumary"]
        )
        webhook = Webhook(
            "https://gov.example",
            secrets=["whsec_" + "QUJD" * 8],
            source="https://union.example",
            clock=clock,
            answers=["external"],
        )
        assert [one.split(";")[0] for one in problems(notifier=mail, connectors={"platform": webhook})] == [
            "notifier names the field 'sumary', which no workflow has",
            "connector 'platform' names the field 'external', which no workflow has",
        ]


class Tells:
    """A clock that tells whatever it is given."""

    def __init__(self, told: object) -> None:
        self._told = told

    def now(self) -> Any:
        if isinstance(self._told, Exception):
            raise self._told
        return self._told


@pytest.mark.parametrize(
    ("told", "said"),
    [
        (1_773_626_400, "1773626400, which looks like seconds"),
        (1_773_626_400.25, "1773626400.25, which looks like seconds"),
        (1_773_626_400_000, "which looks like milliseconds"),
        (1_773_626_400_000_000_000, "which looks like nanoseconds"),
        (1_773_626_400_000_000.0, "which looks like microseconds"),
        (0, "it returned 0"),
        (True, "it returned True"),
        (dt.datetime(2026, 3, 16, tzinfo=dt.UTC), "tzinfo=datetime.timezone.utc)"),
        (None, "it returned None"),
    ],
)
def test_a_clock_that_tells_no_microseconds_is_told(told: object, said: str) -> None:
    (problem,) = problems(clock=Tells(told))
    assert "microseconds since 1970-01-01T00:00Z as an int" in problem
    assert problem.endswith(said)


@pytest.mark.parametrize("clock", [object(), min])
def test_what_is_no_clock_is_told(clock: object) -> None:
    (problem,) = problems(clock=clock)
    assert "clock has no method now()" in problem
    assert "pass SystemClock()" in problem


def test_a_clock_that_is_away_is_asked_again_when_it_is_needed() -> None:
    World(MemoryStore(), clock=Tells(AdapterError("no server")))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("workflows", "home", "said"),
    [
        (["claim.yaml"], MemoryStore(), "'claim.yaml', which is no workflow; give what load_workflow"),
        ("claim.yaml", MemoryStore(), r"\[load_workflow\(path\)\], got 'claim.yaml'"),
        (claim(), MemoryStore(), "workflows must be a list"),
        ([claim()], "cases.db", r"such as SqliteStore\(path\), got 'cases.db'"),
        ([claim()], None, "got None"),
    ],
)
def test_what_is_no_workflow_or_no_store_is_told(workflows: Any, home: Any, said: str) -> None:
    with pytest.raises(TypeError, match=said):
        World(home, workflows=workflows)


def test_a_workflow_without_effects_needs_nothing() -> None:
    bare = "\n".join(line for line in CLAIM.splitlines() if "ladder" not in line and "- {at:" not in line)
    bare = bare.replace(", effects: [{notify: handler}]", "").replace(
        ",\n         effects: [{hook: archive}]", ""
    )
    bare = bare.replace("      - {after: 1 working hour, card: red, fire: watch}\n", "")
    start = bare.index("        effects:\n          - {push")
    bare = bare[:start] + bare[bare.index("      - {trigger: p_ok") :]
    World(MemoryStore(), workflows=[claim(bare)], notifier=None, connectors={}, hooks={}).open()


def no_argument() -> None: ...


def two_arguments(delivery: Delivery, other: int) -> None: ...


async def later(delivery: Delivery) -> None: ...


class NoPush:
    pass


class WrongPush:
    def push(self) -> Outcome:
        return Outcome(ok=True)


class AsyncNotifier:
    async def notify(self, delivery: Delivery) -> None: ...


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"warn": no_argument}, "hook 'warn' must take one argument, the delivery; it takes () -> 'None'"),
        (
            {"warn": two_arguments},
            "hook 'warn' must take one argument, the delivery; it takes (delivery: 'Delivery', other: 'int')",
        ),
        ({"warn": "warn"}, "hook 'warn' cannot be called; it must take one argument, the delivery"),
        ({"warn": later}, "hook 'warn' is async, and would never be awaited; "),
    ],
)
def test_a_hook_that_cannot_be_called_with_a_delivery_is_told(options: dict[str, Any], expected: str) -> None:
    (found,) = problems(hooks={"archive": Outside().archive, **options})
    assert found.startswith(expected)


def test_a_connector_and_a_notifier_of_the_wrong_shape_are_told_together() -> None:
    found = problems(connectors={"platform": NoPush(), "spare": WrongPush()}, notifier=AsyncNotifier())
    assert [line.split(" ", 2)[0:2] for line in found] == [
        ["connector", "'platform'.push"],
        ["connector", "'spare'.push"],
        ["notifier.notify", "is"],
    ]


def test_a_function_that_does_not_tell_its_signature_is_taken() -> None:
    World(MemoryStore(), hooks={"warn": dict, "archive": Outside().archive})


def test_two_versions_of_one_workflow_are_told() -> None:
    newer = claim(CLAIM.replace("version: 1", "version: 2"))
    assert problems(workflows=[claim(), newer]) == [
        "workflow claim was given twice; give one version of each"
    ]


def test_a_calendar_under_another_name_than_its_own_is_told() -> None:
    calendar = WorkCalendar(id="other", zone="Asia/Shanghai", week={"mon": [("09:00", "18:00")]})
    flow = claim(CLAIM.replace("calendar: cn-office", "calendar: mine"))
    (found,) = problems(workflows=[flow], calendars={"mine": calendar})
    assert found == "calendars={'mine': …} holds the calendar 'other'; pass it by its own id"


def test_a_workflow_that_was_not_given_is_told_with_those_that_were() -> None:
    with pytest.raises(BindingError, match="no workflow 'clam' was given; there are claim"):
        World(MemoryStore()).engine.open("clam", actor=OPERATOR)
