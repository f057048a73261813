"""One fault, seeded into a workflow that has none: the rules on people, names and bindings find it in its line."""

from __future__ import annotations

from pathlib import Path

import pytest

from casewf.analysis.lint import lint
from casewf.definition.bindings_file import load_bindings
from casewf.definition.load import load_calendar, parse_document

ROOT = Path(__file__).parents[3]
CALENDARS = {"cn-office": load_calendar("cn-office")}
PLACES = {
    "hotline": ROOT / "src/casewf/workflows/hotline-12351.yaml",
    "supervision": ROOT / "src/casewf/workflows/legal-supervision.yaml",
    "complaint": ROOT / "examples/complaint.yaml",
    "opinion": ROOT / "examples/opinion.yaml",
}
TEXTS = {name: path.read_text(encoding="utf-8") for name, path in PLACES.items()}


def seeded(name: str, *changes: tuple[str, str]) -> str:
    """A workflow with pieces of its text replaced, wherever they stand."""
    text = TEXTS[name]
    for before, after in changes:
        assert before in text
        text = text.replace(before, after)
    return text


def line_of(text: str, piece: str) -> int:
    """The line in which a piece of a text begins."""
    assert text.count(piece) == 1, text.count(piece)
    return text.count("\n", 0, text.index(piece)) + 1


FAULTS = {
    "a timer does not fire what only it may": (
        "CW720",
        "hotline",
        [("- {at: due, fire: resume}", "- {at: due, notify: supervisor}")],
        "{trigger: resume, from: suspended, to: =previous, by: system",
    ),
    "parties that only the system may record": (
        "CW720",
        "hotline",
        [("by: [operator, dispatcher, handler]\n  seen_by", "by: system\n  seen_by")],
        "by: system\n  seen_by",
    ),
    "a connector is asked for a comment": (
        "CW721",
        "hotline",
        [("to: push_failed, by: system}", "to: push_failed, by: system, comment: required}")],
        "to: push_failed, by: system, comment: required}",
    ),
    "a timer is asked for a field": (
        "CW721",
        "supervision",
        [("to: reply_overdue, by: system}", "to: reply_overdue, by: system, asks: [reply]}")],
        "to: reply_overdue, by: system, asks: [reply]}",
    ),
    "a failed push gives no field": (
        "CW721",
        "hotline",
        [("to: push_failed, by: system}", "to: push_failed, by: system, accepts: [external_no]}")],
        "to: push_failed, by: system, accepts: [external_no]}",
    ),
    "a date that nobody gives any more": (
        "CW722",
        "hotline",
        [("asks: [agreed_amount, pay_by]", "asks: [agreed_amount]")],
        "when: has(pay_by) and not payment_waived}",
    ),
    "a field that is given only later": (
        "CW722",
        "supervision",
        [("asks: [reminder_no]}", "asks: [reminder_no],\n         when: opinion_no != reminder_no}")],
        "when: opinion_no != reminder_no}",
    ),
    "an automatic row needs what is given only later": (
        "CW722",
        "supervision",
        [
            (
                "      - {trigger: issue_reminder,",
                "      - {trigger: decline, from: drafting, to: declined, auto: true, needs: [file_no]}\n"
                "      - {trigger: issue_reminder,",
            )
        ],
        "auto: true, needs: [file_no]}",
    ),
    "a holder from a field that is given only later": (
        "CW722",
        "opinion",
        [("asks: [lead_org],", "accepts: [phone],")],
        "assign: {handler: lead_org}",
    ),
    "the only one who may is the one who asked": (
        "CW723",
        "hotline",
        [
            (
                "        by: handler\n        asks: [return_reason, return_evidence]\n",
                "        by: handler\n        asks: [return_reason, return_evidence]\n"
                "        assign: {case_worker: actor.id}\n",
            ),
            (
                "from: return_requested, to: coordinated, by: [dispatcher, supervisor, leader],\n"
                "         not_by: [request_return],",
                "from: return_requested, to: coordinated, by: case_worker,\n         not_by: [request_return], ",
            ),
        ],
        "         not_by: [request_return],  ",
    ),
    "nobody asks for a field any more": (
        "CW724",
        "hotline",
        [("asks: [not_accepted_reason, route_told]", "asks: [not_accepted_reason]")],
        "  route_told: {type: text",
    ),
    "a state without its English name": (
        "CW725",
        "hotline",
        [("supervised: {zh: 挂督, en: Supervised}", "supervised: {zh: 挂督}")],
        "supervised: {zh: 挂督}",
    ),
    "a field without a name": (
        "CW725",
        "hotline",
        [
            (
                "  district: {type: text, title: {zh: 用工属地, en: District of the workplace}}",
                "  district: {type: text}",
            )
        ],
        "  district: {type: text}",
    ),
    "a role without any work": (
        "CW726",
        "hotline",
        [("\ncards:\n", "\n  archivist: {zh: 档案员, en: Archivist}\ncards:\n")],
        "  archivist:",
    ),
    "a card that is not raised any more": (
        "CW727",
        "supervision",
        [("card: red}", "card: yellow}")],
        "  red: {zh: 红牌, en: Red card}",
    ),
    "nobody sees the telephone number": (
        "CW728",
        "complaint",
        [("sensitive: true, seen_by: [handler]", "sensitive: true")],
        "  phone: {type: text",
    ),
    "nobody sees who the parties are": (
        "CW728",
        "hotline",
        [
            (
                "  seen_by: [operator, dispatcher, handler, street, supervisor, callback_agent]\n  ratings",
                "  ratings",
            )
        ],
        "\nparties:\n",
    ),
    "a child without what its opening needs": (
        "CW730",
        "hotline",
        [("issue: supervision_issue, ", "")],
        "- open: legal-supervision",
    ),
    "a child with a field of another name": (
        "CW730",
        "hotline",
        [("reason: visit_reason, district: district}", "reason: visit_reason, distrikt: district}")],
        "distrikt: district}",
    ),
    "a child with a value of another type": (
        "CW730",
        "hotline",
        [("issue: supervision_issue,", "issue: people,")],
        "issue: people,",
    ),
    "the window to reopen closes without a sound": (
        "CW731",
        "hotline",
        [("- {at: due, fire: archive}", "- {at: due, notify: supervisor}")],
        "to: archived, by: [supervisor, system],",
    ),
    "the organisation that handled the case checks itself": (
        "CW732",
        "opinion",
        [
            ("by: reviewer, not_by: [submit]}", "by: handler, not_by_org: [submit]}"),
            ("  reviewer: {zh: 审核员, en: Reviewer}\n", ""),
        ],
        "by: handler, not_by_org: [submit]}",
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_seeded_fault_is_found_in_its_line_and_nothing_else(fault: str) -> None:
    """But for what follows from it: exploration finds states that cannot be left any more (CW770, CW771)."""
    code, name, changes, culprit = FAULTS[fault]
    text = seeded(name, *changes)
    found = [
        (one.code, one.place.line)
        for one in lint(parse_document(text, file=f"{name}.yaml"), CALENDARS)
        if one.code not in ("CW770", "CW771")
    ]
    assert found == [(code, line_of(text, culprit) + culprit.startswith("\n"))]


@pytest.mark.parametrize("name", TEXTS)
def test_the_workflows_themselves_are_silent(name: str) -> None:
    assert lint(parse_document(TEXTS[name]), CALENDARS) == ()


HOST = """casewf-bindings: 1
workflows: [hotline-12351]
directory: ./unions.yaml
roles: [street, leader, co_handler, gov_center, gov_dept]
hooks: []
connectors: [government]
calendars: []
"""
UNIONS = (ROOT / "examples/unions.yaml").read_text(encoding="utf-8")


def bound(tmp_path: Path, text: str, host: str = HOST, people: str = UNIONS) -> list[tuple[str, int]]:
    """What is found in a workflow of a host: code and line, and of the host's own file the line after its name."""
    (tmp_path / "unions.yaml").write_text(people, encoding="utf-8")
    (tmp_path / "bindings.yaml").write_text(host, encoding="utf-8")
    bindings = load_bindings(tmp_path / "bindings.yaml", name="bindings.yaml")
    found = lint(parse_document(text, file="hotline.yaml"), CALENDARS, bindings)
    return [(one.code, one.place.line) for one in found]


def test_the_hotline_is_silent_on_a_host_that_has_everything(tmp_path: Path) -> None:
    assert bound(tmp_path, TEXTS["hotline"]) == []


IN_THE_WORKFLOW = {
    "a hook that the host has not": (
        "CW741",
        ("card: blue}\n\n  callback_result:", "card: blue, hook: raise-to-city}\n\n  callback_result:"),
        "hook: raise-to-city",
    ),
    "a connector under another name": (
        "CW742",
        ("          - {push: government, send: [finding,", "          - {push: goverment, send: [finding,"),
        "push: goverment",
    ),
    "a calendar that the host has not": (
        "CW743",
        ("calendar: cn-office", "calendar: jiangcheng-office"),
        "calendar: jiangcheng-office",
    ),
    "a child's workflow that the host does not run": (
        "CW744",
        ("open: prevention-visit", "open: street-visit"),
        "open: street-visit",
    ),
    "the only supervisor may do what he must then confirm": (
        "CW745",
        (
            "from: [pending, failed], by: handler, asks",
            "from: [pending, failed], by: [handler, supervisor], asks",
        ),
        "not_by: [record_payment]",
    ),
    "the only supervisor asks himself for more time": (
        "CW745",
        ("asked_by: handler, notify: supervisor}", "asked_by: supervisor, notify: supervisor}"),
        "extension: {by: supervisor",
    ),
    "an organisation that is not in the directory": (
        "CW746",
        (
            "reason: visit_reason, district: district}\n            org: lead_org",
            "reason: visit_reason, district: district}\n            org: \"'nroth'\"",
        ),
        "org: \"'nroth'\"",
    ),
}


@pytest.mark.parametrize("fault", IN_THE_WORKFLOW)
def test_a_seeded_fault_is_found_with_the_bindings(fault: str, tmp_path: Path) -> None:
    code, change, culprit = IN_THE_WORKFLOW[fault]
    text = seeded("hotline", change)
    assert bound(tmp_path, text) == [(code, line_of(text, culprit))]


def test_a_role_that_nobody_of_the_host_has(tmp_path: Path) -> None:
    host = HOST.replace("leader, ", "")
    assert bound(tmp_path, TEXTS["hotline"], host) == [("CW740", line_of(TEXTS["hotline"], "  leader: {zh:"))]


def test_a_person_is_told_of_his_case_although_nobody_has_the_role_that_he_holds(tmp_path: Path) -> None:
    told = ("accepts: [return_locked], effects: [{notify: handler}]}",
            "accepts: [return_locked], effects: [{notify: case_worker}]}")  # fmt: skip
    text = seeded("hotline", told)
    assert lint(parse_document(text), CALENDARS) == ()
    assert bound(tmp_path, text) == []


def test_the_only_organisation_that_calls_back_may_have_handled_the_case(tmp_path: Path) -> None:
    """Four transitions and the ratings bar whoever is of an organisation that signed."""
    people = UNIONS.replace("roles: [callback_agent]", "roles: [callback_agent, handler]")
    found = bound(tmp_path, TEXTS["hotline"], people=people)
    assert {code for code, _ in found} == {"CW745"}
    barred = TEXTS["hotline"].count("not_by_org: [sign, verify, submit]")
    assert (barred, len({line for _, line in found})) == (4, 5)


def test_names_of_the_bindings_that_no_workflow_knows(tmp_path: Path) -> None:
    """Of a directory nothing is told: its people may have roles for other programs."""
    host = HOST.replace("hooks: []", "hooks: [raise-to-city]").replace("gov_dept]", "gov_dept, chair, char]")
    lines = host.splitlines()
    hooks, roles = (
        next(n for n, line in enumerate(lines, 1) if line.startswith(key)) for key in ("hooks", "roles")
    )
    assert bound(tmp_path, TEXTS["hotline"], host) == [("CW747", roles), ("CW747", hooks)]


def test_what_the_bindings_do_not_speak_of_is_not_looked_at(tmp_path: Path) -> None:
    text = seeded("hotline", *(change for _, change, _ in IN_THE_WORKFLOW.values()))
    found = {code for code, _ in bound(tmp_path, text, "casewf-bindings: 1\n")}
    assert found == {"CW764"}, "the calendar is not known to the linter either"


def test_an_allowance_of_a_rule_that_needs_bindings_is_not_called_needless_without_them(
    tmp_path: Path,
) -> None:
    allowed = ("  leader: {zh:", "  # casewf: allow CW740: not yet appointed\n  leader: {zh:")
    text = seeded("hotline", allowed)
    assert lint(parse_document(text), CALENDARS) == ()
    assert bound(tmp_path, text, HOST.replace("leader, ", "")) == []
    assert [code for code, _ in bound(tmp_path, text)] == ["CW799"]
