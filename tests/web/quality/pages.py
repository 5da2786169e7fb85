"""Every address of the room, as ``test_every_page`` visits it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.utils import timezone

from skolsynk.store import quality
from tests.scenarios.theatre import SOME_DAY, Theatre
from tests.web.examples import Example

CODE = "no_school_unit"


def soon(town: Theatre) -> Mapping[str, Any]:
    return {"reason": "rättas efter lovet", "until": str(timezone.localdate() + timedelta(days=14)), "object": ""}


def asleep(town: Theatre) -> Mapping[str, Any]:
    until = timezone.localdate() + timedelta(days=14)
    quality.snooze(town.tenant_id, CODE, "", reason="-", until=until, author="test", at=SOME_DAY)
    return {"code": CODE, "snooze_id": quality.snoozes(town.tenant_id, timezone.localdate(), CODE)[0].id}


PAGES = {
    "quality": Example(),
    "quality_check": Example(read=None, write="editor"),
    "quality_file": Example({"ending": "csv"}, whole_page=False),
    "quality_cause": Example({"code": CODE}),
    "quality_cause_file": Example({"code": CODE, "ending": "csv"}, whole_page=False),
    "quality_snooze": Example({"code": CODE}, read=None, write="editor", post=soon),
    "quality_wake": Example(asleep, read=None, write="editor"),
}
