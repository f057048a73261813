"""``casewf doctor``: is everything keeping up? For people, and for monitoring by its exit code."""

from __future__ import annotations

import argparse
import json
import re
from collections.abc import Mapping, Sequence

import attrs

from casewf.adapters.sqlite.checkup import check_file
from casewf.adapters.system import SystemClock
from casewf.cli.databases import existing_file, existing_server, is_dsn
from casewf.cli.doctor_checks import (
    Check,
    Limits,
    Status,
    Thresholds,
    file_checks,
    health_checks,
    server_check,
)
from casewf.cli.engines import add_source, opened_engine
from casewf.cli.numbers import instant_iso
from casewf.cli.terminal import Terminal, UsageError, add_lang, terminal
from casewf.errors import CasewfError
from casewf.ports.stored import Health
from casewf.views.text import Paint
from casewf.worktime.extras import MissingExtra

_UNITS = {"s": 1, "m": 60, "h": 3_600, "d": 86_400}
_SPANS = frozenset(("clock", "timers", "effects"))
_DEFAULTS = {"clock": "5s,1m", "timers": "5m,30m", "effects": "15m,2h", "dead": "1,10", "incidents": "1,20"}
_HELP = {
    "clock": "how far the newest entry may lie in the future",
    "timers": "how long the oldest due case may wait for a sweep",
    "effects": "how long the oldest due effect may wait for its delivery",
    "dead": "how many effects may have been given up",
    "incidents": "how many incidents may have come up within 24 hours",
}
_COLOURS = {Status.OK: "green", Status.WARNING: "yellow", Status.CRITICAL: "red", Status.UNKNOWN: "yellow"}


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declare the command."""
    parser = commands.add_parser(
        "doctor",
        help="say whether timers and deliveries keep up, for monitoring",
        description="Looks at a database, reading only, or with --app at the host's own store: the file, the clock, "
        "what is due and since when, what was given up. Exit codes: 0 all is well, 1 warning, 2 critical, 3 it could "
        "not be looked at. Each limit is WARNING,CRITICAL; spans are such as 90s, 5m, 2h, 1d.",
    )
    add_source(parser)
    for name, default in _DEFAULTS.items():
        parser.add_argument(
            f"--{name}", metavar="W,C", default=default, help=f"{_HELP[name]}; {default} if not given"
        )
    parser.add_argument("--json", action="store_true", help="print everything as JSON")
    add_lang(parser)
    parser.set_defaults(command=run)


def run(arguments: argparse.Namespace) -> int:
    """Look and print; the worst status of all checks, or 3 if it could not be looked at."""
    out = terminal(arguments.lang)
    try:
        limits = _thresholds(arguments, out)
        checks, health = _looked_at(arguments, limits)
    except (CasewfError, MissingExtra, UsageError, OSError) as error:
        _print_unknown(str(error), arguments.json)
        return Status.UNKNOWN
    status = max(check.status for check in checks)
    if arguments.json:
        print(json.dumps(_as_json(status, checks, health), ensure_ascii=False, indent=2))
    else:
        _print(status, checks, out)
    return status


def _looked_at(arguments: argparse.Namespace, limits: Thresholds) -> tuple[list[Check], Health | None]:
    checks: list[Check]
    health: Health | None
    if arguments.app is None and is_dsn(arguments.db):
        with existing_server(arguments.db) as store:
            tables, indexes = store.missing()
            checks = [server_check(tables, indexes)]
            health = None if tables else store.health(SystemClock().now())
    elif arguments.app is None:
        found = check_file(existing_file(arguments.db), SystemClock().now())
        checks, health = list(file_checks(found)), found.health
    else:
        with opened_engine(arguments) as engine:
            checks, health = [], engine.health()
    if health is not None:
        checks += health_checks(health, limits)
    return checks, health


def _thresholds(arguments: argparse.Namespace, out: Terminal) -> Thresholds:
    return Thresholds(**{name: _limits(name, getattr(arguments, name), out) for name in _DEFAULTS})


def _limits(name: str, text: str, out: Terminal) -> Limits:
    """The two limits of an option.

    Raises:
        UsageError: they are none.
    """
    unit = f"([{''.join(_UNITS)}])" if name in _SPANS else "()"
    found = re.fullmatch(rf"([0-9]{{1,9}}){unit},([0-9]{{1,9}}){unit}", text)
    if found is not None:
        first, unit_of_first, second, unit_of_second = found.groups()
        limits = Limits(_amount(first, unit_of_first), _amount(second, unit_of_second))
        if 0 < limits.warning <= limits.critical:
            return limits
    raise UsageError(
        out.say(
            f"--{name} {text}：应为两个从小到大的界限，如 {_DEFAULTS[name]}",
            f"--{name} {text}: two limits are wanted, the smaller one first, such as {_DEFAULTS[name]}",
        )
    )


def _amount(number: str, unit: str) -> int:
    return int(number) * (_UNITS[unit] * 1_000_000 if unit else 1)


def _print(status: Status, checks: Sequence[Check], out: Terminal) -> None:
    wrong = [check.name for check in checks if check.status is not Status.OK]
    joined = out.say("、", ", ").join(wrong) or out.say("一切正常", "all is well")
    print(f"{_painted(status, out.paint)}: {joined}")
    width = max(len(check.name) for check in checks)
    for check in checks:
        print(
            f"  {_painted(check.status, out.paint, 8)}  {check.name:{width}}  {out.say(check.zh, check.en)}"
        )


def _painted(status: Status, paint: Paint, width: int = 0) -> str:
    return paint(f"{status.name:{width}}", _COLOURS[status])


def _print_unknown(error: str, as_json: bool) -> None:
    """To standard output, which is what a monitor reads."""
    if as_json:
        print(json.dumps({"status": Status.UNKNOWN.name, "error": error}, ensure_ascii=False, indent=2))
    else:
        print(f"{Status.UNKNOWN.name}: {error}")


def _as_json(status: Status, checks: Sequence[Check], health: Health | None) -> Mapping[str, object]:
    return {
        "status": status.name,
        "checks": [
            {
                "name": check.name,
                "status": check.status.name,
                "value": _shown(check.name, check.number),
                "warning": None if check.limits is None else _shown(check.name, check.limits.warning),
                "critical": None if check.limits is None else _shown(check.name, check.limits.critical),
                "zh": check.zh,
                "en": check.en,
            }
            for check in checks
        ],
        "health": None if health is None else _health(health),
    }


def _shown(name: str, number: int | None) -> float | int | None:
    """A number of things, or a span in seconds."""
    return number / 1_000_000 if number is not None and name in _SPANS else number


def _health(health: Health) -> Mapping[str, object]:
    instants = {"at", "clock", "newest", "oldest_due", "oldest_effect", "oldest_unbound", "latest_incident"}
    return {
        name: instant_iso(value) if name in instants and value is not None else value
        for name, value in attrs.asdict(health).items()
    }
