"""A host in thirty lines: open a case, let its limit pass, be refused, answer it."""

from pathlib import Path
from tempfile import mkdtemp

from casewf import Actor, Engine, Refused, SqliteStore, StaticDirectory, load_workflow
from casewf.ports import Delivery, Person
from casewf.testing import TestClock, at


class Phone:
    def notify(self, delivery: Delivery) -> None:
        print("tell", [person.name for person in delivery.recipients], "about", delivery.effect.about)


engine = Engine(
    [load_workflow(Path(__file__).parent / "complaint.yaml")],
    store=SqliteStore(Path(mkdtemp()) / "cases.db"),
    clock=(clock := TestClock(at("2026-02-11 10:00"))),  # in production: casewf.SystemClock()
    directory=StaticDirectory({"union": None}, {"union": [Person("li", "李", frozenset({"handler"}))]}),
    notifier=Phone(),
)
operator = Actor("wu", frozenset({"operator"}), "union")
handler = Actor("li", frozenset({"handler"}), "union")
facts = {"summary": "unpaid overtime", "phone": "139 0000"}
case = engine.open("complaint", actor=operator, data=facts, case_id="C-1")
print("due", case.clocks["answer"].due)  # a Saturday, worked in exchange for the Spring Festival
clock.travel(at("2026-02-16 09:00"))
engine.sweep()  # the reminder and the yellow card, both late, each once
try:
    engine.fire(case.id, "answer", actor=operator, data={"reply": "paid"})
except Refused as refused:
    print(refused.text("zh"))
case = engine.fire(case.id, "answer", actor=handler, data={"reply": "paid on 24 February"})
limit = case.clocks["answer"]
print(f"{case.states['main']} | card {case.card} | limit {limit.verdict} | closed {case.closed}")
