"""A hotline behind FastAPI: its own endpoints, errors as problem+json, the government's callback, the timers.

It makes hotline.db in the current folder. Run it in the checkout, after the README, and see /docs there:
.venv/bin/pip install fastapi uvicorn && GOVERNMENT_SECRET=secret .venv/bin/python examples/fastapi_host.py
"""

import asyncio
import hmac
import logging
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Annotated, Literal

import uvicorn
from fastapi import Body, Depends, FastAPI, Header, HTTPException, Request, Response
from fastapi_errors import tell_errors
from pydantic import AwareDatetime, BaseModel

from casewf import Actor, AsyncEngine, CaseView, CasewfError, SqliteStore, SystemClock, load_workflow
from casewf.ports import Outcome

STAFF = {  # a stub: your session or token says who is asking
    "wu": Actor("wu", frozenset({"operator", "dispatcher"}), "city"),
    "li": Actor("li", frozenset({"handler"}), "yuzhong"),
}
PLATFORM = Actor("government-platform", frozenset({"gov_center", "gov_dept"}), "city")


class Outside:  # a stub: here you send messages, and call the platform
    notify = staticmethod(print)
    push = staticmethod(lambda delivery: Outcome(ok=True, data={"external_no": f"G-{delivery.case.id}"}))


class Reply(BaseModel):  # of the platform: its own id of the message, and when the thing happened there
    case: str
    message: str
    event: Literal["g_accept", "g_return", "g_feedback", "g_confirm"]
    at: AwareDatetime
    text: str | None = None


def staff(authorization: Annotated[str, Header()] = "") -> Actor:
    if (actor := STAFF.get(authorization.removeprefix("Bearer "))) is None:
        raise HTTPException(401)
    return actor


async def signed(request: Request, x_signature: Annotated[str, Header()] = "") -> None:
    wanted = hmac.digest(os.environ["GOVERNMENT_SECRET"].encode(), await request.body(), "sha256").hex()
    if not hmac.compare_digest(wanted.encode(), x_signature.encode()):
        raise HTTPException(401)


async def run(answer: Response, call: Callable[..., Awaitable[CaseView]], *what: str, **how: object) -> dict:
    case = await call(*what, **how)
    answer.headers["ETag"] = f'"{case.version}"'
    shown = {name: getattr(case, name) for name in ("id", "version", "states", "fields", "card", "closed")}
    return shown | {"due": {name: clock.due for name, clock in case.clocks.items()}}


Who = Annotated[Actor, Depends(staff)]
Facts = Annotated[dict[str, object], Body(embed=True)]
Key = Annotated[str | None, Header(alias="Idempotency-Key")]
Seen = Annotated[str | None, Header(alias="If-Match", pattern=r'^"\d{1,9}"$')]


def create_app(engine: AsyncEngine) -> FastAPI:
    async def keep_time(ended: asyncio.Future) -> None:
        while not ended.done():
            try:
                for keep in (engine.sweep, engine.deliver):
                    await keep(stop=ended.done)
            except CasewfError:
                logging.exception("the next round tries again")
            await asyncio.wait([ended], timeout=30)

    @asynccontextmanager
    async def timers(_: FastAPI) -> AsyncIterator[None]:
        async with engine:
            rounds = asyncio.create_task(keep_time(ended := asyncio.Future()))
            yield
            ended.set_result(None)
            await rounds

    app = FastAPI(lifespan=timers)
    tell_errors(app)

    @app.post("/cases", status_code=201)
    async def open_case(answer: Response, who: Who, data: Facts, key: Key = None) -> dict:
        return await run(answer, engine.open, "hotline-12351", actor=who, data=data, key=key)

    @app.get("/cases/{case_id}")
    async def read(answer: Response, case_id: str, who: Who) -> dict:
        return await run(answer, engine.case, case_id, actor=who)

    @app.post("/cases/{case_id}/{trigger}")
    async def fire(answer: Response, case_id: str, trigger: str, who: Who, data: Facts, key: Key = None,
                   seen: Seen = None, comment: Annotated[str | None, Body()] = None) -> dict:  # fmt: skip
        how = {"actor": who, "data": data, "comment": comment, "key": key}
        return await run(answer, engine.fire, case_id, trigger, **how, expect=seen and int(seen.strip('"')))

    @app.post("/government/callback", dependencies=[Depends(signed)])
    async def callback(answer: Response, reply: Reply) -> dict:
        how = {"comment": reply.text, "key": reply.message, "occurred_at": reply.at, "retry": 3}
        return await run(answer, engine.fire, reply.case, reply.event, actor=PLATFORM, **how)

    return app


if __name__ == "__main__":
    hotline = [load_workflow("hotline-12351")]
    outside = {"notifier": Outside(), "connectors": {"government": Outside()}}
    uvicorn.run(
        create_app(AsyncEngine(hotline, store=SqliteStore("hotline.db"), clock=SystemClock(), **outside))
    )
