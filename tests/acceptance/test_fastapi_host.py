"""``examples/fastapi_host.py`` as its users meet it: over ASGI on a real file, and once over a real socket."""

from __future__ import annotations

import asyncio
import hmac
import http.client
import importlib.util
import json
import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

import attrs
import httpx
import pytest

from casewf import Actor, AsyncEngine, SqliteStore, load_workflow
from casewf.ports import Delivery, Outcome
from casewf.testing import TestClock, at

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "fastapi_host.py"
ERRORS = EXAMPLE.with_name("fastapi_errors.py")
FACTS = {"category": "help", "topic": "contract", "summary": "合同", "district": "渝中区"}
SECRET = "s3cret"


class Outside:
    def __init__(self) -> None:
        self.pushed: list[str] = []
        self.warned = threading.Event()

    def push(self, delivery: Delivery) -> Outcome:
        self.pushed.append(delivery.id)
        return Outcome(ok=True, data={"external_no": "G-1"})

    def notify(self, delivery: Delivery) -> None:
        if delivery.effect.about.startswith("sign/"):
            self.warned.set()


@attrs.frozen
class Host:
    """The app on a file, its clock and its outside."""

    app: Any
    engine: AsyncEngine
    clock: TestClock
    outside: Outside
    client: Any

    async def ask(
        self, method: str, path: str, *, as_: str = "wu", body: object = None, **headers: str
    ) -> Any:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return await self.client.request(
            method, path, json=body, headers={"Authorization": f"Bearer {as_}", **named}
        )

    async def opened(self) -> str:
        answer = await self.ask("POST", "/cases", body={"data": FACTS | {"caller_phone": "139 0000"}})
        assert answer.status_code == 201, answer.text
        found: str = answer.json()["id"]
        return found

    async def pushed(self) -> str:
        case = await self.opened()
        answer = await self.ask("POST", f"/cases/{case}/dispatch", body={"data": {"lead_org": "yuzhong"}})
        assert answer.json()["states"]["government"] == "pushed", answer.text
        return case

    async def callback(self, signature: str | None = None, **reply: str) -> Any:
        content = json.dumps(
            {"message": "m-1", "event": "g_accept", "at": "2026-03-16T10:05:00+08:00", **reply}
        )
        right = hmac.digest(SECRET.encode(), content.encode(), "sha256").hex()
        return await self.client.post(
            "/government/callback",
            content=content,
            headers={
                "Content-Type": "application/json",
                "X-Signature": right if signature is None else signature,
            },
        )


@pytest.fixture(scope="module")
def example() -> Iterator[ModuleType]:
    sys.path.insert(0, str(EXAMPLE.parent))  # as `python FILE` has it
    spec = importlib.util.spec_from_file_location("fastapi_host", EXAMPLE)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["fastapi_host"] = module  # FastAPI resolves annotations by it
    spec.loader.exec_module(module)
    module.STAFF["eve"] = Actor("eve", frozenset({"operator"}), "another-city")
    yield module
    sys.path.remove(str(EXAMPLE.parent))


@pytest.fixture
def play(
    example: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[[Callable[[Host], Awaitable[None]]], None]]:
    """Run an async scene against the app, between its start and its end."""
    monkeypatch.setenv("GOVERNMENT_SECRET", SECRET)
    store = SqliteStore(tmp_path / "hotline.db")
    clock, outside = TestClock(at("2026-03-16 10:00")), Outside()

    @asynccontextmanager
    async def host() -> AsyncIterator[Host]:
        engine = AsyncEngine(
            [load_workflow("hotline-12351")],
            store=store,
            clock=clock,
            notifier=outside,
            connectors={"government": outside},
        )
        app = example.create_app(engine)
        transport = httpx.ASGITransport(app=app)
        async with (
            app.router.lifespan_context(app),
            httpx.AsyncClient(transport=transport, base_url="http://host") as client,
        ):
            yield Host(app, engine, clock, outside, client)

    async def run(scene: Callable[[Host], Awaitable[None]]) -> None:
        async with host() as started:
            await scene(started)

    yield lambda scene: asyncio.run(run(scene))
    store.close()


Play = Callable[[Callable[[Host], Awaitable[None]]], None]


@pytest.mark.parametrize("file", [EXAMPLE, ERRORS], ids=["host", "errors"])
def test_it_is_under_120_lines(file: Path) -> None:
    assert len(file.read_text(encoding="utf-8").splitlines()) < 120


def test_a_case_is_opened_moved_and_read(play: Play) -> None:
    async def scene(host: Host) -> None:
        case = await host.pushed()
        answer = await host.ask("GET", f"/cases/{case}", as_="li")
        shown = answer.json()
        assert answer.headers["ETag"] == f'"{shown["version"]}"'
        assert shown["states"]["union"] == "dispatched"
        assert shown["due"]["handle"] == "2026-03-25T18:00:00+08:00"
        assert shown["fields"]["caller_phone"] == "139 0000"
        assert len(host.outside.pushed) == 1

    play(scene)


def test_m3_a_refusal_is_a_problem_document_in_the_readers_language(play: Play) -> None:
    async def scene(host: Host) -> None:
        case = await host.pushed()
        zh = "不能执行 签收（sign）：该操作需要角色：工单办理员（handler）"
        en = "cannot Sign for (sign): this is for the roles Case handler (handler)"
        for asked, lang, detail in [
            ("zh-CN,en;q=0.8", "zh", zh),
            ("en-GB,zh;q=0.8", "en", en),
            ("", "zh", zh),
            ("fr,en;q=0.5", "en", en),
            ("zh;q=0.4, en;q=0.5", "en", en),
            ("en;q=0, *", "zh", zh),
            ("en;q=high", "zh", zh),
        ]:
            answer = await host.ask("POST", f"/cases/{case}/sign", body={"data": {}}, Accept_Language=asked)
            assert answer.status_code == 403
            assert answer.headers["Content-Type"] == "application/problem+json"
            assert answer.headers["Content-Language"] == lang
            document = answer.json()
            assert document["detail"].endswith(f"{case} {detail}")
            [reason] = document["reasons"]
            assert (reason["code"], reason["params"]) == ("role_missing", {"roles": "handler"})
            assert reason["text"] in detail

    play(scene)


def test_wrong_state_and_missing_field_are_422_and_change_nothing(play: Play) -> None:
    async def scene(host: Host) -> None:
        case = await host.opened()
        before = (await host.ask("GET", f"/cases/{case}")).json()
        no_org = await host.ask("POST", f"/cases/{case}/dispatch", body={"data": {}})
        late = await host.ask("POST", f"/cases/{case}/sign", as_="li", body={"data": {}})
        codes = [reason["code"] for reason in no_org.json()["reasons"]]
        assert (no_org.status_code, codes) == (422, ["field_not_given"])
        assert late.status_code == 404  # he does not hold it yet, so for him there is no such case
        again = await host.pushed()
        wrong = await host.ask("POST", f"/cases/{again}/dispatch", body={"data": {"lead_org": "yuzhong"}})
        assert (wrong.status_code, wrong.json()["reasons"][0]["code"]) == (422, "wrong_state")
        assert (await host.ask("GET", f"/cases/{case}")).json() == before

    play(scene)


def test_m2_an_unknown_case_and_one_that_is_not_his_are_the_same_404(play: Play) -> None:
    async def scene(host: Host) -> None:
        case = await host.opened()
        answers = [await host.ask("GET", f"/cases/{name}", as_="eve") for name in (case, "unknown")]
        assert [answer.status_code for answer in answers] == [404, 404]
        assert answers[0].text.replace(case, "unknown") == answers[1].text

    play(scene)


def test_if_match_is_the_version_that_was_seen(play: Play) -> None:
    async def scene(host: Host) -> None:
        case = await host.opened()
        seen = (await host.ask("GET", f"/cases/{case}")).headers["ETag"]
        first = await host.ask("POST", f"/cases/{case}/pick_up", body={"data": {}}, If_Match=seen)
        second = await host.ask("POST", f"/cases/{case}/pick_up", body={"data": {}}, If_Match=seen)
        assert (first.status_code, second.status_code) == (200, 409)
        assert second.json()["type"] == "urn:casewf:problem:conflict"
        assert (
            await host.ask("POST", f"/cases/{case}/pick_up", body={"data": {}}, If_Match="x")
        ).status_code == 422

    play(scene)


def test_m7_an_idempotency_key_answers_twice_and_moves_once(play: Play) -> None:
    async def scene(host: Host) -> None:
        first, second = [
            await host.ask("POST", "/cases", body={"data": FACTS}, Idempotency_Key="call-1") for _ in range(2)
        ]
        assert first.json() == second.json()
        other = await host.ask("POST", "/cases", body={"data": {}}, Idempotency_Key="call-1")
        assert (other.status_code, other.json()["type"]) == (422, "urn:casewf:problem:key-reused")

    play(scene)


def test_nobody_without_a_token_gets_in(play: Play) -> None:
    async def scene(host: Host) -> None:
        case = await host.opened()
        assert (await host.ask("GET", f"/cases/{case}", as_="forged")).status_code == 401
        assert (await host.ask("POST", "/cases", as_="", body={"data": FACTS})).status_code == 401
        assert (await host.callback("00", case=case)).status_code == 401

    play(scene)


def test_m12_the_platform_reports_late_and_twice_what_happened_in_time(play: Play) -> None:
    async def scene(host: Host) -> None:
        case = await host.pushed()
        host.clock.travel(at("2026-03-18 09:00"))  # its limit to accept, a working day, has passed
        at_ten = "2026-03-17T10:00:00+08:00"
        answers = [await host.callback(case=case, at=at_ten) for _ in range(2)]
        assert [answer.status_code for answer in answers] == [200, 200], answers[0].text
        assert answers[0].json() == answers[1].json()
        view = host.engine.engine.case(case, actor=Actor("boss", frozenset(), "city"))
        assert view.states["government"] == "accepted"
        assert view.clocks["g_accept"].verdict == "met"
        moves = host.engine.engine.history(case, actor=Actor("boss", frozenset(), "city"))
        assert sum(getattr(entry.event, "trigger", "") == "g_accept" for entry in moves) == 1
        answer = await host.callback(
            case=case, message="m-2", event="g_feedback", at="2026-03-18T08:30:00+08:00", text="已督促"
        )
        assert answer.json()["states"]["government"] == "feedback_submitted"

    play(scene)


def test_m12_a_reply_from_the_future_or_without_a_zone_is_refused(play: Play) -> None:
    async def scene(host: Host) -> None:
        case = await host.pushed()
        future = await host.callback(case=case, at="2026-03-16T10:00:01+08:00")
        assert (future.status_code, future.json()["reasons"][0]["code"]) == (422, "occurred_range")
        assert (await host.callback(case=case, at="2026-03-16T10:00:00")).status_code == 422
        assert (await host.callback(case="unknown")).status_code == 404

    play(scene)


def test_the_timers_run_from_the_start_and_end_with_the_app(play: Play) -> None:
    async def yesterday(host: Host) -> None:
        await host.pushed()
        assert not host.outside.warned.is_set()
        host.clock.travel(at("2026-03-18 09:00"))  # past the limit to sign for it

    async def today(host: Host) -> None:
        assert await asyncio.to_thread(host.outside.warned.wait, 20)

    play(yesterday)
    play(today)


def test_it_runs_as_its_first_lines_say(tmp_path: Path) -> None:
    source = Path(sys.modules["casewf"].__path__[0]).parent
    beside = (str(source), str(EXAMPLE.parent))  # the latter as `python FILE` has it
    command = re.search(r"python (examples/\S+)", EXAMPLE.read_text(encoding="utf-8"))
    assert command is not None
    code = (
        "import runpy, sys, uvicorn\n"
        "run = uvicorn.run\n"
        "uvicorn.run = lambda app: run(app, port=0)\n"  # any free port, so that tests do not meet
        "runpy.run_path(sys.argv[1], run_name='__main__')\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code, str(EXAMPLE.parents[1] / command[1])],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(beside), "GOVERNMENT_SECRET": SECRET},
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        text=True,
    )
    try:
        assert process.stderr is not None
        port = next(
            int(found[1]) for line in process.stderr if (found := re.search(r"127\.0\.0\.1:(\d+)", line))
        )
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
        headers = {"Authorization": "Bearer wu", "Content-Type": "application/json"}
        connection.request("POST", "/cases", json.dumps({"data": FACTS}), headers)
        opened = connection.getresponse()
        assert opened.status == 201
        case = json.load(opened)["id"]
        connection.request("GET", f"/cases/{case}", headers=headers)
        assert json.load(connection.getresponse())["states"]["union"] == "received"
        connection.close()
        process.send_signal(signal.SIGINT)
        process.stderr.read()
        assert process.wait(20) in (0, -signal.SIGINT, 130)
    finally:
        process.kill()
        process.wait()
        if process.stderr is not None:
            process.stderr.close()
    with SqliteStore(tmp_path / "hotline.db") as store:
        assert store.load(case) is not None
