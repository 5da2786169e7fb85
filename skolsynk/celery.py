"""The Celery app. Settings decide broker and queue; tasks live in ``skolsynk.sync.tasks``."""

from __future__ import annotations

import os

from celery import Celery
from kombu.transport import TRANSPORT_ALIASES

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "skolsynk.settings")

TRANSPORT_ALIASES["wholefiles"] = "skolsynk.broker:FileTransport"

app = Celery("skolsynk")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(["skolsynk.sync"])

# Which connections are due is a question to the database, not to beat: it only ticks.
app.conf.beat_schedule = {
    "schedule": {"task": "skolsynk.sync.tasks.schedule", "schedule": 60.0},
    # Ticks that waited for a worker would only ask the same again.
    "patch": {"task": "skolsynk.sync.tasks.patch", "schedule": 3.0, "options": {"expires": 30.0}},
    "listen": {"task": "skolsynk.sync.tasks.listen", "schedule": 60.0, "options": {"expires": 60.0}},
    "follow_logs": {"task": "skolsynk.sync.tasks.follow_logs", "schedule": 180.0, "options": {"expires": 180.0}},
    "reap": {"task": "skolsynk.sync.tasks.reap", "schedule": 30.0},
    "watch": {"task": "skolsynk.sync.tasks.watch", "schedule": 300.0},
    "look": {"task": "skolsynk.sync.tasks.look", "schedule": 600.0},
    "refresh_register": {"task": "skolsynk.sync.tasks.refresh_register", "schedule": 3600.0},
    "prune": {"task": "skolsynk.sync.tasks.prune", "schedule": 6 * 3600.0},
}
