"""Why cases cannot be moved to another version of their workflow: the sentences of those reasons (X2)."""

from __future__ import annotations

from collections.abc import Mapping

MIGRATION_SENTENCES: Mapping[str, tuple[str, str]] = {
    # the section `migrate` does not say what becomes of something that cases may hold
    "track_unmapped": (
        "新版本没有轨道 {track}；请在 migrate 的 tracks 中写明新名称或 =drop",
        "the new version has no track {track}; say under `tracks` what it is called now, or =drop",
    ),
    "track_begins": (
        "轨道 {track} 是新增的；请在 migrate 的 states 中写明在办工单处于哪个状态",
        "the track {track} is new; say under `states` in which state open cases are in it",
    ),
    "state_unmapped": (
        "新版本的轨道 {track} 没有状态 {state}；请在 migrate 的 states 中写明去向或 =stay",
        "the new version has no state {state} in the track {track}; say under `states` where its cases go, or =stay",
    ),
    "state_changed": (
        "轨道 {track} 的状态 {state} 是否算办结已改变；请在 migrate 的 states 中写明其工单去向（可仍为 {state}）",
        "whether the state {state} of the track {track} is a closed one has changed; say under `states` where its "
        "cases go, be it {state} again",
    ),
    "field_unmapped": (
        "新版本没有字段 {field}；请在 migrate 的 fields 中写明新名称或 =drop",
        "the new version has no field {field}; say under `fields` where its values go, or =drop",
    ),
    "field_retyped": (
        "字段 {field} 原为 {found}，现为 {expected}，值无法沿用；请在 migrate 的 fields 中用 values 对应或写 =drop",
        "the field {field} was {found} and is {expected}, so its values do not fit; give `values` under `fields`, or "
        "=drop",
    ),
    "field_sealed": (
        "字段 {field} 的敏感性或其敏感值的类型已改变，值不能沿用；请在 migrate 的 fields 中写 =drop",
        "the field {field} became sensitive, or is so no more, or its sealed values do not fit; write =drop under "
        "`fields`",
    ),
    "options_unmapped": (
        "字段 {field} 不再有选项 {options}；请在 migrate 的 fields 中用 values 对应",
        "the field {field} has no option {options} any more; give `values` for it under `fields`",
    ),
    "role_unmapped": (
        "新版本没有角色 {role}；请在 migrate 的 roles 中写明新名称或 =drop",
        "the new version has no role {role}; say under `roles` who holds it now, or =drop",
    ),
    "trigger_unmapped": (
        "新版本没有操作 {trigger}，而旧版本的规则要看谁执行过它；请在 migrate 的 triggers 中写明新名称或 =drop",
        "the new version has no trigger {trigger}, and rows of the old one bar who did it; say under `triggers` what "
        "it is called now, or =drop",
    ),
    "card_unmapped": (
        "新版本没有警示牌 {card}；请在 migrate 的 cards 中写明新名称或 =drop",
        "the new version has no card {card}; say under `cards` which one stands for it now, or =drop",
    ),
    "kind_unmapped": (
        "新版本没有当事人类别 {party_kind}；请在 migrate 的 kinds 中写明新名称",
        "the new version has no kind of party {party_kind}; say under `kinds` what it is called now",
    ),
    "limit_unmapped": (
        "新版本没有时限 {sla}；请在 migrate 的 clocks 中写 cancel 或新名称",
        "the new version has no limit {sla}; write `cancel` under `clocks`, or what it is called now",
    ),
    "limit_changed": (
        "时限 {sla} 的限额已改变；请在 migrate 的 clocks 中写明：keep、rebase、carry、restart 或 cancel",
        "how long {sla} is has changed; say under `clocks` what becomes of those that run: keep, rebase, carry, "
        "restart or cancel",
    ),
    "limit_taken": (
        "时限 {sla} 在旧版本中已有自己的计时，其他时限不能改用此名",
        "the limit {sla} has a clock of its own in the old version, so another one cannot go on under its name",
    ),
    "carry_units": (
        "时限 {sla} 的新旧限额不是同一类时间，不能 carry（K5）",
        "the old and the new targets of {sla} are not in one kind of time, so `carry` cannot be (K5)",
    ),
    "mapping_unknown": (
        "migrate 的 {section} 提到 {name}，而旧版本或新版本中没有",
        "`{section}` of the migration names {name}, which the version that it should belong to does not have",
    ),
    "mapping_twice": (
        "migrate 的 {section} 使两项都成为 {name}",
        "by `{section}` of the migration two things become {name}",
    ),
    # a case is in the way
    "previous_lost": (
        "从 {state} 可返回上一状态，但不知是哪一个",
        "a way back leads out of {state}, and where to is not known",
    ),
    "would_close": (
        "按对应关系工单将即告办结，而无人作此决定",
        "by the mapping the case would be closed, and nobody decided that",
    ),
    "value_unmapped": (
        "字段 {field} 的值 {found} 没有对应的新值",
        "the value {found} of the field {field} has no new one under `values`",
    ),
    "holders_differ": (
        "角色 {role} 将同时由单位和人员担任",
        "an organisation and a person would hold the role {role} together",
    ),
    "act_pending": (
        "时限 {sla} 有待审批的申请或未结束的中止（{act}），新版本不再提供",
        "a request, or a suspension, of {sla} waits for somebody ({act}), and the new version does not offer that",
    ),
    "parties_left": (
        "工单有当事人，而新版本不登记当事人",
        "the case has parties, and the new version keeps none",
    ),
    "effect_pending": (
        "尚有待送达的 {effect}，其中提到新版本没有的名称；请先送达",
        "an effect still waits for its delivery, {effect}, and names what the new version lacks; deliver it first",
    ),
}
