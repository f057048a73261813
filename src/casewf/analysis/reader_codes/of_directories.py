"""CW6: directories and bindings."""

from __future__ import annotations

from casewf.analysis.reader_codes.explanation import Explanation

__all__ = ["OF_DIRECTORIES"]

OF_DIRECTORIES = {
    "CW601": Explanation(
        "组织的位置不对",
        "Organisations lie under one another level by level. One that skips a level, or lies below itself, would "
        "never be found when a role is looked for above.",
        "Name in `under` an organisation of the level directly above.",
        "level: district, under: city}",
        "level: district}",
        "directory",
    ),
    "CW602": Explanation(
        "不能担任代理的人",
        "A deputy acts for somebody of his own organisation or from above it. Anybody else would see cases that are "
        "none of his.",
        "Name somebody of the same organisation, or of one above.",
        "deputies: [zhao]",
        "deputies: [li]",
        "directory",
    ),
    "CW603": Explanation(
        "不成立的外出时间",
        "An absence ends before it begins, or two of one person overlap.",
        "Correct the dates; both days belong to the absence.",
        "to: 2026-02-16",
        "to: 2026-02-01",
        "directory",
    ),
    "CW604": Explanation(
        "值班人员没有该角色",
        "Whoever is on duty is told of cases for that role, and could not do what they ask for.",
        "Give the person the role, or put somebody else on the roster.",
        "people: [wu]",
        "people: [li]",
        "directory",
    ),
    "CW611": Explanation(
        "绑定文件不能同时列出这些文件",
        "A host has one version of each workflow and calendar. Two files with the same id cannot both be what it "
        "runs; more than fifty files are too many for one look.",
        "List each workflow and each calendar once.",
    ),
}
