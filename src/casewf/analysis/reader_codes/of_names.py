"""CW3: names."""

from __future__ import annotations

from casewf.analysis.reader_codes.explanation import Explanation

__all__ = ["OF_NAMES"]

OF_NAMES = {
    "CW301": Explanation(
        "名称的写法不对",
        "Names are used in conditions, in databases and in addresses, so they are plain; what people see are labels, "
        "which may be in any language.",
        "Use lower-case letters, digits and `_`, a letter first; write the Chinese word as the label.",
        "  operator: {zh: 接线员, en: Operator}",
        "  operator: {zh: 接线员, en: Operator}\n  接线员: {zh: 接线员, en: Operator}",
    ),
    "CW302": Explanation(
        "保留的名称",
        "The name means something of its own: `system` stands for timers, others are words of conditions.",
        "Choose another name.",
        "  operator: {zh: 接线员, en: Operator}",
        "  operator: {zh: 接线员, en: Operator}\n  system: {zh: 系统, en: System}",
    ),
    "CW303": Explanation(
        "未知的名称",
        "Nothing of that name is declared in the file. A misspelt state or role would make a transition that no case "
        "ever takes.",
        "Correct the spelling, or declare it in its section.",
        "from: received, to: handling",
        "from: recieved, to: handling",
    ),
    "CW304": Explanation(
        "一个操作属于两条轨道",
        "A trigger's name is unique in a workflow, and all its rows belong to one track (M1): so that it is clear "
        "which track moves.",
        "Give the trigger of the second track a name of its own, such as one with the track's first letter before it.",
        "slas:\n",
        "  other:\n    initial: a\n    states: {a: {zh: 甲, en: A}, b: {zh: 乙, en: B, final: true}}\n"
        "    transitions: [{trigger: take, from: a, to: b, by: handler}]\nslas:\n",
    ),
    "CW305": Explanation(
        "操作的名称与流转不一致",
        "The section `triggers` gives each trigger of the track its label. One has none, or a label belongs to no "
        "transition, because one of the two is misspelt.",
        "Give every trigger of the track a label, and no other.",
        "      take: {zh: 接办, en: Take over}",
        "      taek: {zh: 接办, en: Take over}",
    ),
}
