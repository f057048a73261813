"""One fault after the other is put into a copy of the hotline: each is found, in its line, and nothing beside it."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

import attrs
import pytest

from casewf.analysis.lint import lint
from casewf.analysis.rules import RULES
from casewf.definition.load import packaged_workflows, parse_document, read_document

HOTLINE = files("casewf").joinpath("workflows/hotline-12351.yaml").read_text(encoding="utf-8")
EXAMPLES = Path(__file__).parents[3] / "examples"
ON_ROWS = [rule for rule in RULES if "CW701" <= rule.code <= "CW719"]


@attrs.frozen(kw_only=True)
class Fault:
    """What is replaced by what, and the findings: the code, what the line holds, what the message says."""

    changes: tuple[tuple[str, str], ...]
    found: tuple[tuple[str, str, str], ...]


FAULTS = {
    "a state that nothing leads to": Fault(
        changes=(
            ("      suspended: {zh", "      lost: {zh: 遗失, en: Lost, final: true}\n      suspended: {zh"),
        ),
        found=(("CW701", "lost:", "state 'lost' of track 'union' is never reached"),),
    ),
    "a state behind a guard that is never met": Fault(
        changes=(("trigger: negotiate, from", "trigger: negotiate, when: people < 1, from"),),
        found=(
            ("CW701", "negotiated:", "no case can take 'negotiate', which would lead there"),
            ("CW707", "people < 1", "the guard of 'negotiate' is never met"),
        ),
    ),
    "an end that does not say so": Fault(
        changes=(("en: Archived, final: true}", "en: Archived}"),),
        found=(("CW702", "archived:", "nothing leads out of the open state 'archived'"),),
    ),
    "a circle that leads nowhere": Fault(
        changes=(
            ("from: [pending, failed], to: performed", "from: [pending, failed], to: failed"),
            ("from: failed, to: not_required", "from: failed, to: pending"),
        ),
        found=(
            ("CW701", "performed:", "never reached"),
            ("CW703", "pending: {zh: 履约中", "from state 'pending' of track 'performance' no closed state"),
        ),
    ),
    "automatic rows that call one another": Fault(
        changes=(
            ("from: failed, to: not_required, by: supervisor", "from: pending, to: not_required, auto: true"),
            (
                ", comment: required,\n         set: {payment_waived",
                ", when: has(paid_amount), set: {payment_waived",
            ),
            ('{payment_waived: "true"}', '{payment_waived: "false"}'),
        ),
        found=(("CW704", "trigger: track_payment", "for ever: not_required → pending → not_required"),),
    ),
    "a general row before a special one": Fault(
        changes=(("        when: priority == 'urgent'\n        assign", "        assign"),),
        found=(("CW705", "trigger: dispatch", "'dispatch' is never taken"),),
    ),
    "two rows for one case": Fault(
        changes=(
            (
                "'cancelled')\",\n         set: {suspension_asked",
                "'pushed')\",\n         set: {suspension_asked",
            ),
        ),
        found=(("CW706", "suspension_asked and", "'suspend' from 'coordinated' can be taken at once"),),
    ),
    "a bound that no number keeps": Fault(
        changes=(("when: suspension_count < 2", "when: suspension_count < 0"),),
        found=(("CW707", "suspension_count < 0", "the guard of 'request_suspension' is never met"),),
    ),
    "a guard that lets everybody through": Fault(
        changes=(("callback_tries >= 3 or", "callback_tries >= 0 or"),),
        found=(("CW708", "callback_tries >= 0", "the guard of 'callback_unreachable' is always met"),),
    ),
    "a number with a wrong sign": Fault(
        changes=(("or callback_tries == 2 and", "or callback_tries == -2 and"),),
        found=(("CW709", "callback_tries == -2", "`callback_tries == -2` in the guard of"),),
    ),
    "a target behind a wider one": Fault(
        changes=(
            (
                "- when: category == 'consult'\n        within: 3 working days\n        ladder:",
                "- when: category == 'consult' and priority == 'urgent'\n        within: 3 days\n        ladder:",
            ),
        ),
        found=(("CW710", "category == 'consult' and priority", "this target of 'handle' never counts"),),
    ),
    "a way back from where nobody came": Fault(
        changes=(
            ("clear, from: [watching, cleared], by", "clear, from: [watching, cleared], to: =previous, by"),
        ),
        found=(("CW711", "[watching, cleared], to: =previous", "can never lead back from 'watching'"),),
    ),
    "something left to do in a case that has ended": Fault(
        changes=(
            ("Answered at once, category: closed}", "Answered at once, category: closed, ends_case: true}"),
        ),
        found=(
            ("CW712", "rate_call, from: answered, to: rated", "'rate_call' is never accepted in 'answered'"),
            ("CW712", "from: [rated, answered], to: archived", "'archive' is never accepted in 'answered'"),
            ("CW712", "from: [coordinated", "'plan_visit' is never accepted in 'answered'"),
        ),
    ),
}


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
def test_a_fault_is_found_in_its_line(fault: Fault) -> None:
    text = HOTLINE
    for old, new in fault.changes:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    findings = lint(parse_document(text, file="hotline.yaml"), {}, rules=ON_ROWS)
    lines = text.splitlines()
    for code, line, message in fault.found:
        hits = [one for one in findings if one.code == code and message in one.message]
        assert hits, [str(one) for one in findings]
        assert line in lines[hits[0].place.line - 1]
    assert {one.code for one in findings} == {code for code, _, _ in fault.found}, [
        str(one) for one in findings
    ]


@pytest.mark.parametrize("name", packaged_workflows())
def test_nothing_is_said_of_the_packaged_workflows(name: str) -> None:
    assert lint(read_document(name), {}, rules=ON_ROWS) == ()


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("*.yaml")), ids=lambda path: path.name)
def test_nothing_is_said_of_the_examples(path: Path) -> None:
    if "tracks:" in path.read_text(encoding="utf-8"):
        assert lint(read_document(path), {}, rules=ON_ROWS) == ()
