"""Errors as problem documents: golden texts in both languages, and the status by whose fault it is (X3, RFC 9457)."""

from __future__ import annotations

import datetime as dt
import json
import re
from pathlib import Path

import pytest

from casewf import (
    AdapterError,
    BindingError,
    CasewfError,
    Conflict,
    HorizonError,
    InternalError,
    KeyReused,
    MemoryStore,
    NotFound,
    Refused,
    problem,
)
from casewf.core import permission
from casewf.errors import DateMissingError
from casewf.model.reasons import REASON_CODES, reason
from casewf.views.problem import PERMISSION_CODES
from engine_fakes import OPERATOR, STRANGER, World

ERRORS: dict[str, CasewfError] = {
    "permission": Refused("C-1", "close", [reason("role_missing", roles="handler")]),
    "state": Refused("C-1", "close", [reason("case_closed")]),
    "fields": Refused(
        "C-1", "close", [reason("field_missing", field="a"), reason("field_missing", field="b")]
    ),
    "unknown": NotFound("C-9"),
    "race": Conflict("C-1", 3, 4),
    "key": KeyReused("k"),
    "calendar": HorizonError("cn-office", dt.date(2031, 1, 2), dt.date(2026, 12, 31)),
    "lock": AdapterError("/srv/cases.db: locked", retryable=True),
    "disk": AdapterError("/srv/cases.db: full"),
    "binding": BindingError(["pass notifier="]),
    "ours": InternalError("oops"),
}


@pytest.mark.parametrize(
    ("name", "status", "kind", "zh"),
    [
        ("permission", 403, "forbidden", "工单 C-1 不能执行 close：该操作需要角色：handler"),
        ("state", 422, "refused", "工单 C-1 不能执行 close：工单已办结，只能重开"),
        ("fields", 422, "refused", "工单 C-1 不能执行 close：缺少必填项：a；缺少必填项：b"),
        ("unknown", 404, "not-found", "没有找到工单 C-9"),
        ("race", 409, "conflict", "工单 C-1 已被他人修改（预期版本 3）；请刷新后重试"),
        ("key", 422, "key-reused", "幂等键 k 已用于另一条命令；请为新命令换一个键"),
        ("calendar", 503, "calendar-ends", ERRORS["calendar"].text("zh")),  # type: ignore[attr-defined]
        ("lock", 503, "unavailable", "请稍后再试或联系管理员"),
        ("disk", 500, "internal", "请稍后再试或联系管理员"),
        ("binding", 500, "internal", "请稍后再试或联系管理员"),
        ("ours", 500, "internal", "请稍后再试或联系管理员"),
    ],
)
def test_x3_status_type_and_detail(name: str, status: int, kind: str, zh: str) -> None:
    found = problem(ERRORS[name], "zh")
    assert (found["status"], found["type"], found["detail"]) == (status, f"urn:casewf:problem:{kind}", zh)
    english = problem(ERRORS[name])
    assert json.dumps(english)
    assert english["detail"].isascii()  # type: ignore[attr-defined]
    assert english["title"].isascii()  # type: ignore[attr-defined]
    assert "/srv" not in str(english)


def test_m3_every_reason_is_there_with_code_gaps_and_sentence_in_words() -> None:
    world = World(MemoryStore())
    world.dispatched()
    with pytest.raises(Refused) as caught:
        world.engine.fire("C-1", "take", actor=OPERATOR)
    assert problem(caught.value, "zh") == {
        "type": "urn:casewf:problem:forbidden",
        "title": "无权执行",
        "status": 403,
        "detail": "工单 C-1 不能执行 签收（take）：该操作需要角色：办理员（handler）",
        "reasons": [
            {
                "code": "role_missing",
                "params": {"roles": "handler"},
                "text": "该操作需要角色：办理员（handler）",
            }
        ],
    }
    assert problem(caught.value, "en")["reasons"] == [
        {
            "code": "role_missing",
            "params": {"roles": "handler"},
            "text": "this is for the roles Handler (handler)",
        }
    ]


def test_m2_a_case_that_is_not_there_and_one_that_is_not_his_are_one_answer() -> None:
    world = World(MemoryStore())
    world.dispatched()
    answers = []
    for case_id in ("C-1", "C-2"):
        with pytest.raises(NotFound) as caught:
            world.engine.fire(case_id, "take", actor=STRANGER)
        answers.append(json.dumps(problem(caught.value)).replace(case_id, ""))
    assert answers[0] == answers[1]


def test_every_code_of_the_permission_step_is_forbidden() -> None:
    words = re.findall(r'"(\w+)"', Path(permission.__file__).read_text(encoding="utf-8"))
    of_acts = {"own_request", "deputy_own_request"}  # their own permission rule is in core.acts
    assert REASON_CODES.intersection(words) | of_acts == PERMISSION_CODES
    assert PERMISSION_CODES <= REASON_CODES


def test_an_error_that_is_no_ones_fault_has_a_document_too() -> None:
    assert problem(DateMissingError("pay", "pay_by"))["status"] == 500
