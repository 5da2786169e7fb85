"""From the door to Google and back. Starting is a link: a form may not lead off this site (form-action)."""

from __future__ import annotations

import logging

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import Resolver404, resolve, reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from skolsynk.store import load
from skolsynk.sync import signin as entrance
from skolsynk.sync.signin import Entered, Refusal
from skolsynk.web.access import Visit, member_of
from skolsynk.web.signin import demo, session
from skolsynk.web.words import speaks

log = logging.getLogger(__name__)
STATUS = {"google_down": 502, "directory_down": 502, "not_set_up": 503, "denied": 400, "lost": 400, "expired": 400}
GOOGLES_ERRORS = {
    "admin_policy_enforced": "blocked",
    "org_internal": "not_set_up",
    "server_error": "google_down",
    "temporarily_unavailable": "google_down",
}


@require_safe
@never_cache
def signin(request: HttpRequest) -> HttpResponse:
    """The door; whoever is inside already goes on."""
    then = session.own_path(request.GET.get("next", ""))
    member = member_of(request)
    if member is not None:
        return HttpResponseRedirect(then or Visit(load.tenant(member.tenant_id), member).url("overview"))
    about = {"then": then, "demo_person": demo.person(), "out": "ut" in request.GET}
    return render(request, "web/signin/signin.html", about)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def google(request: HttpRequest) -> HttpResponse:
    """To Google's page, or to the demo's own person straight through the fake one."""
    given = request.POST if request.method == "POST" else request.GET
    try:
        begun = entrance.begin(entrance.site(_answer_address(request)), **demo.chosen(given.get("demo", "")))
    except Refusal as refusal:
        return _refused(request, refusal)
    session.remember(request, begun, session.own_path(given.get("next", "")))
    return HttpResponseRedirect(begun.address)


@require_safe
@never_cache
def answer(request: HttpRequest) -> HttpResponse:
    """Back from Google. Each answer is used once, by the browser that asked."""
    began = session.take(request, request.GET.get("state", ""))
    if began is None:
        # The back button, a second click, or somebody else's link: nothing happens to whoever is inside.
        return HttpResponseRedirect(reverse("signin")) if member_of(request) else _refused(request, Refusal("lost"))
    if "error" in request.GET:
        return _refused(request, Refusal(GOOGLES_ERRORS.get(request.GET["error"], "denied")))
    nonce, verifier, then = began
    try:
        where = entrance.site(_answer_address(request))
        who = entrance.answered(where, request.GET.get("code", ""), nonce=nonce, verifier=verifier)
        entered = entrance.enter(who, timezone.now())
    except Refusal as refusal:
        return _refused(request, refusal)
    session.start(request, entered.member)
    log.info("signed_in member=%s how=%s", entered.member.id, entered.how)
    return _inside(entered, then)


def _inside(entered: Entered, then: str) -> HttpResponse:
    """To where the person was going; where there are no rules yet, everything is left to do."""
    visit = Visit(load.tenant(entered.member.tenant_id), entered.member)
    first = visit.url("overview" if load.rules(visit.tenant.id) else "start")
    response = HttpResponseRedirect(then if _is_theirs(then, visit) else first)
    response.status_code = 303
    if entered.member.language:
        response.set_cookie(settings.LANGUAGE_COOKIE_NAME, entered.member.language, samesite="Lax")
    return response


def _is_theirs(path: str, visit: Visit) -> bool:
    """An address that exists, and not another tenant's: that would only say that there is none."""
    try:
        found = resolve(path.partition("?")[0]) if path else None
    except Resolver404:
        return False
    return found is not None and found.kwargs.get("customer", visit.tenant.customer_id) == visit.tenant.customer_id


def _answer_address(request: HttpRequest) -> str:
    path = reverse("signin_answer")
    return settings.SITE_URL.rstrip("/") + path if settings.SITE_URL else request.build_absolute_uri(path)


def _refused(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    """In words; nothing was stored, and whoever was inside before still is."""
    log.info("signin_refused code=%s", refusal.code)
    about = {**refusal.words(speaks()), "code": refusal.code, "people": refusal.people}
    return render(request, "web/signin/refused.html", about, status=STATUS.get(refusal.code, 403))


@require_POST
@never_cache
def go_on(request: HttpRequest) -> HttpResponse:
    """Stay signed in for another while: ``{"seconds": …}``, or 401 when the session has ended."""
    if member_of(request) is None:
        return JsonResponse({"seconds": 0}, status=401)
    return JsonResponse({"seconds": session.prolong(request)})


@require_POST
@never_cache
def sign_out(request: HttpRequest) -> HttpResponse:
    """Everything that the session held goes away; Google's own session is not ours to end."""
    request.session.flush()
    response = HttpResponseRedirect(reverse("signin") + "?ut")
    response.status_code = 303
    return response
