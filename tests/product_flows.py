"""Random small workflows of several tracks that look at one another, as texts."""

from __future__ import annotations

from hypothesis import strategies as st

STATES = ("s0", "s1", "s2", "s3")
TRACKS = ("a", "b", "c")
KINDS = (
    "",
    "",
    "",
    ", category: closed",
    ", category: closed",
    ", final: true",
    ", category: closed, ends_case: true",
)
FIELDS = ("flag", "mark", "n", "kind", "lead", "day", "note", "sum")
ATOMS = (
    "flag",
    "not flag",
    "mark",
    "has(mark)",
    "n > 0",
    "n < 2",
    "n == 3",
    "n + 1 < 3",
    "kind == 'x'",
    "kind in ('x', 'y')",
    "has(lead)",
    "flag if has(mark) else n > 1",
    "card != 'none'",
    "'boss' in actor.roles",
    "children.open == 0",
    "children.closed > 0",
    "lead == actor.org",
    "day > '2025-07-05'",
    "len(note) > 2",
    "sum < n",
    "not (sum >= 1.5)",
)
SETS = (
    "",
    "",
    "",
    "",
    "flag: 'true'",
    "flag: 'false'",
    "n: n + 1",
    "n: '0'",
    "mark: not flag",
    "kind: \"'z'\"",
    "day: \"'2025-07-20'\"",
    "sum: sum + 1 if has(sum) else n",
    "lead: actor.org",
)
BY = ("desk", "boss", "[desk, boss]", "[boss, system]", "system")
FORMS = ("{}", "{}", "{} and {}", "{} or {}", "not ({})")

HEAD = """\
casewf: 1
id: random
version: 1
calendar: cn-office
title: {zh: 随机, en: Random}
roles: {desk: {zh: 窗口, en: Desk}, boss: {zh: 领导, en: Boss}}
cards: {yellow: {zh: 黄牌, en: Yellow}, red: {zh: 红牌, en: Red}}
fields:
  flag: {type: boolean, default: false, title: {zh: 标, en: Flag}}
  mark: {type: boolean, title: {zh: 记, en: Mark}}
  n: {type: integer, default: 0, min: 0, max: 4, title: {zh: 数, en: Number}}
  kind: {type: choice, of: {x: {zh: 甲, en: X}, y: {zh: 乙, en: Y}, z: {zh: 丙, en: Z}}, title: {zh: 类, en: Kind}}
  lead: {type: org, title: {zh: 主办, en: Lead}}
  day: {type: date, title: {zh: 日期, en: Day}}
  note: {type: text, title: {zh: 备注, en: Note}}
  sum: {type: decimal, min: 0, max: 9, title: {zh: 金额, en: Sum}}
"""
WITH = "{employer: \"'x'\", issue: \"'y'\"}"
OPENINGS = ("", "opening: {by: desk, accepts: []}\n", "opening: {by: desk, accepts: [flag, kind]}\n")


def one_in(draw: st.DrawFn, many: int) -> bool:
    """Whether something is so that is so once in so many times."""
    return draw(st.integers(1, many)) == 1


@st.composite
def conditions(draw: st.DrawFn, tracks: tuple[str, ...], slas: tuple[str, ...]) -> str:
    """A condition over the states of tracks, fields and limits."""
    signs = st.sampled_from(("==", "==", "!="))
    state = st.builds("state.{} {} '{}'".format, st.sampled_from(tracks), signs, st.sampled_from(STATES))
    parts = [state, state, st.sampled_from(ATOMS)]
    if slas:
        parts.append(st.sampled_from(slas).map("sla.{}.phase != 'running'".format))
        parts.append(st.sampled_from(slas).map("sla.{}.verdict == 'met'".format))
    form = draw(st.sampled_from(FORMS))
    return form.format(*(draw(st.one_of(*parts)) for _ in range(form.count("{}"))))


@st.composite
def row(draw: st.DrawFn, trigger: str, sources: list[str], condition: str, systems: tuple[str, ...]) -> str:
    """A row of a trigger; ``condition`` is empty for none."""
    auto = trigger.endswith("_auto")
    of = draw(st.sets(st.sampled_from(sources), min_size=1, max_size=2).map(sorted))
    parts = [f"trigger: {trigger}", 'from: "*"' if one_in(draw, 12) else f"from: [{', '.join(of)}]"]
    to = draw(st.sampled_from((*STATES, *STATES, "=previous", "")))
    parts += [f"to: {to}"] if to else []
    parts.append(
        "auto: true" if auto else f"by: {'system' if trigger in systems else draw(st.sampled_from(BY))}"
    )
    for key in ("asks", "accepts", "needs"):
        if one_in(draw, 4) and not auto:
            parts.append(f"{key}: [{draw(st.sampled_from(FIELDS))}]")
    parts += [f'when: "{condition}"'] if condition else []
    sets = draw(st.sampled_from(SETS))
    parts += [f"set: {{{sets}}}"] if sets else []
    parts += ["assign: {boss: lead}"] if one_in(draw, 6) and not auto else []
    parts += ["clears: cards"] if one_in(draw, 6) else []
    parts += ["comment: required"] if one_in(draw, 8) and not auto else []
    parts += [f"not_by: {trigger}"] if one_in(draw, 10) and not auto else []
    effects = []
    if systems and one_in(draw, 4):
        outcomes = [
            f"{key}: {draw(st.sampled_from(systems))}" for key in ("on_ok", "on_fail") if draw(st.booleans())
        ]
        effects.append(f"{{push: registry{''.join(f', {one}' for one in outcomes)}}}")
    effects += [f"{{open: legal-supervision, with: {WITH}}}"] if one_in(draw, 10) else []
    parts += [f"effects: [{', '.join(effects)}]"] if effects else []
    return f"      - {{{', '.join(parts)}}}"


@st.composite
def moments(
    draw: st.DrawFn, tracks: tuple[str, ...], triggers: tuple[str, ...], ends: tuple[str, ...] = ("closed",)
) -> str:
    """A moment of a limit, or two of them."""
    found = []
    for _ in range(draw(st.sampled_from((1, 1, 2)))):
        place = f"{draw(st.sampled_from(tracks))}.{draw(st.sampled_from(STATES))}"
        case = f"case: {draw(st.sampled_from(ends))}"
        fired = f"fire: {draw(st.sampled_from(triggers))}"
        what = draw(st.sampled_from((f"enter: {place}", f"leave: {place}", fired, case)))
        found.append(f"{{{what}{draw(st.sampled_from(('', '', ', when: n < 2', ', when: flag')))}}}")
    return f"[{', '.join(found)}]"


@st.composite
def ladders(draw: st.DrawFn, systems: tuple[str, ...], most: int) -> str:
    """Rungs, which may set fields, make somebody a holder, raise cards, fire triggers and push."""
    kinds = [
        "card: yellow",
        "card: red",
        "set: {n: '3'}",
        "set: {flag: 'true'}",
        "set: {mark: flag, n: n + 1}",
    ]
    kinds += ["assign: {boss: lead}", "effects: [{open: legal-supervision, with: " + WITH + "}]"]
    what = st.sampled_from(kinds)
    if systems:
        fire = st.sampled_from(systems).map("fire: {}".format)
        pushed = st.sampled_from(systems).map("effects: [{{push: registry, on_ok: {}}}]".format)
        what = st.one_of(what, fire, fire, pushed)
    at = st.sampled_from(("at: due", "at: 50%", "after: 1 hour", "after: 1 hour, every: 2 days, times: 2"))
    return f"[{', '.join(f'{{{draw(at)}, {draw(what)}}}' for _ in range(draw(st.integers(0, most))))}]"


@st.composite
def limits(
    draw: st.DrawFn, name: str, tracks: tuple[str, ...], triggers: tuple[str, ...], systems: tuple[str, ...]
) -> str:
    """A limit with a ladder; some go by a date, or by another target when a field changes."""
    moment = moments(tracks, triggers)
    parts = [
        f"title: {{zh: {name}, en: {name}}}",
        f"start: {draw(moments(tracks, triggers, ('closed', 'reopened')))}",
    ]
    parts.append(f"stop: {draw(moment)}")
    reopens = f"on_reopen: restart, reopen: {draw(moments(tracks, triggers, ('reopened',)))}"
    for more in (f"cancel: {draw(moment)}", "restarts: true", "on_change: restart", "suspension: {by: boss}"):
        parts += [more] if one_in(draw, 3) else []
    if one_in(draw, 2):
        parts.append(draw(st.sampled_from(("on_reopen: continue", "on_reopen: restart", reopens))))
    if one_in(draw, 3):
        place = f"{draw(st.sampled_from(tracks))}.{draw(st.sampled_from(STATES))}"
        parts.append(f"pause: {{in: {place}{draw(st.sampled_from(('', ', when: flag')))}}}")
    within = draw(st.sampled_from(("2 hours", "1 day")))
    target = [f"{{within: {within}}}"]
    if one_in(draw, 3):
        other = draw(st.sampled_from(("within: 3 hours", "within: 3 hours, ladder: []", "until: day")))
        target.insert(0, f"{{when: {draw(st.sampled_from(('flag', 'n > 0', 'has(mark)')))}, {other}}}")
    parts.append(f"target: [{', '.join(target)}]")
    return f"  {name}: {{{', '.join(parts)}, ladder: {draw(ladders(systems, 2))}}}\n"


@st.composite
def workflow_texts(draw: st.DrawFn) -> str:
    """The text of a workflow of two or three tracks, whose triggers are named after their track."""
    tracks = TRACKS[: draw(st.integers(2, 3))]
    slas = ("one", "two")[: draw(st.integers(0, 2))]
    triggers = tuple(
        f"{track}{number}{'_auto' if one_in(draw, 5) else ''}"
        for track in tracks
        for number in range(draw(st.integers(2, 4)))
    )
    by_people = [one for one in triggers if not one.endswith("_auto")]
    systems = tuple(one for one in by_people if one_in(draw, 4))
    text = HEAD + draw(st.sampled_from(OPENINGS)) + "tracks:\n"
    for track in tracks:
        kinds = ["", *(draw(st.sampled_from(KINDS)) for _ in STATES[1:])]
        sources = [state for state, kind in zip(STATES, kinds, strict=True) if "final" not in kind]
        text += f"  {track}:\n    title: {{zh: {track}, en: {track}}}\n    initial: s0\n    states:\n"
        for state, kind in zip(STATES, kinds, strict=True):
            text += f"      {state}: {{zh: {state}, en: {state}{kind}}}\n"
        text += "    transitions:\n"
        for trigger in (one for one in triggers if one[0] == track):
            for _ in range(draw(st.integers(1, 2))):
                guarded = trigger.endswith("_auto") or draw(st.booleans())
                condition = draw(conditions(tracks, slas)) if guarded else ""
                text += draw(row(trigger, sources, condition, systems)) + "\n"
    if slas:
        text += "slas:\n" + "".join(draw(limits(name, tracks, triggers, systems)) for name in slas)
    return text
