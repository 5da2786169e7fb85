"""The address that Google calls when a user has changed. Nobody is signed in here: the call must say a channel's token.

Whatever comes, the answer is an empty 200 at once. Any other answer would make Google try again, or tell a stranger
which channels there are; the work is done by others, later.
"""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from skolsynk.sync import noticing
from skolsynk.sync.noticing import Notice

MOST_BYTES = 16_384  # Google sends a few hundred


@csrf_exempt
@require_POST
def notice(request: HttpRequest) -> HttpResponse:
    noticing.notice(_told(request), timezone.now())
    return HttpResponse(status=200)


def _told(request: HttpRequest) -> Notice:
    said = request.headers
    return Notice(
        channel=said.get("X-Goog-Channel-ID", ""),
        token=said.get("X-Goog-Channel-Token", ""),
        state=said.get("X-Goog-Resource-State", ""),
        number=said.get("X-Goog-Message-Number", ""),
        body=_body(request),
    )


def _body(request: HttpRequest) -> bytes:
    """The body, or nothing of one that is too long or does not say how long it is."""
    length = request.headers.get("Content-Length", "")
    if not length.isdecimal() or int(length) > MOST_BYTES:
        return b""
    return request.read(MOST_BYTES)
