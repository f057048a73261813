"""Workflows that are made to take long: each is hard for one thing that looks at it, and most can be read.

No author writes such files; a host that takes files from strangers gets them.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise

__all__ = ["HARD"]


def _file(
    fields: Iterable[str], tracks: Iterable[str], slas: Iterable[str] = (), *, calendar: str = "cn-office"
) -> str:
    lines = [
        "casewf: 1",
        "id: hard",
        "version: 1",
        f"calendar: {calendar}",
        "title: {zh: 难, en: Hard}",
        "roles: {handler: {zh: 办理员, en: Handler}}",
        "opening: {by: handler}",
    ]
    fields, slas = list(fields), list(slas)
    lines += ["fields:", *(f"  {one}" for one in fields)] if fields else []
    lines += ["tracks:", *(f"  {one}" for one in tracks)]
    lines += ["slas:", *(f"  {one}" for one in slas)] if slas else []
    return "\n".join(lines) + "\n"


def _track(name: str, states: Iterable[str], rows: Iterable[str], initial: str = "s0") -> list[str]:
    written = [
        f"    {one}: {{zh: {one}, en: {one}{', final: true' if one == 'end' else ''}}}" for one in states
    ]
    return [
        f"{name}:",
        f"  title: {{zh: {name}, en: {name}}}",
        f"  initial: {initial}",
        "  states:",
        *written,
        "  transitions:",
        *(f"    - {{{row}}}" for row in rows),
    ]


def _integers(many: int) -> list[str]:
    return [
        f"n{number}: {{type: integer, min: 0, default: 0, title: {{zh: 数, en: N}}}}"
        for number in range(many)
    ]


def _long_guard(number: int, fields: int, pairs: int = 24) -> str:
    """Some hundred parts: ``n0 == 1 and (n1 == 2 or n2 > 3) and …``."""
    parts = []
    for place in range(pairs):
        one, other = (number + place) % fields, (number * 7 + place * 3 + 1) % fields
        parts.append(f"(n{one} == {(number + place) % 9} or n{other} > {place % 5})")
    return " and ".join([f"n{number % fields} != {number % 11}", *parts])


def many_rows_of_one_trigger(rows: int = 500, fields: int = 20) -> str:
    """Rows of one trigger from one state, each with a guard of about a hundred parts."""
    made = [
        f'trigger: go, from: s0, to: end, by: handler, when: "{_long_guard(number, fields)}"'
        for number in range(rows)
    ]
    return _file(_integers(fields), _track("one", ["s0", "end"], made))


def many_simple_rows_of_one_trigger(rows: int = 5_000) -> str:
    """Very many rows of one trigger from one state, each with a short guard of its own."""
    made = [f'trigger: go, from: s0, to: end, by: handler, when: "n0 == {number}"' for number in range(rows)]
    return _file(_integers(1), _track("one", ["s0", "end"], made))


def many_automatic_rows(rows: int = 500, fields: int = 20) -> str:
    """Automatic rows from one state, each with a long guard."""
    made = [
        f'trigger: go{number}, from: s0, to: end, auto: true, when: "{_long_guard(number, fields)}"'
        for number in range(rows)
    ]
    made.append("trigger: end, from: s0, to: end, by: handler, accepts: [n0]")
    return _file(_integers(fields), _track("one", ["s0", "end"], made))


def wide_lists(rows: int = 300, wide: int = 120) -> str:
    """Guards that look whether a text is among as many as there may be, and in none of others."""
    made = []
    for number in range(rows):
        items = ",".join(f"'{(number + place) % 977:03}'" for place in range(wide))
        made.append(
            f'trigger: go, from: s0, to: end, by: handler, when: "t0 {"not " * (number % 2)}in [{items}]"'
        )
    return _file(["t0: {type: text, title: {zh: 文, en: T}}"], _track("one", ["s0", "end"], made))


def wide_choices(options: int = 2_000, rows: int = 2_000) -> str:
    """A choice with very many options, each asked for by a row."""
    of = ", ".join(f"o{number}: {{zh: 项, en: O{number}}}" for number in range(options))
    made = [
        f"trigger: go, from: s0, to: end, by: handler, accepts: [c], when: \"c != 'o{number % options}'\""
        for number in range(rows)
    ]
    return _file(
        [f"c: {{type: choice, title: {{zh: 类, en: C}}, of: {{{of}}}}}"], _track("one", ["s0", "end"], made)
    )


def many_fields(fields: int = 5_000) -> str:
    """Very many fields, all accepted by every one of some rows, and asked for by guards."""
    names = ", ".join(f"n{number}" for number in range(fields))
    made = [
        f'trigger: go{number}, from: s0, to: end, by: handler, accepts: [{names}], when: "n{number} > n{number + 1}"'
        for number in range(30)
    ]
    return _file(_integers(fields), _track("one", ["s0", "end"], made))


def tracks_over_tracks(tracks: int = 12, states: int = 8) -> str:
    """Tracks whose every guard looks at the states of the others."""
    sections: list[str] = []
    for track in range(tracks):
        rows = []
        for number in range(states - 1):
            target = "end" if number == states - 2 else f"s{number + 1}"
            others = [other for other in range(tracks) if other != track]
            when = " and ".join(
                f"state.t{other} != 's{(number + place) % (states - 1)}'"
                for place, other in enumerate(others)
            )
            rows.append(
                f'trigger: t{track}_{number}, from: s{number}, to: {target}, by: handler, when: "{when}"'
            )
            rows.append(f"trigger: b{track}_{number}, from: s{number}, to: s0, by: handler")
        sections += _track(f"t{track}", [*(f"s{number}" for number in range(states - 1)), "end"], rows)
    return _file([], sections)


def automatic_tracks(tracks: int = 12, states: int = 8) -> str:
    """The same, with automatic rows that may or may not be taken."""
    sections: list[str] = []
    for track in range(tracks):
        rows = []
        for number in range(states - 1):
            target = "end" if number == states - 2 else f"s{number + 1}"
            other = (track + 1) % tracks
            when = f"state.t{other} != 's{number}' and n{track} > {number}"
            rows.append(
                f'trigger: t{track}_{number}, from: s{number}, to: {target}, auto: true, when: "{when}"'
            )
            rows.append(
                f"trigger: b{track}_{number}, from: s{number}, to: s0, by: handler, accepts: [n{track}]"
            )
        sections += _track(f"t{track}", [*(f"s{number}" for number in range(states - 1)), "end"], rows)
    return _file(_integers(tracks), sections)


def many_limits(limits: int = 400, targets: int = 40) -> str:
    """Limits with very many targets, each with a condition and a ladder."""
    slas: list[str] = []
    for number in range(limits):
        slas += [
            f"l{number}:",
            "  title: {zh: 时限, en: Limit}",
            f"  start: {{enter: one.s{number % 5}}}",
            "  stop: {enter: one.end}",
            "  target:",
            *(
                f'    - {{when: "n{place % 20} > {place}", within: {place + 1} working hours}}'
                for place in range(targets)
            ),
            "    - {within: 5 working days}",
            "  ladder: [{at: 80%, notify: handler}, {at: due, notify: handler}, "
            "{after: 1 working day, notify: handler}]",
        ]
    states = [*(f"s{number}" for number in range(6)), "end"]
    rows = [
        f"trigger: go{number}, from: {one}, to: {other}, by: handler, accepts: [n0]"
        for number, (one, other) in enumerate(pairwise(states))
    ]
    return _file(_integers(20), _track("one", states, rows), slas)


def one_limit_with_many_targets(targets: int = 3_000) -> str:
    """One limit with thousands of targets."""
    slas = [
        "l0:",
        "  title: {zh: 时限, en: Limit}",
        "  start: {enter: one.s0}",
        "  stop: {enter: one.end}",
        "  target:",
        *(f'    - {{when: "n{n % 20} > {n}", within: {n % 400 + 1} working hours}}' for n in range(targets)),
        "    - {within: 5 working days}",
        "  ladder: [{at: 80%, notify: handler}, {at: due, notify: handler}]",
    ]
    rows = ["trigger: go, from: s0, to: end, by: handler, accepts: [n0]"]
    return _file(_integers(20), _track("one", ["s0", "end"], rows), slas)


def long_automatic_chain(states: int = 3_000) -> str:
    """States that automatic rows run through one after the other."""
    names = [*(f"s{number}" for number in range(states - 1)), "end"]
    rows = [
        f'trigger: a{number}, from: {one}, to: {other}, auto: true, when: "n0 > {number % 50}"'
        for number, (one, other) in enumerate(pairwise(names))
    ]
    rows += [
        f"trigger: b{n}, from: s{n}, to: end, by: handler, accepts: [n0]" for n in range(0, states - 1, 7)
    ]
    return _file(_integers(1), _track("one", names, rows))


def automatic_chains_of_all(states: int = 60) -> str:
    """States from each of which an automatic row leads to each other one."""
    rows = [
        f'trigger: a{one}, from: s{one}, to: s{other}, auto: true, when: "n{one % 5} == {other}"'
        for one in range(states)
        for other in range(states)
        if one != other
    ]
    rows += [
        f"trigger: b{one}, from: s{one}, to: end, by: handler, accepts: [n0, n1, n2, n3, n4]"
        for one in range(states)
    ]
    return _file(_integers(5), _track("one", [*(f"s{n}" for n in range(states)), "end"], rows))


def deep_guards(rows: int = 200) -> str:
    """Guards nested as deep as a reader lets through, with both sides of each step asking something."""
    made = []
    for number in range(rows):
        when = f"n{number % 10} > {number}"
        for level in range(9):
            word = "or" if level % 2 else "and"
            when = (
                f"not (n{(level + number) % 10} == {level} {word} ({when}))"
                if level % 5 == 4
                else f"(n{(level * 3 + number) % 10} < {level} {word} ({when}))"
            )
        made.append(f'trigger: go, from: s0, to: end, by: handler, when: "{when}"')
    return _file(_integers(10), _track("one", ["s0", "end"], made))


def conditional_guards(rows: int = 60) -> str:
    """Guards that compare sums of many choices."""
    made = []
    for number in range(rows):
        terms = " + ".join(
            f"(n{(number + n) % 20} if n{(number + n * 3) % 20} > {n} else {n})" for n in range(14)
        )
        made.append(f'trigger: go, from: s0, to: end, by: handler, when: "{terms} > {number}"')
    return _file(_integers(20), _track("one", ["s0", "end"], made))


def field_against_field(rows: int = 200) -> str:
    """Guards that hold many fields against one another."""
    made = []
    for number in range(rows):
        when = " and ".join(
            f"n{(number + n) % 30} {'<' if n % 2 else '<='} n{(number + n + 1) % 30}" for n in range(45)
        )
        made.append(f'trigger: go, from: s0, to: end, by: handler, when: "{when}"')
    return _file(_integers(30), _track("one", ["s0", "end"], made))


def from_everywhere(states: int = 500, rows: int = 98) -> str:
    """Rows that leave every state, by triggers that several have."""
    made = [
        f'trigger: go{number % 20}, from: "*", to: s{number % (states - 1)}, by: handler, '
        f'when: "n{number % 10} == {number}"'
        for number in range(rows)
    ]
    made.append('trigger: end, from: "*", to: end, by: handler')
    return _file(_integers(10), _track("one", [*(f"s{n}" for n in range(states - 1)), "end"], made))


def ways_back(states: int = 260) -> str:
    """States that lead back to wherever a case came from."""
    made = [f'trigger: hold{n}, from: "*", to: s{n}, by: handler' for n in range(0, states - 1, 3)]
    made += [f"trigger: back{n}, from: s{n}, to: =previous, by: handler" for n in range(0, states - 1, 3)]
    made.append('trigger: end, from: "*", to: end, by: handler')
    return _file([], _track("one", [*(f"s{n}" for n in range(states - 1)), "end"], made))


def too_many_moves() -> str:
    """Rows from everywhere that stand for a hundred times as many."""
    return from_everywhere(5_000, 2_000)


def long_ladders(limits: int = 5, rungs: int = 400) -> str:
    """Limits with ladders of hundreds of rungs, each with a card."""
    slas: list[str] = []
    for number in range(limits):
        slas += [
            f"l{number}:",
            "  title: {zh: 时限, en: Limit}",
            "  start: {enter: one.s0}",
            "  stop: {enter: one.end}",
            "  target: [{within: 5 working days}]",
            "  ladder:",
            *(f"    - {{after: {place + 1} working hours, notify: handler}}" for place in range(rungs)),
        ]
    rows = ["trigger: go, from: s0, to: end, by: handler"]
    return _file([], _track("one", ["s0", "end"], rows), slas)


def wrong_names(rows: int = 3_000, states: int = 1_000) -> str:
    """Rows that name states that are not there, each like a thousand that are."""
    made = [f"trigger: go{n}, from: state_number_{n}, to: state_numbr_{n}, by: handler" for n in range(rows)]
    names = [*(f"state_number_{n}" for n in range(states)), "end"]
    return _file([], _track("one", names, made, initial="state_number_0"))


HARD = {
    one.__name__: one
    for one in (
        many_rows_of_one_trigger,
        many_simple_rows_of_one_trigger,
        many_automatic_rows,
        wide_lists,
        wide_choices,
        many_fields,
        tracks_over_tracks,
        automatic_tracks,
        many_limits,
        one_limit_with_many_targets,
        long_automatic_chain,
        automatic_chains_of_all,
        deep_guards,
        conditional_guards,
        field_against_field,
        from_everywhere,
        ways_back,
        too_many_moves,
        long_ladders,
        wrong_names,
    )
}
