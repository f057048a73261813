"""A workflow of any size, without a finding, for measuring how reading and linting grow."""

from __future__ import annotations

__all__ = ["big_workflow"]

FIELDS = 50
LIMITS = 40


def big_workflow(states: int, rows: int, tracks: int = 4) -> str:
    """The text of a workflow with so many states and transitions in all, spread over its tracks."""
    lines = [
        "casewf: 1",
        "id: big",
        "version: 1",
        "calendar: cn-office",
        "title: {zh: 大流程, en: Big}",
        "roles: {handler: {zh: 办理员, en: Handler}, supervisor: {zh: 督办员, en: Supervisor}}",
        "opening: {by: handler}",
        "fields:",
    ]
    for number in range(FIELDS):
        lines += [
            f"  kind{number}: {{type: choice, title: {{zh: 类别{number}, en: Kind {number}}}, of: {{"
            "a: {zh: 甲, en: A}, b: {zh: 乙, en: B}, c: {zh: 丙, en: C}}}",
            f"  count{number}: {{type: integer, min: 0, default: 0, title: {{zh: 数量{number}, en: Count {number}}}}}",
        ]
    lines.append("tracks:")
    for track in range(tracks):
        lines += _track(track, tracks, states // tracks, rows // tracks)
    lines.append("slas:")
    for number in range(LIMITS):
        track = number % tracks
        lines += [
            f"  limit{number}:",
            f"    title: {{zh: 时限{number}, en: Limit {number}}}",
            f"    start: {{enter: track{track}.s{1 + number % (states // tracks - 2)}}}",
            f"    stop: {{enter: track{track}.s{states // tracks - 1}}}",
            "    target: [{within: 5 working days}]",
            "    ladder: [{at: 80%, notify: handler}, {at: due, notify: supervisor}]",
        ]
    return "\n".join(lines) + "\n"


def _track(track: int, tracks: int, states: int, rows: int) -> list[str]:
    """A chain of states with many ways forward, each by a trigger of its own; one row in three has a guard."""
    lines = [
        f"  track{track}:",
        f"    title: {{zh: 轨道{track}, en: Track {track}}}",
        "    initial: s0",
        "    states:",
    ]
    for number in range(states):
        final = ", final: true" if number == states - 1 else ""
        lines.append(f"      s{number}: {{zh: 状态{number}, en: State {number}{final}}}")
    lines.append("    triggers:")
    lines += [
        f"      go{track}_{number}: {{zh: 操作{number}, en: Action {number}}}" for number in range(rows)
    ]
    lines.append("    transitions:")
    for number in range(rows):
        source = number % (states - 1)
        target = min(source + 1 + (number // (states - 1)) * 7, states - 1)
        field = number % FIELDS
        when = ""
        if number % 3 == 0:
            when = f", when: \"kind{field} == 'a' and count{field} > {number % 7}\""
        elif number % 3 == 1:
            when = f", when: \"state.track{(track + 1) % tracks} != 's{number % states}'\""
        lines.append(
            f"      - {{trigger: go{track}_{number}, from: s{source}, to: s{target}, "
            f"by: {'handler' if number % 2 else 'supervisor'}, accepts: [kind{field}, count{field}]{when}}}"
        )
    return lines
