"""An error as a problem document of RFC 9457, so that every host answers the same way.

Which status a refusal has depends on the step of M2 that refused, and only casewf knows which codes are whose.
"""

from __future__ import annotations

from casewf.errors import AdapterError, CasewfError, Conflict, HorizonError, KeyReused, NotFound, Refused
from casewf.model.reasons import Reason

PERMISSION_CODES = frozenset(
    {
        "automatic",
        "deputy_own_request",
        "deputy_same_org",
        "deputy_same_person",
        "not_holder",
        "out_of_scope",
        "own_request",
        "role_missing",
        "same_org",
        "same_person",
    }
)
"""The codes of the step that looks at who asks (M2)."""

_TITLES = {
    "forbidden": ("无权执行", "Not allowed"),
    "refused": ("不能执行", "Refused"),
    "not-found": ("未找到", "Not found"),
    "conflict": ("已被他人修改", "Changed by somebody else"),
    "key-reused": ("幂等键重复使用", "Idempotency key reused"),
    "calendar-ends": ("日历未公布", "Calendar not announced"),
    "unavailable": ("服务暂不可用", "Temporarily unavailable"),
    "internal": ("内部错误", "Internal error"),
}
_HIDDEN = ("请稍后再试或联系管理员", "try again later, or tell the administrator")


def problem(error: CasewfError, lang: str = "en") -> dict[str, object]:
    """The members of the problem document: ``type``, ``title``, ``status``, ``detail``, and of a refusal ``reasons``.

    Each reason has ``code``, ``params`` and ``text``. Errors that are not the caller's do not tell their text, which
    may name files; log them.

    Args:
        error: what a command or a read raised.
        lang: the language of the texts, ``"zh"`` or ``"en"``.
    """
    kind, status = _kind(error)
    found: dict[str, object] = {
        "type": f"urn:casewf:problem:{kind}",
        "title": _TITLES[kind][lang != "zh"],
        "status": status,
        "detail": _detail(error, lang),
    }
    if isinstance(error, Refused):
        found["reasons"] = [
            {"code": one.code, "params": dict(one.params), "text": text}
            for one, text in zip(error.reasons, error.sentences(lang), strict=True)
            if isinstance(one, Reason)
        ]
    return found


def _kind(error: CasewfError) -> tuple[str, int]:
    if isinstance(error, Refused):
        forbidden = all(one.code in PERMISSION_CODES for one in error.reasons)
        return ("forbidden", 403) if forbidden else ("refused", 422)
    if isinstance(error, NotFound):
        return "not-found", 404
    if isinstance(error, Conflict):
        return "conflict", 409
    if isinstance(error, KeyReused):
        return "key-reused", 422
    if isinstance(error, HorizonError):
        return "calendar-ends", 503
    if isinstance(error, AdapterError) and error.retryable:
        return "unavailable", 503
    return "internal", 500


def _detail(error: CasewfError, lang: str) -> str:
    if isinstance(error, Refused | NotFound | Conflict | KeyReused | HorizonError):
        return error.text(lang)
    return _HIDDEN[lang != "zh"]
