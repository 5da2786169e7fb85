"""The add-on's addresses. Google calls them; nobody has a session here, and nothing is remembered between calls.

First the call is proven to be Google's, then who is behind it, then what that person may see.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime
from functools import wraps

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt

from skolsynk.addon import cards, event, finding, seeing, syncing, tokens, widgets
from skolsynk.addon.event import Event
from skolsynk.addon.visitor import Visitor, visitor
from skolsynk.addon.widgets import Json

log = logging.getLogger(__name__)
LONGEST_BODY = 256 * 1024  # bytes; a call is a few thousand
EMAIL_SCOPE = "https://www.googleapis.com/auth/userinfo.email"
WORDS = {400: "bad_request", 401: "unauthorized", 403: "forbidden", 404: "not_found", 405: "post_only",
         413: "too_large", 503: "unavailable"}  # fmt: skip
Answer = Callable[[Visitor, Event, datetime], Json]
Wrapped = Callable[[Json], Json]


def refused(status: int) -> HttpResponse:
    """No word of what was wrong: whoever reads this is not Google."""
    return JsonResponse({"error": WORDS[status]}, status=status)


def called(wrap: Wrapped) -> Callable[[Answer], Callable[[HttpRequest], HttpResponse]]:
    """An address of the add-on. ``wrap`` makes a card the answer to that kind of call."""

    def decorate(answer: Answer) -> Callable[[HttpRequest], HttpResponse]:
        @csrf_exempt
        @never_cache
        @wraps(answer)
        def view(request: HttpRequest) -> HttpResponse:
            status = _unfit(request)
            if status:
                return refused(status)
            try:
                found = _proven(request)
                return JsonResponse(_answered(answer, wrap, found))
            except event.UnreadableError:
                return refused(400)
            except tokens.ForgedError as forged:
                return refused(forged.status)

        return view

    return decorate


def _unfit(request: HttpRequest) -> int:
    """The status that refuses the request as it looks from outside; 0 when it may be read."""
    if not tokens.is_set_up():
        return 404
    if request.method != "POST":
        return 405
    length = request.headers.get("Content-Length", "")
    return 413 if length.isdecimal() and int(length) > LONGEST_BODY else 0


def _proven(request: HttpRequest) -> Event:
    """What Google says, once it has proven to be Google. Raises: ForgedError, UnreadableError."""
    kind, _, token = request.headers.get("Authorization", "").partition(" ")
    in_header = kind.lower() == "bearer"
    if in_header:
        tokens.check_system(token.strip(), request.path)
    try:
        found = event.read(request.body)
    except event.UnreadableError:
        if in_header:
            raise
        raise tokens.ForgedError(401) from None
    if not in_header:
        tokens.check_system(found.system_token, request.path)
    return found


def _answered(answer: Answer, wrap: Wrapped, found: Event) -> Json:
    """A card for whoever it is; in words when something of ours breaks."""
    if not found.user_token:
        return widgets.asking_for((EMAIL_SCOPE,))
    subject = tokens.subject(found.user_token)
    site = tokens.endpoint("/")
    try:
        if not subject:
            return wrap(cards.unknown(site, found.language))
        who = visitor(subject, found.language)
        if who is None:
            return wrap(cards.stranger(site, found.language))
        return answer(who, found, timezone.now())
    except Exception:  # whatever it is, Google and the person get an answer, and the operator the traceback
        log.exception("addon_failed address=%s", answer.__name__)
        return wrap(cards.broken(site, found.language))


@called(widgets.pushed)
def home(who: Visitor, found: Event, now: datetime) -> Json:
    """The homepage trigger of every host."""
    return widgets.pushed(cards.home(seeing.home(who, now), who.language, now))


@called(widgets.followed)
def person(who: Visitor, found: Event, now: datetime) -> Json:
    """A pressed search, or a pressed line among those found."""
    key = found.parameters.get(finding.KEY, "")
    answer: cards.Person | cards.Hits | None = finding.by_key(who, key, now) if key else None
    if answer is None:
        answer = finding.by_text(who, key or found.inputs.get(cards.QUERY, ""), now)
    if isinstance(answer, cards.Hits):
        return widgets.followed(cards.hits(answer, who.language))
    return widgets.followed(cards.person(answer, who.language, now))


@called(widgets.followed)
def runs(who: Visitor, found: Event, now: datetime) -> Json:
    return widgets.followed(cards.runs(seeing.runs(who), who.language, now))


@called(widgets.followed)
def sync(who: Visitor, found: Event, now: datetime) -> Json:
    """A pressed *Synka nu*: the home card as it is now, and what was done."""
    notice, changed = syncing.sync_now(who, found.parameters.get(syncing.VENDOR, ""), now)
    return widgets.replaced(cards.home(seeing.home(who, now), who.language, now), notice, changed=changed)
