"""An overlay over a base: maps merge by key, lists replace, ``null`` removes; places stay where they are written."""

from __future__ import annotations

from pathlib import Path

import attrs
import pytest

from casewf.definition import load_workflow, parse_workflow
from casewf.definition.extends import MAX_DEEP
from casewf.definition.load import read_document
from casewf.errors import DefinitionError
from casewf.model.amount import WorkingDays
from casewf.model.codec import content_hash
from casewf.model.text import Label
from overlay_files import BASE, HEAD, laid, merged, plain, refused, write

HASHES = {
    "hotline-12351": "f57e6eab018c1ab44d2c1d2003014a5f012efd6c37bc761f4d7fbb9a57097ed3",
    "legal-supervision": "4ddfa56c62d21e46121b82d08e742106de89e95082016bd920b5a24deb29e45d",
    "prevention-visit": "8a9a86de251fda04f0b6ad3e20619fac70a7090e5681d32b8897079a7f8f78db",
}


@pytest.mark.parametrize("name", HASHES)
def test_the_content_of_packaged_workflows_is_what_it_was_before_there_were_overlays(name: str) -> None:
    """K6: cases are pinned to it."""
    assert content_hash(load_workflow(name)) == HASHES[name]


# What is merged


def test_an_empty_overlay_is_its_base_under_another_id(tmp_path: Path) -> None:
    over = laid(tmp_path, "").workflow
    assert over == attrs.evolve(load_workflow(tmp_path / "base.yaml"), id="district", version=1)


def test_maps_merge_lists_replace_and_null_removes() -> None:
    base = "a: {x: 1, y: [1, 2], z: {p: 1, q: 2}}\nb: 1\n"
    over = "b: two\na: {y: [3], z: {q: null, r: 3}, x: {deep: 1}}\nc: {new: 1}\n"
    assert merged(base, over) == merged("a: {x: {deep: 1}, y: [3], z: {p: 1, r: 3}}\nb: two\nc: {new: 1}\n")


def test_keys_keep_the_order_of_the_base_and_new_ones_come_last() -> None:
    """It decides which limit comes first of two at one instant (E3), and which track (M5)."""
    base = "tracks: {}\nslas: {b: {start: 1, stop: 1, target: 1}, a: {start: 1, stop: 1, target: 1}}\n"
    over = "slas: {c: {start: 2, stop: 2, target: 2}, a: {stop: 2}, b: {stop: 2}}\ntracks: {}\n"
    whole = dict(merged(base, over))  # type: ignore[call-overload]
    assert [name for name, _ in whole["slas"]] == ["b", "a", "c"]


@pytest.mark.parametrize(
    ("over", "order"),
    [
        ("{yellow: {}, orange: {en: O}, red: {}}", "blue yellow orange red"),
        ("{yellow: {}, orange: {en: O}}", "blue yellow orange red"),
        ("{orange: {en: O}, red: {}}", "blue yellow orange red"),
        ("{green: {en: G}, white: {en: W}, blue: {}}", "green white blue yellow red"),
        ("{red: {en: R}, black: {en: B}}", "blue yellow red black"),
        ("{blue: {}, cyan: {en: C}, yellow: {}, orange: {en: O}}", "blue cyan yellow orange red"),
        ("{yellow: null, orange: {en: O}}", "blue orange red"),
        ("{blue: null, yellow: null, red: null, any: {en: A}}", "any"),
    ],
)
def test_a_new_card_has_the_rank_that_it_is_given_among_those_of_the_base(over: str, order: str) -> None:
    """Mildest first (E5): the order is the rank."""
    base = "cards: {blue: {en: B}, yellow: {en: Y}, red: {en: R}}\n"
    whole = dict(merged(base, f"cards: {over}\n"))  # type: ignore[call-overload]
    assert " ".join(name for name, _ in whole["cards"]) == order


def test_cards_over_a_base_without_any_are_ranked_as_written() -> None:
    assert merged("cards: {}\n", "cards: {a: {en: A}, b: {en: B}}\n") == merged(
        "cards: {a: {en: A}, b: {en: B}}\n"
    )


def rows(document: object) -> list[str]:
    track = document.workflow.track("main")  # type: ignore[attr-defined]
    return [f"{row.trigger}:{'+'.join(row.sources)}" for row in track.transitions]


def test_the_rows_of_a_trigger_are_replaced_where_its_first_row_stood(tmp_path: Path) -> None:
    """M1: the rows of one trigger are tried in their order; those of others stay where they are."""
    over = "tracks: {main: {transitions: {send: [{from: new, to: closed, by: leader}], close: null,"
    over += " finish: [{from: [sent, waiting], to: closed, by: leader}, {from: new, by: operator}]}}}\n"
    assert rows(laid(tmp_path, over)) == [
        "send:new",
        "wait:sent",
        "resume:waiting",
        "finish:sent+waiting",
        "finish:new",
    ]


def test_a_list_of_transitions_replaces_all_of_them(tmp_path: Path) -> None:
    over = "tracks: {main: {transitions: [{trigger: finish, from: '*', to: closed, by: leader}]}}\n"
    assert rows(laid(tmp_path, over)) == ["finish:new+sent+waiting+closed"]


def test_a_row_may_repeat_the_trigger_that_stands_above_it(tmp_path: Path) -> None:
    over = "tracks: {main: {transitions: {send: [{trigger: send, from: new, by: leader}]}}}\n"
    assert rows(laid(tmp_path, over))[0] == "send:new"


def test_a_new_track_may_write_its_rows_under_their_triggers(tmp_path: Path) -> None:
    over = "tracks: {side: {initial: a, states: {a: {en: A}}, transitions: {go: [{from: a, by: leader}]}}}\n"
    side = laid(tmp_path, over).workflow.track("side")
    assert [(row.trigger, row.sources) for row in side.transitions] == [("go", ("a",))]


def test_the_trigger_map_of_a_plain_file_is_no_list(tmp_path: Path) -> None:
    text = "casewf: 1\nid: plain\nversion: 1\ncalendar: cn-office\nroles: {leader: {en: L}}\n"
    text += "tracks: {a: {initial: a, states: {a: {en: A}}, transitions: {go: [{from: a, by: leader}]}}}\n"
    with pytest.raises(DefinitionError, match="CW201"):
        parse_workflow(text)


# Chains


def test_a_district_lies_over_a_city_over_a_packaged_workflow(tmp_path: Path) -> None:
    sla = "slas: {callback: {target: [{within: 2 working days}]}}\n"
    write(tmp_path, city="casewf: 1\nid: city\nversion: 4\nextends: hotline-12351\ntitle: {zh: 市}\n" + sla)
    write(tmp_path, north="casewf: 1\nid: north\nversion: 1\nextends: city.yaml\ncalendar: cn-office\n")
    workflow = load_workflow(tmp_path / "north.yaml")
    assert (workflow.id, workflow.version, workflow.title) == (
        "north",
        1,
        Label("市", "12351 hotline case (dual closed loop)"),
    )
    assert workflow.sla("callback").target[0].within == WorkingDays(2)
    assert workflow.sla("handle") == load_workflow("hotline-12351").sla("handle")


def test_a_base_s_path_starts_at_the_folder_of_the_file_that_names_it(tmp_path: Path) -> None:
    for name in ("a", "a/b", "c"):
        (tmp_path / name).mkdir()
    write(tmp_path / "c", base=BASE)
    write(tmp_path / "a", city=HEAD.replace("./base.yaml", "../c/base.yaml").replace("district", "city"))
    write(tmp_path / "a" / "b", district=HEAD.replace("./base", "../city"))
    document = read_document(tmp_path / "a" / "b" / "district.yaml", name="a/b/district.yaml")
    assert [source.file for source in document.report.sources] == [
        "a/b/district.yaml",
        "a/city.yaml",
        "c/base.yaml",
    ]


def test_a_text_extends_a_packaged_workflow_but_no_file() -> None:
    assert parse_workflow(HEAD.replace("./base.yaml", "prevention-visit")).id == "district"
    with pytest.raises(DefinitionError, match="this text lies in no folder"):
        parse_workflow(HEAD)


def test_chains_have_an_end(tmp_path: Path) -> None:
    for number in range(MAX_DEEP):
        text = f"casewf: 1\nid: w{number}\nversion: 1\nextends: w{number + 1}.yaml\n"
        write(tmp_path, **{f"w{number}": text})
    write(tmp_path, **{f"w{MAX_DEEP}": BASE})
    assert load_workflow(tmp_path / "w1.yaml").id == "w1"
    with pytest.raises(DefinitionError, match="more than 8 files deep"):
        load_workflow(tmp_path / "w0.yaml")


def test_an_overlay_has_no_id_that_any_file_below_it_has(tmp_path: Path) -> None:
    """K6: else two contents would have one id and version."""
    write(tmp_path, base=BASE, city=HEAD.replace("district", "city"))
    write(tmp_path, district=HEAD.replace("id: district", "id: base").replace("./base", "./city"))
    with pytest.raises(DefinitionError) as caught:
        load_workflow(tmp_path / "district.yaml", name="district.yaml")
    (finding,) = caught.value.findings
    assert str(finding) == "district.yaml:2:5: 'base' is the id of the base [CW802]"


# Places


def test_every_value_stands_in_the_file_and_line_that_says_it(tmp_path: Path) -> None:
    document = laid(tmp_path, "slas:\n  handle:\n    target: [{within: 9 working days}]\n")
    places = [
        document.report.line(document.span("slas", "handle", *path)) for path in (["target", 0], ["stop"])
    ]
    assert [place.rpartition("/")[2] for place in places] == ["district.yaml:7", "base.yaml:33"]


def test_what_is_wrong_in_the_base_is_told_in_the_base(tmp_path: Path) -> None:
    (finding,) = refused(tmp_path, "", BASE.replace("by: leader, times", "by: leeder, times"))
    assert str(finding) == "base.yaml:43:21: unknown role 'leeder' [CW303]"


def test_the_resolved_file_has_the_shape_of_a_plain_one(tmp_path: Path) -> None:
    document = laid(tmp_path, "sealed: [slas.handle]\n", BASE + "sealed: [slas.sign, slas.handle]\n")
    whole = dict(plain(document.root))  # type: ignore[call-overload]
    assert "extends" not in whole
    assert [text for text, _ in whole["sealed"]] == ["slas.sign", "slas.handle"]


def test_an_overlay_seals_more_for_those_above_it(tmp_path: Path) -> None:
    write(tmp_path, base=BASE + "sealed: [slas.sign]\n")
    write(tmp_path, city=HEAD.replace("district", "city") + "sealed: [roles.leader]\n")
    write(
        tmp_path,
        district=HEAD.replace("./base", "./city") + "slas: {sign: null}\nroles: {leader: {zh: 领导}}\n",
    )
    with pytest.raises(DefinitionError) as caught:
        load_workflow(tmp_path / "district.yaml", name="district.yaml")
    assert [(finding.code, finding.help.partition(";")[0]) for finding in caught.value.findings] == [
        ("CW807", "sealed in base.yaml:48"),
        ("CW806", "sealed in city.yaml:5"),
    ]


def test_a_sealed_value_may_be_said_again(tmp_path: Path) -> None:
    over = "fields: {caller: {seen_by: operator}}\nroles: {leader: {en: 'Leader'}}\n"
    laid(tmp_path, over, BASE + "sealed: [fields.caller, roles.leader]\n")


def test_a_city_may_change_what_its_own_seal_names() -> None:
    """A seal binds those above: the file that seals it says what it is."""
    text = HEAD.replace("./base.yaml", "hotline-12351")
    parse_workflow(text + "sealed: [slas.callback]\nslas: {callback: {target: [{within: 2 working days}]}}\n")
