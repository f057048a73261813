"""CW8: overlays, what a base seals, and the limits that may only be tightened."""

from __future__ import annotations

from casewf.analysis.reader_codes.explanation import Explanation

__all__ = ["OF_OVERLAYS"]

OF_OVERLAYS = {
    "CW801": Explanation(
        "无法作为底本的文件",
        "An overlay is read together with the file it lies over. That one is missing, or lies itself over this one, or "
        "more than eight files lie on one another.",
        "Name a packaged workflow, or write a path that starts at this file's folder, such as `./city.yaml`.",
        "extends: prevention-visit",
        "extends: prevention",
        "overlay",
    ),
    "CW802": Explanation(
        "叠加文件与底本同名",
        "Cases are pinned to id, version and content (K6). Two contents under one id could not be told apart.",
        "Give the overlay an id of its own; its version counts by itself.",
        "id: yuzhong-visit",
        "id: prevention-visit",
        "overlay",
    ),
    "CW803": Explanation(
        "要删除的内容不存在",
        "`null` takes a key of the base out. Where the base has no such key, another one was probably meant, or the "
        "base has changed; what is sealed cannot be taken out at all.",
        "Name a key of the base, or delete the line.",
        "revisit: null",
        "revisits: null",
        "overlay",
    ),
    "CW804": Explanation(
        "底本中没有，自身又不完整",
        "A name that the base has not begins something new: a field, a state, a track, a limit. One that lacks what "
        "every such thing needs was probably meant to change one of the base.",
        "Spell the name as in the base, or write down the whole of the new one.",
        "first_visit: {target",
        "frist_visit: {target",
        "overlay",
    ),
    "CW805": Explanation(
        "无法封存的路径",
        "`sealed` names values of this file or of the ones below it, as keys with dots between them. A path that leads "
        "nowhere protects nothing; `id` and `version` are every overlay's own.",
        "Write the keys from the top, such as `slas.handle` or `fields.phone.seen_by`; a transition is named by its "
        "trigger: `tracks.main.transitions.close`.",
        "tracks:\n",
        "sealed: [slas.handel]\ntracks:\n",
    ),
    "CW806": Explanation(
        "改动了被封存的内容",
        "A base seals what every district must leave as it is: who sees a telephone number, who approves a close. The "
        "help names the file and line that seal it.",
        "Leave the value as it is there, or ask whoever keeps the base to unseal it.",
    ),
    "CW807": Explanation(
        "放宽了只能收紧的时限",
        "A sealed limit may be tightened, never loosened: due no later for any case, warned of no later and no less, "
        "paused no more, extended no further. `at_most` may only become less.",
        "Write a limit that is as strict or stricter; the help names the line that forbids this one.",
    ),
    "CW808": Explanation(
        "超过上限",
        "`at_most` is the longest that a limit may be, in this file and in every one that is laid over it.",
        "Write a target within it.",
        "target: [{within: 5 working days}]",
        "at_most: 3 working days\n    target: [{within: 5 working days}]",
    ),
    "CW809": Explanation(
        "无法比较的时限",
        "Units are never converted (T1 to T5): whether five days are longer than four working days depends on the "
        "calendar, and a date has no length. So neither can be held against the other.",
        "Write the limit in the unit of the one that bounds it; `at_most` may name an amount for each kind of unit.",
        "target: [{within: 5 working days}]",
        "at_most: 5 days\n    target: [{within: 5 working days}]",
    ),
    "CW810": Explanation(
        "警示牌级别不明",
        "The order of the cards is their rank, mildest first (E5). An overlay that adds one says between which "
        "cards of the base it ranks, and leaves those in their order.",
        "Name its neighbours, too: `yellow: {}` names a card of the base without changing it.",
        "  yellow: {}\n",
        "",
        "overlay",
    ),
}
