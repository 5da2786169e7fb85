"""All that is kept about one person, as a file that can be handed to that person (registerutdrag)."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from skolsynk.store import members, save
from skolsynk.store import persons as rows
from skolsynk.sync.people import AtVendor, Person
from skolsynk.web.access import Visit, page
from skolsynk.web.persons import shown
from skolsynk.web.words import speaks

KEPT = timedelta(days=3660)  # longer than any log is kept
MOST = 1000


@page(read="editor")
@require_safe
def extract(request: HttpRequest, visit: Visit, *, key: str) -> HttpResponse:
    """JSON. Of people with protected identity there is no file: the page shows nothing of them either."""
    found = shown.seen(visit, key)
    if found is None or found.protected:
        return shown.unknown(request)
    now = timezone.now()
    told = rows.events(visit.tenant.id, key, now - KEPT, MOST)
    save.audit(visit.tenant.id, visit.who, "person_downloaded", {"person": key}, now)
    text = json.dumps(document(visit, found, told), indent=2, ensure_ascii=False, default=str)
    answer = HttpResponse(text, content_type="application/json; charset=utf-8")
    answer.headers["Content-Disposition"] = f'attachment; filename="{key}.json"'
    return answer


def document(visit: Visit, found: Person, told: tuple[rows.Event, ...]) -> dict[str, Any]:
    """What Google told us, what the rules made of it, what vendors have and answered, and who has looked."""
    names = members.names_of(visit.tenant.id, {each.who for each in told}, speaks())
    part = found.part
    return {
        "controller": visit.tenant.name,
        "made_at": timezone.now(),
        "google_id": found.key,
        "uuid": found.id,
        "read_at": found.read_at,
        "directory": part.snapshot.people[0]._asdict() if part else None,
        "google_groups": shown.google_groups(found),
        "outcome": found.row._asdict() if found.row else None,
        "steps": [step._asdict() for step in found.steps],
        "vendors": [_vendor(each) for each in found.vendors],
        "answers": [_answer(each) for each in found.answers],
        "log": [{"at": each.at, "who": names[each.who], "what": each.what} for each in told],
    }


def _vendor(at: AtVendor) -> dict[str, Any]:
    return {
        "vendor": at.vendor.name,
        "mode": at.mode.value,
        "verdict": at.verdict,
        "accepted_at": at.kept.at if at.kept else None,
        "sent": json.loads(at.payload) if at.payload else None,
        "waiting": [{"change": each.verb, "reason": each.reason, "since": each.since} for each in at.waiting],
        "excluded": at.exclusion.reason if at.exclusion else None,
    }


def _answer(each: rows.Answered) -> dict[str, Any]:
    wanted = ("vendor", "mode", "type", "verb", "answer", "status", "message", "at")
    return {name: getattr(each, name) for name in wanted}
