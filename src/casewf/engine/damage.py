"""What ``verify`` can find wrong with what is stored, and how it says it (D4)."""

from __future__ import annotations

import attrs

from casewf.model.text import Label

_SENTENCES = {
    "gap": Label(
        "事件 {number} 应在此处，实际为 {found}：事件缺失、重复或被移动",
        "event {number} was expected here, event {found} was found: one is missing or was moved",
    ),
    "undecodable": Label("事件 {number} 无法解读：{found}", "event {number} cannot be read: {found}"),
    "not_canonical": Label(
        "事件 {number} 的内容不是 casewf 写出的规范形式",
        "the body of event {number} is not in the form that casewf writes",
    ),
    "broken_chain": Label(
        "事件 {number} 的哈希与其内容及前一事件不符：内容、哈希或前一事件被改动",
        "the hash of event {number} does not fit its content and the event before: one of them was changed",
    ),
    "secret_changed": Label(
        "事件 {number} 引用的保险库条目 {found} 与其摘要不符：值或盐被改动",
        "the vault row {found} does not fit its digest in event {number}: its value or salt was changed",
    ),
    "secret_missing": Label(
        "事件 {number} 引用的保险库条目 {found} 已不存在，但没有删除记录",
        "the vault row {found} of event {number} is gone, and no event says that it was erased",
    ),
    "secret_not_erased": Label(
        "事件 {number} 记载保险库条目 {found} 已删除，但它仍然存在",
        "event {number} says that the vault row {found} was erased, but it is still there",
    ),
    "does_not_fold": Label("事件无法依次重放：{found}", "the events cannot be replayed: {found}"),
    "snapshot": Label(
        "快照与事件重放的结果不符：{found}", "the snapshot is not what the events add up to: {found}"
    ),
    "version": Label(
        "工单记录的版本为 {found}，最后一个事件为 {number}",
        "the case says version {found}, its last event is {number}",
    ),
    "head": Label(
        "工单记录的链尾哈希与事件 {number} 的哈希不符",
        "the case's head is not the hash of its last event, {number}",
    ),
    "wake": Label(
        "工单记录的唤醒时刻 {found} 与其时钟不符", "the case's wake instant {found} is not that of its clocks"
    ),
    "unreadable": Label("无法读取该工单：{found}", "the case cannot be read: {found}"),
    "truncated": Label(
        "导出的链尾是事件 {number}，现在的历史止于 {found}：末尾被截去",
        "the exported head is event {number}, the history now ends at {found}: its end was cut off",
    ),
    "rewritten": Label(
        "事件 {number} 的哈希与导出的链尾不同：历史被改写并重算了哈希",
        "the hash of event {number} is not the exported one: the history was rewritten and hashed anew",
    ),
    "missing": Label(
        "导出的链尾中有该工单（事件 {number}），现在已不存在",
        "the exported heads have this case up to event {number}, now it is not there",
    ),
    "workflow_missing": Label(
        "事件 {number} 引用的流程定义 {found} 不在库中：只有装入该版本的引擎才能办理该工单",
        "the workflow {found} of event {number} is not stored: only an engine that is given this version can work on "
        "the case",
    ),
    "calendar_missing": Label(
        "事件 {number} 引用的工作日历 {found} 不在库中：只有装入该版本的引擎才能计算该工单的时限",
        "the calendar {found} of event {number} is not stored: only an engine that is given this version can reckon "
        "the case's limits",
    ),
    "definition_changed": Label(
        "存储的定义 {found} 与其哈希不符：内容或哈希被改动",
        "the stored definition {found} does not fit its hash: its content or the hash was changed",
    ),
    "definition_unreadable": Label(
        "存储的定义 {found} 无法解读", "the stored definition {found} cannot be read"
    ),
    "definition_misnamed": Label(
        "存储的定义 {found}：编号或版本与其内容不符",
        "the stored definition {found} says another id or version of itself than its row does",
    ),
    "definitions_unreadable": Label(
        "无法读取存储的定义：{found}", "the stored definitions cannot be read: {found}"
    ),
}


@attrs.frozen(slots=True)
class Problem:
    """One thing that is not as it was written.

    Attributes:
        case: the case's id; empty for a definition, which many cases may go by.
        number: the event concerned, or the last one for what concerns the case.
        kind: what is wrong, a stable word such as ``broken_chain``.
        found: the detail that the sentence names.
    """

    case: str
    number: int
    kind: str
    found: str = ""

    def text(self, lang: str = "en") -> str:
        """The sentence in ``lang`` (``"zh"`` or ``"en"``)."""
        sentence = _SENTENCES[self.kind].text(lang).format(number=self.number, found=self.found)
        if not self.case:
            return sentence
        return f"工单 {self.case}：{sentence}" if lang == "zh" else f"case {self.case}: {sentence}"
