"""Assertions on effects: who was told, what was pushed, which hook was called.

A failure says what was expected, what was found, and what there is instead. They raise ``AssertionError``, so they are
at home in any test runner.
"""

from __future__ import annotations

from collections.abc import Mapping

from casewf.model.effects import CallHook, Push
from casewf.ports.outside import Delivery
from casewf.testing.clock import shown
from casewf.testing.names import check_name
from casewf.testing.recorders import RecordingHook, RecordingNotifier, ScriptedConnector, Told
from casewf.testing.rungs import about_words
from casewf.testing.sentences import enough, fail, in_all, often
from casewf.testing.story_model import ABSENT

__all__ = ["assert_called", "assert_nobody_told", "assert_pushed", "assert_told"]


def assert_told(
    notifier: RecordingNotifier,
    person: str,
    *,
    about: str | None = None,
    role: str | None = None,
    case: str | None = None,
    times: int | None = None,
) -> Told:
    """Somebody was told; returns the last time.

    Args:
        notifier: what the engine tells.
        person: his id.
        about: of what: a trigger, or a limit's rung or act as ``handle/due``, ``handle/extend``.
        role: as what he was told.
        case: of which case.
        times: how often in all; any number if None.

    Raises:
        AssertionError: he was not, or another number of times.
        ValueError: ``times`` is less than 1; for that there is ``assert_nobody_told``. Or the notifier is that of a
            ``TestHost``, which has no such person, role, trigger or rung.
    """
    __tracebackhide__ = True
    found = notifier.told(person, about=about, role=role, case=case)
    if not enough(found, times):
        what = _that(about=about, role=role, case=case)
        fail(
            f"{person} is told{what}{in_all(times)}",
            often(len(found)),
            "everybody who was told",
            map(_told_line, notifier.told()),
        )
    return found[-1]


def assert_nobody_told(
    notifier: RecordingNotifier,
    person: str | None = None,
    *,
    about: str | None = None,
    role: str | None = None,
    case: str | None = None,
) -> None:
    """Nobody was told; or not this person, or not of that. The arguments are those of ``assert_told``.

    Raises:
        AssertionError: somebody was.
        ValueError: the notifier is that of a ``TestHost``, which has no such name.
    """
    __tracebackhide__ = True
    found = notifier.told(person, about=about, role=role, case=case)
    if found:
        what = _that(about=about, role=role, case=case)
        fail(
            f"nobody is told{what}" if person is None else f"{person} is not told{what}",
            often(len(found)),
            "told",
            map(_told_line, found),
        )


def assert_pushed(
    connector: ScriptedConnector,
    case: str,
    values: Mapping[str, object] | None = None,
    *,
    about: str | None = None,
    times: int | None = None,
) -> Delivery:
    """A case was pushed; returns the last attempt.

    Args:
        connector: what the engine pushes to.
        case: the case's id.
        values: what went along in the last attempt, as far as it is named here; ``"absent"`` for what did not.
        about: because of which trigger or rung, as in ``assert_told``.
        times: how many attempts there were in all; any number if None.

    Raises:
        AssertionError: it was not, with other values, or another number of times.
        ValueError: the workflow has no such field; or there is no such trigger or rung in the ``TestHost``.
    """
    __tracebackhide__ = True
    found = [one for one in connector.pushes(case) if about in (None, _about(one))]
    _known(connector, found, about)
    lines = (
        f"{one.case.id}{_because(_about(one))}, attempt {one.attempt}: {dict(one.values)}"
        for one in connector.deliveries
    )
    if not enough(found, times):
        fail(
            f"{case} is pushed{_because(about)}{in_all(times)}",
            often(len(found)),
            "everything pushed",
            lines,
        )
    sent, workflow = found[-1].values, found[-1].workflow
    for name in values or {}:
        if name not in sent and workflow is not None:
            check_name("field", name, workflow.fields)
    wrong = {
        name: sent.get(name, ABSENT)
        for name, value in (values or {}).items()
        if sent.get(name, ABSENT) != value
    }
    if wrong:
        wanted = {name: value for name, value in (values or {}).items() if name in wrong}
        fail(f"{case} is pushed with {wanted}", str(wrong), "everything pushed", lines)
    return found[-1]


def assert_called(
    hook: RecordingHook, case: str, *, about: str | None = None, times: int | None = None
) -> Delivery:
    """A hook was called for a case; returns the last time. The arguments are those of ``assert_pushed``.

    Raises:
        AssertionError: it was not, or another number of times.
    """
    __tracebackhide__ = True
    found = [one for one in hook.deliveries if one.case.id == case and about in (None, _about(one))]
    _known(hook, found, about)
    if not enough(found, times):
        lines = (f"{one.case.id}{_because(_about(one))}" for one in hook.deliveries)
        fail(
            f"the hook is called for {case}{_because(about)}{in_all(times)}",
            often(len(found)),
            "all calls",
            lines,
        )
    return found[-1]


def _known(stand_in: ScriptedConnector | RecordingHook, found: list[Delivery], about: str | None) -> None:
    """Where nothing is found, that it was asked for by a name that there is."""
    __tracebackhide__ = True
    if not found and stand_in.names is not None:
        stand_in.names.check(about=about)


def _about(delivery: Delivery) -> str:
    effect = delivery.effect
    return about_words(delivery.workflow, effect.about) if isinstance(effect, CallHook | Push) else ""


def _told_line(one: Told) -> str:
    return f"{one.person}, as {one.role}, of {one.about}, case {one.case}, {shown(one.at)}"


def _because(about: str | None) -> str:
    return "" if about is None else f" because of {about}"


def _that(*, about: str | None, role: str | None, case: str | None) -> str:
    given = {" of ": about, " as ": role, " of case ": case}
    return "".join(f"{word}{value}" for word, value in given.items() if value is not None)
