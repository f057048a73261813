"""Why a command is refused, as data with a sentence in Chinese and English (M3)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeAlias

import attrs

from casewf.model.amount import amount_words, read_amount_code
from casewf.model.import_sentences import IMPORT_SENTENCES
from casewf.model.migration_sentences import MIGRATION_SENTENCES

Words: TypeAlias = Callable[[str, str, str], str]
"""What a code is called: (kind, code, lang) → label; the kinds are those of ``Workflow.words``."""

_KINDS: Mapping[str, str] = {
    "accepted": "field",
    "field": "field",
    "act": "act",
    "party_kind": "party_kind",
    "party_kinds": "party_kind",
    "link_kind": "link_kind",
    "link_kinds": "link_kind",
    "options": "option",
    "possible": "state",
    "role": "role",
    "roles": "role",
    "sla": "sla",
    "state": "state",
    "trigger": "trigger",
}

_NEAR: Mapping[str, str] = {
    "unknown_trigger": "trigger",
    "unknown_sla": "sla",
    "act_not_offered": "act",
    "field_option": "option",
}
"""Reasons that may have a parameter ``near``, the code that was probably meant, and of which kind it is."""

_MEANT = ("；您是否要：{near}？", "; did you mean {near}?")

_SENTENCES: Mapping[str, tuple[str, str]] = {
    "unknown_trigger": ("没有名为 {trigger} 的操作", "there is no trigger {trigger}"),
    "role_missing": ("该操作需要角色：{roles}", "this is for the roles {roles}"),
    "not_holder": ("您所在的单位不是本工单的 {role}", "your organisation does not hold {role} on this case"),
    "out_of_scope": ("本工单不属于您所在单位的范围", "this case is outside your organisation's scope"),
    "same_person": (
        "曾在本工单执行 {trigger} 的人不能执行此操作",
        "who did {trigger} on this case may not do this",
    ),
    "same_org": (
        "曾在本工单执行 {trigger} 的单位不能执行此操作",
        "the organisation that did {trigger} may not do this",
    ),
    "deputy_same_person": (
        "您是 {person} 的代理人，而此人曾在本工单执行 {trigger}，故您不能执行此操作",
        "you stand in for {person}, who did {trigger} on this case and may not do this",
    ),
    "deputy_same_org": (
        "您是 {person} 的代理人，而其单位曾在本工单执行 {trigger}，故您不能执行此操作",
        "you stand in for {person}, whose organisation did {trigger} and may not do this",
    ),
    "automatic": ("该操作由系统自动执行", "this happens by itself and cannot be fired"),
    "wrong_state": (
        "当前状态为 {state}，该操作只能在以下状态执行：{possible}",
        "the state is {state}; this is possible in {possible}",
    ),
    "previous_unknown": ("没有可返回的上一状态", "there is no earlier state to return to"),
    "case_closed": ("工单已办结，只能重开", "the case is closed; it can only be reopened"),
    "field_missing": ("缺少必填项：{field}", "the field {field} needs a value"),
    "field_not_given": ("本次操作必须填写：{field}", "the field {field} must be given with this command"),
    "field_not_accepted": (
        "该操作不接受字段 {field}；可填：{accepted}",
        "this does not take the field {field}; it takes {accepted}",
    ),
    "field_unknown": ("没有名为 {field} 的字段", "there is no field {field}"),
    "org_unknown": (
        "{field}：没有单位 {found}；请填写组织架构中的单位",
        "{field}: there is no organisation {found}; name one of the directory",
    ),
    "field_type": (
        "字段 {field} 的值类型不对：应为 {expected}，得到 {found}",
        "the field {field} wants {expected}, got {found}",
    ),
    "field_option": (
        "字段 {field} 没有选项 {found}；可选：{options}",
        "the field {field} has no option {found}; there are {options}",
    ),
    "field_range": ("字段 {field} 的值超出范围：{expected}", "the field {field} is out of range: {expected}"),
    "comment_required": ("必须填写说明", "a comment is required"),
    "guard_not_met": ("条件不满足：{guard}", "the condition is not met: {guard}"),
    "guard_missing": ("条件 {guard} 缺少 {field} 的值", "the condition {guard} needs a value of {field}"),
    "guard_failed": (
        "条件 {guard} 无法计算：{detail}",
        "the condition {guard} cannot be worked out: {detail}",
    ),
    "occurred_range": (
        "发生时间必须在立单与现在之间",
        "the time it occurred must lie between the opening and now",
    ),
    "auto_chain": ("自动流转超过32轮，本次操作未执行", "automatic transitions did not end within 32 rounds"),
    "value_failed": (
        "字段 {field} 的值无法计算：{detail}",
        "the value of {field} cannot be worked out: {detail}",
    ),
    "unknown_sla": ("没有名为 {sla} 的时限", "there is no limit {sla}"),
    "act_not_offered": ("时限 {sla} 不支持该操作：{act}", "the limit {sla} does not offer this: {act}"),
    "own_request": ("申请人不能审批自己的申请", "who asked for it may not grant it"),
    "deputy_own_request": (
        "您是申请人 {person} 的代理人，不能审批其申请",
        "you stand in for {person}, who asked for it and may not grant it",
    ),
    "clock_not_running": ("该时限未在计时", "this limit is not running"),
    "after_due": ("期限已过，不能再延期或中止", "the due instant has passed"),
    "limit_is_date": (
        "该时限以约定日期为准，请修改日期，不能延期",
        "this limit is a date; change the date instead",
    ),
    "act_requested": ("已有申请待审批", "a request is waiting to be decided already"),
    "act_not_requested": ("没有待审批的申请", "nobody has asked for it"),
    "already_suspended": ("该时限已中止计时", "the limit is suspended already"),
    "not_suspended": ("该时限没有因申请而中止", "no act suspends this limit"),
    "amount_missing": ("必须填写申请的时长", "it must say how much is asked for"),
    "amount_not_accepted": ("只有申请时才填写时长", "only a request says how much"),
    "amount_too_large": ("时长过大，无法计算", "so much time cannot be reckoned"),
    "act_unit": ("时长的单位应与 {amount} 相同", "the amount must be in the unit of {amount}"),
    "act_times": ("次数已用完：最多{times}次", "it is allowed {times} times, and they are used up"),
    "act_up_to": ("累计不得超过{amount}", "it may be {amount} at the most in all"),
    "act_asked_before": (
        "须在到期前至少{amount}提出申请",
        "it must be asked for at least {amount} before the due instant",
    ),
    "note_empty": ("备注不能为空", "a note needs a text"),
    "attachment_exists": (
        "编号为 {attachment} 的附件已存在",
        "the case has an attachment {attachment} already",
    ),
    "parties_not_kept": ("此类工单不登记当事人", "this kind of case records no parties"),
    "ratings_not_kept": ("此类工单不登记当事人评价", "this kind of case records no ratings of parties"),
    "party_unknown": ("本工单没有当事人 {party}", "the case has no party {party}"),
    "party_kind_unknown": (
        "没有名为 {party_kind} 的当事人类别；可选：{party_kinds}",
        "there is no kind of party {party_kind}; there are {party_kinds}",
    ),
    "represents_itself": ("当事人 {party} 不能代表自己", "the party {party} cannot represent itself"),
    "already_rated": (
        "当事人 {party} 在本轮已评价",
        "the party {party} has rated in this round already",
    ),
    "party_stays": ("当事人 {party} 已评价，不能移除", "the party {party} has rated, so it stays"),
    "link_kind_unknown": (
        "没有名为 {link_kind} 的关联类别；可选：{link_kinds}",
        "there is no kind of link {link_kind}; there are {link_kinds}",
    ),
    "link_to_itself": ("工单不能与自己关联", "a case cannot be linked to itself"),
    "link_exists": ("已与工单 {case} 关联", "the case is linked to {case} already"),
    "link_unknown": ("没有与工单 {case} 的此种关联", "the case has no such link to {case}"),
    "version_conflict": (
        "工单版本为 {found}，预期 {expected}",
        "the case is at version {found}, expected {expected}",
    ),
    "case_merged": (
        "工单已并入 {case}，请在该工单登记",
        "the case was merged into {case}; record it there",
    ),
    "merge_self": ("工单不能并入自身", "a case cannot be merged into itself"),
    "merge_target": (
        "没有找到可并入的工单 {case}；请核对工单号",
        "no case {case} was found to merge into; check its number",
    ),
    "merge_workflow": (
        "工单 {case} 属于另一流程，不能并入",
        "the case {case} is of another workflow",
    ),
    "merge_closed": (
        "工单 {case} 已办结，不能并入；请先重开，或并入在办工单",
        "the case {case} is closed; reopen it first, or merge into one that is open",
    ),
    "split_not_offered": ("该流程不支持分案", "cases of this workflow cannot be split"),
    "case_exists": ("工单号 {case} 已存在", "the case {case} exists already"),
    **IMPORT_SENTENCES,
    **MIGRATION_SENTENCES,
}

REASON_CODES = frozenset(_SENTENCES)
"""Every code that a ``Reason`` can have."""


def sentences(code: str) -> tuple[str, str]:
    """The Chinese and the English sentence of a code, with its gaps in braces."""
    return _SENTENCES[code]


@attrs.frozen(slots=True)
class Reason:
    """One reason of a refusal: a stable code and what fills its sentence.

    Attributes:
        code: one of ``REASON_CODES``.
        params: names and values of the sentence's gaps, all text; ``amount`` is one of ``amount_code``. Where
            something close is known, ``near`` is the code that was probably meant, and the sentence ends with it.
    """

    code: str
    params: Mapping[str, str] = attrs.field(factory=dict)

    def text(self, lang: str = "en", words: Words | None = None) -> str:
        """The sentence in ``lang`` (``"zh"`` or ``"en"``), with labels where ``words`` knows them."""
        zh, en = _SENTENCES[self.code]
        params = self.params
        if "amount" in params:
            params = {**params, "amount": amount_words(read_amount_code(params["amount"]), lang)}
        if words is not None:
            params = {name: self._named(name, value, lang, words) for name, value in params.items()}
        sentence = zh if lang == "zh" else en
        if "near" in params and self.code in _NEAR:
            sentence += _MEANT[lang != "zh"]
        return sentence.format_map(params)

    def _named(self, name: str, value: str, lang: str, words: Words) -> str:
        """A gap filled with labels; an option has that of its field."""
        kind = _NEAR.get(self.code) if name == "near" else _KINDS.get(name)
        if name == "guard":
            return words(name, value, lang) or value
        if kind is None:
            return value
        joint = "、" if lang == "zh" else ", "
        if kind == "option":
            field = self.params["field"]
            labels = ((code, words(kind, f"{field}.{code}", lang)) for code in value.split(", "))
            return joint.join(_beside(label, code, lang) for code, label in labels)
        return joint.join(with_label(kind, code, lang, words) for code in value.split(", "))


def with_label(kind: str, code: str, lang: str, words: Words) -> str:
    """A code with its label before it, as ``签收（sign）`` or ``Sign for (sign)``, if it has one."""
    return _beside(words(kind, code, lang), code, lang)


def _beside(label: str, code: str, lang: str) -> str:
    if not label or label == code:
        return code
    return f"{label}（{code}）" if lang == "zh" else f"{label} ({code})"


def reason(code: str, **params: str) -> Reason:
    """A reason with the gaps of its sentence filled."""
    return Reason(code, params)


def reason_near(code: str, near: str, **params: str) -> Reason:
    """A reason that tells what was probably meant, if something is close; ``near`` is empty if nothing is."""
    return Reason(code, {**params, "near": near} if near else params)
