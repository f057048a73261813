"""CW4: what a workflow means."""

from __future__ import annotations

from casewf.analysis.reader_codes.explanation import Explanation

__all__ = ["OF_MEANING"]

OF_MEANING = {
    "CW401": Explanation(
        "表达式有误",
        "A condition is a small, checked language (M9). A name that is no field, a number compared with a text or a "
        "word that is not known would fail on the first case that comes to it.",
        "Correct the place under the squiggle; a text in a condition stands in quotes: `priority == 'urgent'`.",
        "to: closed, by: handler}",
        "to: closed, by: handler, when: poeple > 3}",
    ),
    "CW402": Explanation(
        "终态不再接受操作",
        "A final state accepts nothing in its track (M8), so no case would ever take this transition.",
        "Delete the state from `from`; or, if cases do go on from there, write `category: closed` instead of `final`.",
        "from: handling, to: closed",
        "from: [handling, closed], to: closed",
    ),
    "CW403": Explanation(
        "系统不能触发的操作",
        "A rung of a ladder, or the outcome of a push, fires the trigger as `system`. Without a row that lets the "
        "system do so it would always be refused (E6).",
        "Add `system` to `by` of a row of that trigger.",
        "card: yellow}",
        "fire: close}",
    ),
    "CW404": Explanation(
        "敏感字段的值会暴露",
        "Values of sensitive fields live in the vault, where they can be erased (D5). A value that an expression "
        "writes, or by which a limit is reckoned, would stand in the history for ever.",
        "Use another field, or ask for the value with `asks`.",
        "to: closed, by: handler}",
        "to: closed, by: handler, set: {phone: \"'none'\"}}",
    ),
    "CW405": Explanation(
        "目标的顺序无法成立",
        "The first row whose condition holds gives the limit. If the last one has a condition, some cases have no "
        "limit at all; rows after one without a condition are never reached.",
        "Let the last row, and only the last one, have no `when`.",
        "[{within: 5 working days}]",
        "[{within: 5 working days, when: people > 3}]",
    ),
    "CW406": Explanation(
        "没有效果的警示",
        "A rung that tells nobody, raises no card and fires nothing would pass unnoticed.",
        "Say who is told: `notify: handler`; or delete the rung.",
        "{at: due, notify: handler, card: yellow}",
        "{at: due}",
    ),
    "CW407": Explanation(
        "此处需要其他类型的字段",
        "A limit until a date needs a date, the holder of a role an organisation or a person, a merge the id of a "
        "case.",
        "Name a field of the type that the message asks for.",
        "{within: 5 working days}",
        "{until: people}",
    ),
    "CW408": Explanation(
        "延期上限的单位与目标不符",
        "An extension is granted in the unit of the limit (K7). If `up_to` has another one, no request can ever be "
        "compared with it, and none could be granted.",
        "Give `up_to` in the unit of a target, or write `up_to: original`.",
        "    ladder: [{at: due",
        "    extension: {by: operator, asked_by: handler, up_to: 3 hours}\n    ladder: [{at: due",
    ),
    "CW409": Explanation(
        "不同单位之间不能结转",
        "`on_change: carry` keeps the share of the time that was spent. Between working time and plain time there is "
        "no such share (K5).",
        "Bring the targets to one kind of unit, or write `on_change: rebase`.",
        "target: [{within: 5 working days}]",
        "on_change: carry\n    target: [{within: 24 hours, when: people > 3}, {within: 5 working days}]",
    ),
    "CW411": Explanation(
        "此处不能并单",
        "A merge is a person's decision and the end of the case: a case that went on after it would be handled twice.",
        "Write `merge` in the effects of one transition that people fire, into a state with `final` and `ends_case`.",
        "from: received, to: handling, by: handler}",
        "from: received, to: handling, by: handler, effects: [{merge: summary}]}",
    ),
}
