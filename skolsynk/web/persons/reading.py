"""Asking for a new read of the directory, from a page that shows what an old one found."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest
from django.utils import timezone

from skolsynk.store import claims
from skolsynk.sync import dispatch, tasks
from skolsynk.web.access import Visit
from skolsynk.web.words import words


def read_again(request: HttpRequest, visit: Visit) -> UUID | None:
    """Queue a read of the whole directory; None when one is on its way already. The page says which."""
    if claims.reading(visit.tenant.id):
        messages.info(
            request,
            words("En läsning är redan på väg. Sidan visar resultatet när den är klar.",
                  "A read is on its way already. The page shows what it finds when it is done."),
        )  # fmt: skip
        return None
    run_id = dispatch.queue_read(visit.tenant.id, timezone.now(), asked_by=visit.who)
    tasks.start(run_id)
    messages.success(
        request,
        words("En ny läsning av Google-katalogen är beställd. Ladda om sidan om en stund.",
              "A new read of the Google directory is ordered. Load the page again in a while."),
    )  # fmt: skip
    return run_id
