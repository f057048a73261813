"""A hotline whose Celery beat keeps the time: it calls the sweep and the delivery, and carries no timer itself.

It makes hotline.db in the examples folder. Run it in the checkout, after the README, with any broker that Celery takes:
.venv/bin/pip install 'celery[redis]'
BROKER=redis://localhost .venv/bin/celery --workdir examples -A celery_host worker -B
"""

import functools
import os

from celery import Celery

from casewf import Engine, SqliteStore, SystemClock, load_workflow
from casewf.ports import Outcome


class Outside:  # a stub: here you send messages, and call the platform
    notify = staticmethod(print)
    push = staticmethod(lambda delivery: Outcome(ok=True, data={"external_no": f"G-{delivery.case.id}"}))


@functools.cache
def engine() -> Engine:  # made in the process that works, not in the one that forks it
    return Engine(
        [load_workflow("hotline-12351")],
        store=SqliteStore(
            os.environ.get("HOTLINE", "hotline.db")
        ),  # a PostgresStore for more than one machine
        clock=SystemClock(),
        notifier=Outside(),
        connectors={"government": Outside()},
    )


app = Celery("hotline", broker=os.environ.get("BROKER", "memory://"))
app.conf.update(task_ignore_result=True, broker_connection_retry_on_startup=True)
# Every limit is in the store. No task waits for its time (eta=, countdown=): Celery keeps such tasks in the memory
# of a worker. A tick that comes late, twice or not at all does no harm; one that has waited for a minute is of no use.
app.conf.beat_schedule = {
    name: {"task": name, "schedule": seconds, "options": {"expires": seconds}}
    for name, seconds in (("sweep", 60), ("deliver", 30))
}


@app.task(name="sweep")
def sweep() -> None:
    engine().sweep()


@app.task(name="deliver")
def deliver() -> None:
    engine().deliver()
