"""What figures, conventions and reasons are called, in both languages."""

from __future__ import annotations

from collections.abc import Mapping

from casewf.kpi.figure import DAY_US, SECOND_US, Conventions
from casewf.model.terms import Terms
from casewf.model.text import Label

__all__ = ["REASONS", "convention_of", "label_of"]

LABELS: Mapping[str, Label] = {
    "opened": Label("立案件数", "Cases opened"),
    "closed": Label("结案件数", "Cases closed"),
    "closed_share": Label("结案率", "Closed of those opened"),
    "case_days": Label("平均结案时长", "Mean time to the close"),
    "connect": Label("接通率", "Connect rate"),
    "answer_15s": Label("15秒接通率", "Answered within 15 s"),
    "one_call": Label("一次性解答率", "Answered on first contact"),
    "dispatch": Label("交办率", "Dispatch rate"),
    "dispatch_accuracy": Label("派单准确率", "Dispatched right the first time"),
    "sign_on_time": Label("按时签收率", "Signed for in time"),
    "response": Label("响应率", "Response rate"),
    "closing": Label("办结率", "Closing rate"),
    "on_time": Label("按时办结率", "On-time rate"),
    "on_time_unextended": Label("按时办结率（不计延期）", "On-time rate without extensions"),
    "handling_days": Label("平均办理时长", "Mean handling time"),
    "satisfaction": Label("满意率", "Satisfaction"),
    "return_granted": Label("退单率（准予）", "Returns granted"),
    "return_requested": Label("退单率（申请）", "Returns asked for"),
    "rework": Label("重办率", "Rework rate"),
    "supervision": Label("督办率", "Supervision rate"),
    "supervision_cards": Label("督办率（仅警示牌）", "Supervision rate, cards only"),
    "extension": Label("延期率", "Extensions granted"),
    "extension_asked": Label("延期率（申请）", "Extensions asked for"),
    "duplicate": Label("重复件率", "Duplicates"),
    "push": Label("政府环推送成功率", "Pushed at once to the government"),
    "performance": Label("协议履约率", "Agreements kept"),
    "letters": Label("文书答复率", "Letters answered"),
    "card": Label("警示次数", "Cards raised"),
    "limit_on_time": Label("按时率", "In time"),
    "limit_extended": Label("获准延期", "Extended"),
}
_WINDOW = Label("期满前发生", "Before it ran out")
"""Of a limit that nobody has to keep, in the place of ``limit_on_time``."""

_OF: Mapping[str, Label] = {
    "opened": Label("期内立案", "opened in the period"),
    "closed": Label("期内结案", "closed in the period"),
    "closed_share": Label("现已结案/期内立案", "closed by now, of those opened in the period"),
    "case_days": Label("立案至结案；期内结案", "opening to last close; closed in the period"),
    "connect": Label("接听/期内转人工来电", "answered, of calls of the period offered to an operator"),
    "dispatch": Label("派单/期内接听来电", "dispatched, of calls of the period answered"),
    "dispatch_accuracy": Label("只派一次/期内派单", "dispatched once, of cases dispatched in the period"),
    "sign_on_time": Label(
        "按时签收/期内到期且未退的派单", "signed in time, of dispatches due in the period and not returned"
    ),
    "response": Label(
        "按时接通联系/期内派单且可联系",
        "spoken to in time, of cases dispatched in the period whose caller is known",
    ),
    "return_granted": Label(
        "准予退单的派单/期内派单次数", "dispatches sent back, of dispatches of the period"
    ),
    "return_requested": Label(
        "申请退单的派单/期内派单次数", "dispatches asked to be sent back, of dispatches of the period"
    ),
    "rework": Label("裁定重办/派单且期内结案", "reworked, of dispatched cases closed in the period"),
    "supervision": Label(
        "有警示牌或人工督办/期内派单",
        "with a card or put under supervision, of cases dispatched in the period",
    ),
    "supervision_cards": Label("有警示牌/期内派单", "with a card, of cases dispatched in the period"),
    "extension": Label("办结时限获准延期/期内派单", "handling extended, of cases dispatched in the period"),
    "extension_asked": Label(
        "办结时限申请延期/期内派单", "extension of the handling asked for, of cases dispatched in the period"
    ),
    "duplicate": Label(
        "并单或重复关联/期内登记", "merged or linked as duplicates, of cases registered in the period"
    ),
    "performance": Label("按时付清/期内到期协议", "paid in time, of agreements due in the period"),
    "letters": Label("按时答复/期内到期意见书", "answered in time, of letters due in the period"),
    "card": Label("期内次数", "how often in the period"),
    "limit_on_time": Label("按时/期内到期", "met, of those due in the period"),
    "limit_extended": Label("获准延期/期内到期", "extended, of those due in the period"),
}

REASONS: Mapping[str, Label] = {
    "anonymous": Label("匿名", "anonymous"),
    "cancelled": Label("时限已取消", "limit cancelled"),
    "case_ended": Label("工单已结束", "case ended before"),
    "hung_up": Label("来电人即挂", "caller hung up at once"),
    "imported": Label("自旧系统导入", "imported"),
    "merged": Label("并单", "merged"),
    "no_calendar": Label("无工作日历", "no working calendar"),
    "not_dispatched": Label("未派单", "never dispatched"),
    "open": Label("尚无结果", "not known yet"),
    "outage": Label("线路中断", "line out of order"),
    "reopened": Label("重新开启", "reopened"),
    "returned": Label("已退单", "returned"),
    "ruled": Label("裁定不予重办", "rework denied by ruling"),
    "split": Label("拆分件", "split off another case"),
    "suspended": Label("挂起中", "suspended"),
    "transferred": Label("转法定途径", "on a statutory route"),
    "unrated": Label("未评价或联系不上", "not rated or not reached"),
    "withdrawn": Label("诉求人撤回", "withdrawn"),
}
"""Why units are left out of a denominator, by the id of the reason."""

_MEMBERS = {
    "due": Label("期内到期", "due in the period"),
    "closed": Label("期内办结", "finished in the period"),
    "registered": Label("期内登记", "registered in the period"),
}
_SUBMISSIONS = {"first": Label("首次提交", "first submission"), "last": Label("末次提交", "last submission")}
_SUSPENDED = {
    "deducted": Label("扣除挂起", "suspensions deducted"),
    "counted": Label("不扣除挂起", "suspensions counted"),
}
_DAYS = {
    "whole": Label("整工作日，次日起算", "whole working days, the first not counted"),
    "exact": Label("工作日（含零头）", "working days with fractions"),
    "calendar": Label("自然日（含零头）", "calendar days with fractions"),
}
_RATINGS = {"case": Label("按件", "of cases"), "person": Label("按人", "of persons")}
_RATING = {"first": Label("首次评价", "first rating"), "final": Label("最终评价", "final rating")}
_RULED = {
    "counted": Label("不予重办者计入", "counted also where rework was denied"),
    "excluded": Label("不予重办者不计", "not counted where rework was denied"),
}


def label_of(name: str, about: str, terms: Terms) -> Label:
    """What a figure is called; of a limit or a card with its name."""
    label = LABELS[name]
    if not about:
        return label
    if name == "limit_on_time" and terms.slas[about].window:
        label = _WINDOW
    title = terms.slas[about].title if about in terms.slas else terms.card_titles.get(about, Label())
    return Label(f"{title.text('zh') or about}：{label.zh}", f"{title.text('en') or about}: {label.en}")


def convention_of(name: str, conventions: Conventions) -> Label:
    """By which convention a figure was made: what is divided by what, and the options that it depends on."""
    one = conventions
    if name in ("on_time", "on_time_unextended", "closing"):
        what = (
            Label("提交办结/", "submitted, of those ")
            if name == "closing"
            else Label("按时提交/", "submitted in time, of those ")
        )
        return _join(_glue(what, _MEMBERS[one.members]), _SUBMISSIONS[one.submission])
    if name == "handling_days":
        return _join(
            Label("首次派单至提交；期内提交", "first dispatch to submission; submitted in the period"),
            _SUBMISSIONS[one.submission],
            _DAYS[one.days],
            _SUSPENDED[one.suspended],
        )
    if name == "case_days":
        return _join(_OF[name], _DAYS[one.days])
    if name == "satisfaction":
        return _join(
            Label("满意/期内已评价", "satisfied, of those rated in the period"),
            _RATINGS[one.ratings],
            _RATING[one.rating],
            _RULED[one.ruled],
        )
    return _with_span(name, one) or _OF[name]


def _with_span(name: str, conventions: Conventions) -> Label | None:
    """Those that depend on a span."""
    if name == "answer_15s":
        seconds = conventions.answer_within // SECOND_US
        return Label(
            f"{seconds}秒内接听/期内接听来电", f"within {seconds} seconds, of calls of the period answered"
        )
    if name == "push":
        minutes = conventions.push_within // (60 * SECOND_US)
        return Label(
            f"{minutes}分钟内成功/期内推送", f"accepted within {minutes} minutes, of pushes of the period"
        )
    if name == "one_call":
        days = conventions.repeat_within // DAY_US
        return Label(
            f"来电即答且{days}日内无同一诉求/期内咨询",
            f"answered on the telephone without another call about it in {days} days, of questions of the period",
        )
    return None


def _glue(one: Label, other: Label) -> Label:
    return Label(one.zh + other.zh, one.en + other.en)


def _join(*parts: Label) -> Label:
    return Label("；".join(part.zh for part in parts), "; ".join(part.en for part in parts))
