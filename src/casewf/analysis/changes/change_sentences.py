"""What each kind of change means for open cases: its mark, and a sentence in Chinese and English (X2)."""

from __future__ import annotations

from collections.abc import Mapping

_SAFE, _NEEDS, _BREAKS = "safe", "needs_migration", "breaks"
_NEW_CASES = ("只影响新开工单", "only new cases are opened by it")
_FROM_THEN = ("在办工单迁移后按新规则办理", "open cases go by it from the move on")

SENTENCES: Mapping[str, tuple[str, str, str]] = {
    # the workflow as a whole
    "other_workflow": (
        _BREAKS,
        "这是另一个流程，工单不能在流程之间迁移",
        "this is another workflow, and cases are not moved from one to another",
    ),
    "same_version": (
        _BREAKS,
        "内容已改而版本号未变：已有工单按此版本时，新内容不会被接受（K6）；请提高 version",
        "the content is another and the version the same: where cases have that version, it is refused (K6); raise it",
    ),
    "label": (_SAFE, "只是名称或文字", "words for people only"),
    "calendar": (
        _SAFE,
        "已在计时的时限仍按原日历，此后起算的按新日历（K6）",
        "clocks that run keep their calendar, those that start later go by this one (K6)",
    ),
    "retention": (
        _SAFE,
        "迁移后办结的工单按新期限保存",
        "cases that close after the move are kept that long",
    ),
    "opening": (_SAFE, *_NEW_CASES),
    "split": (_SAFE, *_FROM_THEN),
    "role_added": (_SAFE, "新增角色", "nobody holds it on any case yet"),
    "role_removed": (
        _NEEDS,
        "在办工单可能有人担任此角色；请在 roles 中写明由哪个角色接替或 =drop",
        "somebody may hold it on open cases; `roles` says who holds it now, or =drop",
    ),
    "card_added": (_SAFE, "新增警示牌", "no case has it yet"),
    "card_removed": (
        _NEEDS,
        "在办工单可能正挂此警示牌；请在 cards 中写明改挂哪一警示牌或 =drop",
        "open cases may have it; `cards` says which one they have now, or =drop",
    ),
    "cards_order": (
        _SAFE,
        "在办工单的警示牌按新的轻重次序排列（E5）",
        "the cards of open cases rank by the new order (E5)",
    ),
    "parties_added": (_SAFE, "在办工单迁移后可登记当事人", "open cases can have parties from the move on"),
    "parties_removed": (
        _BREAKS,
        "已登记当事人的工单不能迁移",
        "a case that has parties is refused",
    ),
    "parties_changed": (_SAFE, *_FROM_THEN),
    "kind_added": (_SAFE, "新增当事人类别", "no party is of it yet"),
    "kind_removed": (
        _NEEDS,
        "在办工单可能有此类当事人；请在 kinds 中写明改为哪一类",
        "parties of open cases may be of it; `kinds` says what they are now",
    ),
    # fields
    "field_added": (
        _SAFE,
        "在办工单迁移时得到默认值（如有）或 set 的值",
        "open cases get its default, if it has one, or what `set` gives",
    ),
    "field_removed": (
        _NEEDS,
        "在办工单可能有值；请在 fields 中写明去向或 =drop",
        "open cases may have a value; `fields` says where it goes, or =drop",
    ),
    "sealed_field_removed": (
        _NEEDS,
        "在办工单可能有值；请在 fields 中写明去向或 =drop；丢弃后原值留在保险库，直至用 casewf erase 删除（D5）",
        "open cases may have a value; `fields` says where it goes, or =drop: then it stays in the vault until casewf "
        "erase deletes it (D5)",
    ),
    "field_widened": (_SAFE, "每个旧值都是新类型的值，自动转换", "every old value is one of the new type"),
    "field_recoded": (
        _NEEDS,
        "请在 fields 中用 values 写明每个旧值对应的新值，或 =drop",
        "`fields` says by `values` what each old value is now, or =drop",
    ),
    "field_retyped": (
        _BREAKS,
        "旧值不是新类型的值，只能丢弃（=drop）、逐一列出（values）或重新给定（set）",
        "no old value is one of the new type: it can be dropped, listed one by one under `values`, or `set` anew",
    ),
    "field_narrowed": (
        _BREAKS,
        "多个值不能变成一个，只能丢弃（=drop）或重新给定（set）",
        "several values do not become one: they can be dropped, or one is `set` anew",
    ),
    "field_sensitivity": (
        _BREAKS,
        "历史中的明文无法收回，保险库中的值不会被取出，只能丢弃；保险库中的原值保留至用 casewf erase 删除（D5）",
        "what stands in the open in the history stays so, and the vault is not opened: values can only be dropped, and "
        "those in the vault stay there until casewf erase deletes them (D5)",
    ),
    "options_added": (_SAFE, "新增选项", "no case has it yet"),
    "options_removed": (
        _NEEDS,
        "在办工单可能选了它；请在 fields 中用 values 写明改为什么",
        "open cases may have chosen it; `values` under `fields` says what it is now",
    ),
    "options_order": (_SAFE, "只是选项的排列次序", "only the order in which they are shown"),
    "bounds_tightened": (
        _NEEDS,
        "值超出新范围的工单会被拒绝，除非 set 使其落入范围",
        "a case whose value lies outside is refused, unless `set` brings it within",
    ),
    "bounds_loosened": (_SAFE, "每个旧值都在新范围内", "every old value lies within"),
    "field_default": (_SAFE, *_NEW_CASES),
    "field_default_added": (
        _SAFE,
        "没有值的在办工单迁移时得到默认值；已有的值不变",
        "open cases without a value get it when they are moved; those that have one keep it",
    ),
    "field_seen_by": (
        _SAFE,
        "迁移后由这些角色看到敏感值",
        "these roles see the sensitive value from the move on",
    ),
    "field_identifies": (
        _SAFE,
        "迁移后按此字段查找个人的工单；此前的历史仍按当时的字段（D5）",
        "from the move on a person's cases are found by it; the history before by what was so then (D5)",
    ),
    # tracks
    "track_added": (
        _SAFE,
        "在办工单从其初始状态开始（已算办结）",
        "open cases are in its initial state, which rests",
    ),
    "track_added_open": (
        _NEEDS,
        "初始状态未办结；请在 states 中写明在办工单处于哪个状态",
        "its initial state is not closed; `states` says in which one open cases are",
    ),
    "track_removed": (
        _NEEDS,
        "在办工单都在其中的某个状态；请在 tracks 中写明新名称或 =drop",
        "every open case is in a state of it; `tracks` says what it is called now, or =drop",
    ),
    "tracks_order": (
        _SAFE,
        "自动流转按新的次序查看各轨道（M5）",
        "automatic rows are looked at in the new order (M5)",
    ),
    "initial": (_SAFE, *_NEW_CASES),
    "state_added": (_SAFE, "新增状态", "no case is in it yet"),
    "state_removed": (
        _NEEDS,
        "在办工单可能处于此状态；请在 states 中写明去向或 =stay",
        "open cases may be in it; `states` says where they go, or =stay",
    ),
    "state_closing": (
        _NEEDS,
        "是否算办结已改变；请在 states 中写明其工单去向（可仍为此状态）。因此将告办结的工单会被拒绝",
        "whether it counts as closed has changed; `states` says where its cases go, be it there. A case that would be "
        "closed by it is refused",
    ),
    "state_reopened": (
        _BREAKS,
        "此前到此为止：已办结的工单留在旧版本，不会重新打开；在办工单须在 states 中写明去向",
        "it was the end: cases that closed there stay in their version and do not open again; of open cases `states` "
        "must say where they go",
    ),
    "mapping_closes": (
        _BREAKS,
        "照此对应，工单将即告办结，而无人作此决定，故会被拒绝（M8）；请对应到未办结的状态，或写 =stay",
        "cases there would be closed by it, and are refused: nobody decided that (M8); name an open state, or =stay",
    ),
    "mapping_may_close": (
        _NEEDS,
        "其他轨道均已办结的工单照此将告办结，会被拒绝（M8）",
        "a case whose other tracks all rest would be closed by it, and is refused (M8)",
    ),
    "states_order": (_SAFE, "只是状态的排列次序", "only the order in which they are shown"),
    # rows
    "trigger_added": (_SAFE, "在办工单迁移后多一种操作", "open cases gain an option"),
    "trigger_removed": (_SAFE, "在办工单迁移后少一种操作", "open cases lose an option"),
    "trigger_forgotten": (
        _NEEDS,
        "有规则要看谁执行过它（M11）；请在 triggers 中写明新名称或 =drop",
        "rows bar who did it (M11); `triggers` says what it is called now, or =drop",
    ),
    "outcome_removed": (
        _BREAKS,
        "推送结果由它送回；尚有推送未送达的工单会被拒绝，送达后可迁移（D2）",
        "pushes report by it: a case with one that still waits for its delivery is refused until that is done (D2)",
    ),
    "way_back_lost": (
        _BREAKS,
        "从别处进入此状态的工单在新版本中无法返回，会被拒绝（M10）；请在 states 中写明其去向或 =stay",
        "a case that came there on such a way knows no way back here, and is refused (M10); `states` may say where it "
        "goes, or =stay",
    ),
    "way_back_added": (
        _BREAKS,
        "经导入或此前迁移而处于此状态的工单不知从何处来，会被拒绝（M10）",
        "of a case that is there since an import or another migration nobody knows where it came from: it is refused "
        "(M10)",
    ),
    "row_added": (_SAFE, "在办工单迁移后多一条路", "open cases gain a way"),
    "row_removed": (_SAFE, "在办工单迁移后少一条路", "open cases lose a way"),
    "row_changed": (_SAFE, *_FROM_THEN),
    "rows_reordered": (
        _SAFE,
        "几行都可走时，迁移后先走另一行（M1）",
        "where several rows can be taken, another one wins from the move on (M1)",
    ),
    "automatic_reordered": (
        _SAFE,
        "几行自动流转都可走时，迁移后先走另一行（M5）",
        "where several automatic rows can be taken, another one wins from the move on (M5)",
    ),
    # limits
    "limit_added": (
        _SAFE,
        "在办工单只在 starts 写明之处，或在其起算时刻到来时，才开始计时",
        "it runs for open cases only where `starts` says so, or when its start comes",
    ),
    "limit_removed": (
        _NEEDS,
        "在办工单可能正在计时；请在 clocks 中写 cancel 或新名称",
        "open cases may have its clock running; `clocks` says cancel, or what it is called now",
    ),
    "limit_length": (
        _NEEDS,
        "在办工单可能正在计时；请在 clocks 中写明：keep、rebase、carry、restart 或 cancel",
        "open cases may have its clock running; `clocks` says keep, rebase, carry, restart or cancel",
    ),
    "rung_added": (
        _SAFE,
        "到期及到期前的时刻已过的不再触发；到期后的时刻已过的立即触发",
        "one up to the due instant whose place has passed is passed over, one after it fires at once",
    ),
    "rung_removed": (
        _SAFE,
        "已触发的照旧，未触发的不再触发",
        "what fired stays fired, what did not never will",
    ),
    "rung_changed": (
        _SAFE,
        "同一时刻的预警，触发时按新规则",
        "the same warning; when it fires, it does this",
    ),
    "moment_changed": (
        _SAFE,
        "正在计时的继续；从迁移起按新的时刻起算、暂停、停止。已经过去的时刻不会补算",
        "clocks that run go on; from the move on they start, pause and stop by it. What has passed is not made up for",
    ),
    "limit_rule": (_SAFE, *_FROM_THEN),
    "act_added": (_SAFE, "在办工单迁移后可申请", "open cases can have it from the move on"),
    "act_changed": (_SAFE, "待审批的申请按新规则审批", "a request that waits is decided by the new rule"),
    "act_removed": (
        _BREAKS,
        "有待审批的申请或未定终止时间的中止的工单会被拒绝，先审批或恢复后可迁移",
        "a case with a request that waits, or suspended without an end, is refused until that is decided or resumed",
    ),
    "limits_order": (
        _SAFE,
        "同一时刻到期的按新次序触发（E3）",
        "what is due at one instant fires in the new order (E3)",
    ),
    "other": (_SAFE, "内容有别，含义相同", "the content is another, the meaning the same"),
}
"""Code → mark, zh, en."""
