"""Webhooks, with nothing but the standard library: effects that go out, and triggers that come in.

* ``connector.py``: ``Webhook``, a connector and a hook; ``posting.py``: one request, bounded in time and size
* ``inbox.py``: ``WebhookInbox``, what a host's endpoint calls
* ``signatures.py``: Standard Webhooks; ``json_values.py``: field values as JSON

The events are CloudEvents 1.0 in structured JSON. ``docs/how-to/deliver-effects.md`` shows both sides.
"""

from casewf.adapters.webhook.connector import Webhook
from casewf.adapters.webhook.inbox import Answer, WebhookInbox

__all__ = ["Answer", "Webhook", "WebhookInbox"]
