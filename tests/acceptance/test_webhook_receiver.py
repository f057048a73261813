"""``examples/webhook_receiver.py``: the government's events behind FastAPI, over ASGI, and behind Django."""

from __future__ import annotations

import asyncio
import importlib.util
import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType

import httpx
import pytest

from casewf import Actor, Engine, MemoryStore, load_workflow
from casewf.adapters.webhook.signatures import Keys
from casewf.ports import Outcome
from casewf.testing import TestClock, at

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "webhook_receiver.py"
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
WU = Actor("wu", frozenset({"operator", "dispatcher"}), "city")
FACTS = {"category": "help", "topic": "contract", "summary": "合同", "district": "渝中区"}


class Outside:
    def notify(self, delivery: object) -> None:
        """Nobody need hear of it here."""

    def push(self, delivery: object) -> Outcome:
        return Outcome(ok=True, data={"external_no": "G-1"})


@pytest.fixture
def example() -> ModuleType:
    spec = importlib.util.spec_from_file_location("webhook_receiver", EXAMPLE)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def clock() -> TestClock:
    return TestClock(at("2026-03-16 10:00"))


@pytest.fixture
def engine(clock: TestClock) -> Engine:
    """With a case that the government's platform has."""
    outside = Outside()
    made = Engine(
        [load_workflow("hotline-12351")],
        store=MemoryStore(),
        clock=clock,
        notifier=outside,
        connectors={"government": outside},
    )
    made.open("hotline-12351", actor=WU, case_id="C-1")
    made.fire("C-1", "register", actor=WU, data=FACTS)
    made.fire("C-1", "dispatch", actor=WU, data={"lead_org": "yuzhong"})
    clock.travel(at("2026-03-16 11:00"))
    return made


def event(case: str, kind: str = "gov.accepted") -> bytes:
    return json.dumps(
        {"specversion": "1.0", "id": "e-1", "source": "https://gov.example", "type": kind, "subject": case,
         "time": "2026-03-16T10:30:00+08:00"}
    ).encode()  # fmt: skip


def headers(clock: TestClock, body: bytes, name: str) -> Mapping[str, str]:
    seconds = clock.now() // 1_000_000
    return {
        "webhook-id": name,
        "webhook-timestamp": str(seconds),
        "webhook-signature": Keys.read([SECRET]).sign(name, seconds, body),
    }


def test_behind_fastapi_an_event_moves_the_case_once(
    example: ModuleType, engine: Engine, clock: TestClock
) -> None:
    app = example.create_app(example.government_inbox(engine, SECRET, clock))

    async def scene() -> list[httpx.Response]:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://host") as client:
            body, unknown = event("C-1"), event("C-9")
            asked = [
                (body, headers(clock, body, "msg_1")),
                (body, headers(clock, body, "msg_1")),
                (body, {}),
                (unknown, headers(clock, unknown, "msg_2")),
            ]
            return [
                await client.post("/government/events", content=content, headers=given)
                for content, given in asked
            ]

    answers = asyncio.run(scene())
    assert [one.status_code for one in answers] == [204, 204, 403, 404]
    assert answers[2].headers["Content-Type"] == "application/problem+json"
    assert answers[3].json()["type"] == "urn:casewf:problem:not-found"
    moved = [getattr(entry.event, "trigger", "") for entry in engine.history("C-1", actor=WU)]
    assert moved.count("g_accept") == 1
    case = engine.case("C-1", actor=WU)
    assert case.states["government"] == "accepted"


DJANGO = """
import runpy, sys
import django
from django.conf import settings
settings.configure(ALLOWED_HOSTS=["*"], DEFAULT_CHARSET="utf-8")
django.setup()
from django.test import RequestFactory
from casewf import Actor, WebhookInbox, MemoryStore, Engine, load_workflow
from casewf.testing import TestClock, at
example = runpy.run_path(sys.argv[1])
outside = example["Outside"]()
clock = TestClock(at("2026-03-16 11:00"))
engine = Engine([load_workflow("hotline-12351")], store=MemoryStore(), clock=clock, notifier=outside,
                connectors={"government": outside})
view = example["django_view"](example["government_inbox"](engine, sys.argv[2], clock))
body = sys.argv[3].encode()
given = {f"HTTP_{name.upper().replace('-', '_')}": value for name, value in zip(sys.argv[4::2], sys.argv[5::2])}
for more in (given, {}):
    answer = view(RequestFactory().post("/", body, content_type="application/cloudevents+json", **more))
    print(answer.status_code, answer.headers["Content-Type"], answer.content.decode())
"""


def test_behind_django_the_same_inbox_answers(clock: TestClock) -> None:
    clock.travel(at("2026-03-16 11:00"))
    body = event("C-9")
    given = [part for pair in headers(clock, body, "msg_1").items() for part in pair]
    done = subprocess.run(
        [
            sys.executable,
            "-X",
            "utf8",
            "-W",
            "error",
            "-c",
            DJANGO,
            str(EXAMPLE),
            SECRET,
            body.decode(),
            *given,
        ],
        env={**os.environ, "PYTHONPATH": str(Path(sys.modules["casewf"].__path__[0]).parent)},
        capture_output=True,
        encoding="utf-8",
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    unknown, unsigned = done.stdout.splitlines()
    assert unknown.startswith("404 application/problem+json ")
    assert "urn:casewf:problem:not-found" in unknown
    assert unsigned.startswith("403 application/problem+json ")
    assert "urn:casewf:problem:webhook-signature" in unsigned


def test_it_starts_as_its_first_lines_say(
    example: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("WEBHOOK_SECRET", SECRET)
    assert "--factory webhook_receiver:make" in EXAMPLE.read_text(encoding="utf-8")
    app = example.make()

    async def scene() -> int:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://host") as client:
            return (await client.post("/government/events", content=b"{}")).status_code

    assert asyncio.run(scene()) == 403
