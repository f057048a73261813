"""Claims with parties, for the tests of cases' files through the engine."""

from __future__ import annotations

from casewf.engine.attachment import Attachment
from casewf.model.case import Actor
from casewf.model.workflow import Workflow
from casewf.ports.store import Store
from engine_fakes import CLAIM, HANDLER, OPERATOR, World, claim

CALLER = Actor("he", frozenset({"caller"}), "city")
NAME, NUMBER, NOTE = "杨某云", "13900001111", "来电人要求保密，住南岸区"
PLACE, FILE_NAME = "store://7f3a", "三月工资条.pdf"
SECRETS = (NAME, NUMBER, NOTE, PLACE, FILE_NAME)

_FILE = (
    CLAIM.replace(
        "  supervisor: {zh: 督办员, en: Supervisor}\n",
        "  supervisor: {zh: 督办员, en: Supervisor}\n  caller: {zh: 回访员, en: Caller}\n",
    )
    .replace(
        "  external_no: {type: text}\n",
        "  external_no: {type: text}\n"
        "  member_no: {type: text, identifies: true}\n"
        "  rating: {type: choice, title: {zh: 满意度, en: Rating},\n"
        "    of: {good: {zh: 满意, en: Satisfied}, bad: {zh: 不满意, en: Dissatisfied}}}\n",
    )
    .replace(
        "opening: {by: operator}\n",
        "opening: {by: operator}\n"
        "parties:\n"
        "  kinds: {worker: {zh: 职工, en: Worker}, representative: {zh: 代表, en: Representative}}\n"
        "  by: [operator, handler]\n"
        "  seen_by: operator\n"
        "  ratings: {of: rating, by: [caller, handler], not_by_org: take, in: main.closed}\n",
    )
    .replace(
        "      close: {zh: 办结, en: Close}\n",
        "      close: {zh: 办结, en: Close}\n      again: {zh: 重办, en: Again}\n",
    )
    .replace(
        "  oversight:\n    initial: calm\n",
        "      - {trigger: again, from: closed, to: working, by: operator, clears: ratings}\n"
        "  oversight:\n    initial: calm\n",
    )
)


def file_claim() -> Workflow:
    """The claim of ``engine_fakes`` with parties, ratings and rework."""
    return claim(_FILE)


def file_world(store: Store, **options: object) -> World:
    return World(store, workflows=[file_claim()], **options)  # type: ignore[arg-type]


def payslip(name: str = "a1") -> Attachment:
    return Attachment.of(
        b"3 months", id=name, uri=PLACE, name=FILE_NAME, media_type="application/pdf", kind="payslip"
    )


def filed(world: World, case_id: str = "C-1") -> None:
    """A case that a district works on, with a note, a file, and two parties of whom one speaks for the other."""
    world.taken(case_id)
    engine = world.engine
    engine.note(case_id, NOTE, actor=OPERATOR)
    engine.attach(case_id, payslip(), actor=HANDLER)
    engine.record_party(
        case_id, "w1", kind="worker", actor=OPERATOR, person="m-1", identity={"name": NAME, "phone": NUMBER}
    )
    engine.record_party(case_id, "r1", kind="representative", actor=HANDLER, represents=["w1"])


def closed(world: World, case_id: str = "C-1") -> None:
    """The same, closed, so that the parties may rate."""
    filed(world, case_id)
    world.engine.fire(case_id, "close", actor=HANDLER)
