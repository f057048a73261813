"""What ``casewf doctor`` looks for: each check with its status, its number and a sentence in both languages."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from enum import IntEnum

import attrs

from casewf.adapters.sqlite.checkup import Checkup
from casewf.adapters.sqlite.schema import FORMAT
from casewf.cli.showing import counted
from casewf.ports.stored import COUNTED, Health
from casewf.views.words import duration_words

_SECOND = 1_000_000


class Status(IntEnum):
    """The exit codes of monitoring plugins, by the convention of Nagios."""

    OK = 0
    WARNING = 1
    CRITICAL = 2
    UNKNOWN = 3


@attrs.frozen(slots=True)
class Limits:
    """From which number on a check warns, and from which on it is critical."""

    warning: int
    critical: int

    def status(self, number: int) -> Status:
        """What the number means."""
        if number >= self.critical:
            return Status.CRITICAL
        return Status.WARNING if number >= self.warning else Status.OK


@attrs.frozen(slots=True, kw_only=True)
class Thresholds:
    """The limits of every check that has some: spans in microseconds, else numbers."""

    clock: Limits
    timers: Limits
    effects: Limits
    dead: Limits
    incidents: Limits


@attrs.frozen(slots=True, kw_only=True)
class Check:
    """What was found; ``number`` is what was compared with the limits, None where there is nothing to compare."""

    name: str
    status: Status
    zh: str
    en: str
    number: int | None = None
    limits: Limits | None = None


def file_checks(found: Checkup) -> Iterator[Check]:
    """What a file is like."""
    megabytes = f"{found.size / 1e6:.1f} MB"
    if found.damage:
        yield Check(
            name="storage",
            status=Status.CRITICAL,
            zh=f"文件已损坏：{found.damage}；请保留副本，并从备份恢复",
            en=f"the file is damaged: {found.damage}; keep a copy of it and restore a backup",
        )
        return
    if found.format < FORMAT:
        yield Check(
            name="storage",
            status=Status.WARNING,
            zh=f"存储格式为 {found.format}，本版本写入格式 {FORMAT}；引擎下次打开文件时升级，其余各项未检查",
            en=f"storage format {found.format}, and this version writes {FORMAT}; an engine that opens the file will "
            "upgrade it, and nothing else was looked at",
        )
        return
    if found.missing_tables or found.missing_indexes:
        yield _missing(found.missing_tables, found.missing_indexes)
        return
    yield Check(
        name="storage",
        status=Status.OK,
        zh=f"格式 {found.format}，{megabytes}，" + ("各页完好" if found.pages else "文件较大，未逐页检查"),
        en=f"format {found.format}, {megabytes}, "
        + ("every page is whole" if found.pages else "too large to look at every page"),
    )


def _missing(tables: Sequence[str], indexes: Sequence[str]) -> Check:
    names = ", ".join((*tables, *indexes))
    return Check(
        name="storage",
        status=Status.CRITICAL if tables else Status.WARNING,
        zh=f"缺少表或索引：{names}；请从备份恢复，或按 storage.md 重建索引",
        en=f"tables or indexes are missing: {names}; restore a backup, or make the indexes anew as in storage.md",
    )


def server_check(tables: Sequence[str], indexes: Sequence[str]) -> Check:
    """What a database server that was reached, with tables of this version's format, lacks of them and of indexes."""
    if tables or indexes:
        return _missing(tables, indexes)
    return Check(
        name="storage",
        status=Status.OK,
        zh=f"格式 {FORMAT}，数据库可用",
        en=f"format {FORMAT}, the database answers",
    )


def health_checks(health: Health, limits: Thresholds) -> Iterator[Check]:
    """How far behind a store is."""
    yield _clock(health, limits.clock)
    yield _timers(health, limits.timers)
    yield _effects(health, limits.effects)
    yield Check(
        name="dead",
        status=limits.dead.status(health.dead_effects),
        zh=f"已放弃的外发事项 {_zh(health.dead_effects)} 项"
        + (
            "；原因见 casewf outbox --dead，排除后用 casewf outbox --revive 重发"
            if health.dead_effects
            else ""
        ),
        en=f"{_en(health.dead_effects, 'effect')} given up"
        + (
            "; casewf outbox --dead says why, casewf outbox --revive tries again"
            if health.dead_effects
            else ""
        ),
        number=health.dead_effects,
        limits=limits.dead,
    )
    latest = None if health.latest_incident is None else health.at - health.latest_incident
    yield Check(
        name="incidents",
        status=limits.incidents.status(health.incidents),
        zh=f"24小时内异常事件 {_zh(health.incidents)} 件"
        + ("" if latest is None else f"，最近一件{_ago(latest, 'zh')}"),
        en=f"{_en(health.incidents, 'incident')} within 24 h"
        + ("" if latest is None else f", the latest {_ago(latest, 'en')}"),
        number=health.incidents,
        limits=limits.incidents,
    )


def _clock(health: Health, limits: Limits) -> Check:
    ahead = 0 if health.newest is None else max(health.newest - health.at, 0)
    apart = 0 if health.clock is None else abs(health.clock - health.at)
    worse = max(ahead, apart)
    zh, en = "时钟一致", "no entry lies in the future"
    if worse >= _SECOND and worse == apart:
        zh = f"本机时钟与数据库时钟相差{duration_words(apart, 'zh')}"
        en = f"this machine's clock and the database's are {duration_words(apart, 'en')} apart"
    elif worse >= _SECOND:
        zh = f"最新记录比本机时钟晚{duration_words(ahead, 'zh')}：有机器的时钟走快，或本机走慢"
        en = f"the newest entry lies {duration_words(ahead, 'en')} ahead of this clock: some machine's clock is wrong"
    return Check(name="clock", status=limits.status(worse), zh=zh, en=en, number=worse, limits=limits)


def _timers(health: Health, limits: Limits) -> Check:
    if health.oldest_due is None:
        return Check(
            name="timers",
            status=Status.OK,
            zh="没有到期未触发的工单",
            en="no case is due",
            number=0,
            limits=limits,
        )
    late = health.at - health.oldest_due
    return Check(
        name="timers",
        status=limits.status(late),
        zh=f"到期未触发的工单 {_zh(health.due_cases)} 件，最早的已等待{duration_words(late, 'zh')}"
        f"；正在处理 {_zh(health.claimed_cases)} 件",
        en=f"{_en(health.due_cases, 'case')} due, the oldest for {duration_words(late, 'en')}; "
        f"{_number(health.claimed_cases)} held by a sweep",
        number=late,
        limits=limits,
    )


def _effects(health: Health, limits: Limits) -> Check:
    oldest = [at for at in (health.oldest_effect, health.oldest_unbound) if at is not None]
    late = health.at - min(oldest, default=health.at)
    zh, en = "没有到期未送的外发事项", "no effect is due"
    if health.oldest_effect is not None:
        waits = health.at - health.oldest_effect
        zh = f"到期未送的外发事项 {_zh(health.due_effects)} 项，最早的已等待{duration_words(waits, 'zh')}"
        en = f"{_en(health.due_effects, 'effect')} due, the oldest for {duration_words(waits, 'en')}"
    if health.oldest_unbound is not None:
        waits = health.at - health.oldest_unbound
        zh += f"；有引擎缺少投递所需的绑定，最早的一项已等待{duration_words(waits, 'zh')}，见 casewf outbox"
        en += f"; no engine that came had what delivers one of {duration_words(waits, 'en')} ago, see casewf outbox"
    waiting = (health.waiting_effects, health.leased_effects, health.failed_effects)
    if health.waiting_effects:
        zh += "；另有 {} 项未到时间：{} 项正在投递，{} 项失败待重试".format(*map(_zh, waiting))
        en += "; {} wait for their time: {} being delivered, {} to be tried again".format(
            *map(_number, waiting)
        )
    return Check(name="effects", status=limits.status(late), zh=zh, en=en, number=late, limits=limits)


def _ago(us: int, lang: str) -> str:
    if us < 0:
        return "在未来" if lang == "zh" else "in the future"
    words = duration_words(us, lang)
    return f"在{words}前" if lang == "zh" else f"{words} ago"


def _zh(number: int) -> str:
    return f"{number}" if number < COUNTED else f"至少{number}"


def _number(number: int) -> str:
    return f"{number}" if number < COUNTED else f"{number} or more"


def _en(number: int, noun: str) -> str:
    return counted(number, noun) if number < COUNTED else f"{number} or more {noun}s"
