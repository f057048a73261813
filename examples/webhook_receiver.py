"""Events of other systems, taken once: an inbox behind FastAPI and behind Django; used in the tests.

In the checkout: WEBHOOK_SECRET=whsec_… .venv/bin/uvicorn --app-dir examples --factory webhook_receiver:make
"""

import os

from fastapi import FastAPI, Request, Response
from fastapi.concurrency import run_in_threadpool

from casewf import Actor, Engine, SqliteStore, SystemClock, WebhookInbox, load_workflow
from casewf.ports import Delivery, Outcome


class Outside:  # a stub: here you send messages, and call the platform
    def notify(self, delivery: Delivery) -> None:
        print("tell", [person.name for person in delivery.recipients])

    def push(self, delivery: Delivery) -> Outcome:
        return Outcome(ok=True, data={"external_no": f"G-{delivery.case.id}"})


def government_inbox(engine: Engine, secret: str, clock: SystemClock) -> WebhookInbox:
    return WebhookInbox(
        engine,
        secrets=[secret],
        actor=Actor("government-platform", frozenset({"gov_center", "gov_dept"}), "city"),
        triggers={"gov.accepted": "g_accept", "gov.returned": "g_return", "gov.feedback": "g_feedback"},
        clock=clock,
        occurred=True,
    )


def create_app(inbox: WebhookInbox) -> FastAPI:
    app = FastAPI()

    @app.post("/government/events")
    async def events(request: Request) -> Response:
        answer = await run_in_threadpool(inbox.receive, request.headers, await request.body())
        return Response(answer.content, answer.status, answer.headers)

    return app


def django_view(inbox: WebhookInbox):
    from django.http import HttpRequest, HttpResponse  # noqa: PLC0415  # a host has one of the two
    from django.views.decorators.csrf import csrf_exempt  # noqa: PLC0415

    @csrf_exempt
    def events(request: HttpRequest) -> HttpResponse:
        answer = inbox.receive(request.headers, request.body)
        return HttpResponse(answer.content, status=answer.status, headers=answer.headers)

    return events


def make() -> FastAPI:
    outside = {"notifier": Outside(), "connectors": {"government": Outside()}}
    clock = SystemClock()
    engine = Engine([load_workflow("hotline-12351")], store=SqliteStore("hotline.db"), clock=clock, **outside)
    return create_app(government_inbox(engine, os.environ["WEBHOOK_SECRET"], clock))
