"""What the vendor answered in a run: all that was answered alike, one object, and everything as a table."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from itertools import islice
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from skolsynk.core.ss12000.base import ResourceId
from skolsynk.store import runs as rows
from skolsynk.store import save
from skolsynk.sync import plans
from skolsynk.sync.plans import StoredPlanError
from skolsynk.sync.shielded import shield
from skolsynk.web.access import Visit, page
from skolsynk.web.changes.differences import pretty
from skolsynk.web.downloads import FORMATS, table_response
from skolsynk.web.runs import said
from skolsynk.web.runs.vendor_words import meaning
from skolsynk.web.runs.views import about_run, find

SHOWN = 200  # rows of a group on one page
HEADER = ("change", "resource_type", "id", "school_unit_code", "answer", "http_status", "vendor_words", "tries", "at")


@page()
@require_safe
def group(request: HttpRequest, visit: Visit, run: UUID, key: str) -> HttpResponse:
    """Everything of a run that was answered alike, one by one."""
    found, hidden = find(visit, run), shield(visit.tenant.id)
    answers = rows.receipts(visit.tenant.id, run, visit.only, group=key, unsent=True, hidden=hidden)
    same = list(islice(answers, SHOWN + 1))
    if not same:
        raise Http404
    labels = _labels(visit, run, {each.resource_id for each in same if each.resource_id not in hidden})
    words = next((each.words for each in same if each.words), "")
    about = {
        **about_run(visit, found), "key": key, "words": words,
        "meaning": meaning(same[0].answer, same[0].status, words), "lines": [
            (each, labels.get(each.resource_id, ""), each.resource_id in hidden) for each in same[:SHOWN]
        ],
        "more": len(same) > SHOWN,
    }  # fmt: skip
    return render(request, "web/runs/group.html", about)


def _labels(visit: Visit, run: UUID, ids: Collection[ResourceId]) -> Mapping[ResourceId, str]:
    """What people call these, by the run's plan; {} when it is no longer kept."""
    plan = plans.of_run(visit.tenant.id, run)
    with suppress(StoredPlanError):
        head = plan.head if plan else None
        return {key: head.labels[at] for at, key in enumerate(head.ids) if key in ids} if head else {}
    return {}


@page()
@require_safe
def receipt(request: HttpRequest, visit: Visit, run: UUID, receipt: int) -> HttpResponse:
    """One object: what was asked and what was answered. Of people with protected identity the id alone."""
    found, hidden = find(visit, run), shield(visit.tenant.id)
    answer = rows.receipt(visit.tenant.id, run, receipt, visit.only, hidden)
    if answer is None:
        raise Http404
    shut = answer.resource_id in hidden
    label, body = ("", None) if shut else _sent(visit, run, answer.resource_id)
    seen = {"resource": answer.resource_id, "run": str(run), "protected": shut}
    save.audit(visit.tenant.id, visit.who, "answer_seen", seen, timezone.now())
    about = {
        **about_run(visit, found), "answer": answer, "label": label, "shut": shut,
        "meaning": meaning(answer.answer, answer.status, answer.words), "request_body": pretty(body) if body else "",
        "said": said.ANSWERS.get(answer.answer, answer.answer),
    }  # fmt: skip
    return render(request, "web/runs/receipt.html", about)


def _sent(visit: Visit, run: UUID, resource_id: ResourceId) -> tuple[str, bytes | None]:
    """(what people call it, what was to be sent), by the run's plan; ("", None) when it is no longer kept."""
    plan = plans.of_run(visit.tenant.id, run)
    with suppress(StoredPlanError):
        if plan and resource_id in plan.head.ids:
            number = plan.head.ids.index(resource_id)
            return plan.head.labels[number], plans.bodies(plan, [number])[number].after
    return "", None


@page()
@require_safe
def file(request: HttpRequest, visit: Visit, run: UUID, ending: str) -> HttpResponseBase:
    """Every answer of a run as a table; ids only."""
    find(visit, run)
    if ending not in FORMATS:
        raise Http404
    save.audit(visit.tenant.id, visit.who, "answers_downloaded", {"run": str(run)}, timezone.now())
    found = rows.receipts(
        visit.tenant.id, run, visit.only, unsent=request.GET.get("unsent") == "yes",
        group=request.GET.get("group", ""), hidden=shield(visit.tenant.id),
    )  # fmt: skip
    return table_response(request, f"korning-{run}", _table(found), ending)


def _table(found: Iterator[rows.Receipt]) -> Iterator[Sequence[object]]:
    yield HEADER
    for each in found:
        yield (
            each.verb, each.type, each.resource_id, each.unit, each.answer, each.status, each.words, each.tries,
            each.at.isoformat(),
        )  # fmt: skip
