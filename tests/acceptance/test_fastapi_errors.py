"""``examples/fastapi_errors.py``: which language a reader prefers, and errors that are the framework's own."""

from __future__ import annotations

import asyncio
import importlib
from pathlib import Path
from types import ModuleType
from typing import Any

import httpx
import pytest

from casewf import AsyncEngine, MemoryStore, load_workflow
from casewf.testing import TestClock, at
from casewf.testing.recorders import RecordingNotifier, ScriptedConnector

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"


@pytest.fixture
def examples(monkeypatch: pytest.MonkeyPatch) -> tuple[ModuleType, ModuleType]:
    """The host and its errors, found as ``python FILE`` finds them."""
    monkeypatch.syspath_prepend(str(EXAMPLES))
    return importlib.import_module("fastapi_host"), importlib.import_module("fastapi_errors")


@pytest.mark.parametrize(
    ("accepted", "lang"),
    [
        ("", "zh"),
        ("*", "zh"),
        ("fr", "zh"),
        ("zh-CN,en;q=0.8", "zh"),
        ("en-GB,zh;q=0.8", "en"),
        ("fr,en;q=0.5", "en"),
        ("zh;q=0.4, en;q=0.5", "en"),
        ("EN , zh", "en"),
        ("zh-Hans;q=0.2,zh;q=1.0,en;q=0.9", "zh"),
        ("en;q=0, *", "zh"),
        ("en;q=high", "zh"),
        ("english", "zh"),
        (",;q=1,;;", "zh"),
    ],
)
def test_the_language_is_the_one_preferred_of_two(
    examples: tuple[ModuleType, ModuleType], accepted: str, lang: str
) -> None:
    """RFC 9110, 12.5.4; Chinese for who wants neither."""
    assert examples[1].language(accepted) == lang


@pytest.mark.parametrize(("asked", "lang"), [("zh-CN", "zh"), ("fr,en;q=0.5", "en")])
def test_the_frameworks_own_errors_are_problem_documents_too(
    examples: tuple[ModuleType, ModuleType], asked: str, lang: str
) -> None:
    """Told is where something is wrong, never the value, which may be somebody's name."""
    engine = AsyncEngine(
        [load_workflow("hotline-12351")],
        store=MemoryStore(),
        clock=TestClock(at("2026-03-16 10:00")),
        notifier=RecordingNotifier(),
        connectors={"government": ScriptedConnector()},
    )
    app = examples[0].create_app(engine)

    async def scene() -> list[Any]:
        transport = httpx.ASGITransport(app=app)
        signed = {"Authorization": "Bearer wu", "Accept-Language": asked}
        async with httpx.AsyncClient(transport=transport, base_url="http://host", headers=signed) as client:
            return [
                await client.get("/cases/C-1", headers={"Authorization": "Bearer forged"}),
                await client.post("/government/callback", headers={"X-Signature": "00"}),
                await client.post("/cases", json={"data": "某人的姓名"}),
                await client.post("/cases/C-1/sign", json={"data": {}}, headers={"If-Match": "x"}),
                await client.get("/nowhere"),
                await client.delete("/cases"),
            ]

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GOVERNMENT_SECRET", "s3cret")
        answers = asyncio.run(scene())
    assert [answer.status_code for answer in answers] == [401, 401, 422, 422, 404, 405]
    for answer in answers:
        assert answer.headers["Content-Type"] == "application/problem+json"
        assert answer.headers["Content-Language"] == lang
        document = answer.json()
        assert document["status"] == answer.status_code
        assert document["title"].isascii() == (lang == "en")
        assert "某人" not in answer.text
    assert "body.data" in answers[2].json()["detail"]
    assert "header.If-Match" in answers[3].json()["detail"]
    assert answers[5].headers["Allow"] == "POST"
