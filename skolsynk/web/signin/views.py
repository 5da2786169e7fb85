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
from skolsynk.sync.installation import unsettled
from skolsynk.sync.signin import Entered, Identity, Refusal
from skolsynk.sync.tasks import look_at
from skolsynk.web.access import Visit, member_of
from skolsynk.web.signin import demo, session
from skolsynk.web.words import speaks

log = logging.getLogger(__name__)
STATUS = {"google_down": 502, "directory_down": 502, "not_set_up": 503, "denied": 400, "lost": 400, "expired": 400}
NOT_YET = "not_installed"  # the only refusal that passes by itself
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
    except Refusal as refusal:
        return _refused(request, refusal)
    try:
        return _enter(request, who, then)
    except Refusal as refusal:
        if refusal.code == NOT_YET and member_of(request) is None:
            session.wait(request, who)
        return _refused(request, refusal)


def _enter(request: HttpRequest, who: Identity, then: str) -> HttpResponse:
    """Raises Refusal."""
    entered = entrance.enter(who, timezone.now())
    session.start(request, entered.member)
    log.info("signed_in member=%s how=%s", entered.member.id, entered.how)
    if unsettled(entered.member.tenant_id):
        look_at.delay(tenant_id=entered.member.tenant_id)
    return _inside(entered, then)


@require_safe
@never_cache
def waiting(request: HttpRequest) -> HttpResponse:
    """Whoever's customer has not let us in yet may leave, come back here, and go on from here when it has."""
    who = session.waiting(request)
    if who is None:
        return HttpResponseRedirect(reverse("signin"))
    if session.may_ask(request):
        try:
            return _come_in(request, _enter(request, who, ""))
        except Refusal as refusal:
            if refusal.code not in (NOT_YET, "directory_down"):
                request.session.flush()
                return _come_in(request, _refused(request, refusal))
    if _is_fragment(request):
        return HttpResponse(status=204)
    return _refused(request, Refusal(NOT_YET), 200)  # a page of its own to come back to


def _come_in(request: HttpRequest, answer: HttpResponse) -> HttpResponse:
    """The waiting page asks behind the scenes: then it is the whole page that goes on."""
    if not _is_fragment(request):
        return answer
    return HttpResponse(status=204, headers={"HX-Redirect": answer.headers.get("location", reverse("signin"))})


def _is_fragment(request: HttpRequest) -> bool:
    return request.headers.get("HX-Request") == "true"


@require_POST
@never_cache
def wait_no_more(request: HttpRequest) -> HttpResponse:
    """Forget who waited here."""
    request.session.pop(session.WAITING, None)
    response = HttpResponseRedirect(reverse("signin"))
    response.status_code = 303
    return response


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


def _refused(request: HttpRequest, refusal: Refusal, status: int = 0) -> HttpResponse:
    """In words; nothing was stored, and whoever was inside before still is."""
    log.info("signin_refused code=%s", refusal.code)
    waits = refusal.code == NOT_YET and session.waiting(request) is not None
    about = {**refusal.words(speaks()), "code": refusal.code, "people": refusal.people, "waits": waits}
    return render(request, "web/signin/refused.html", about, status=status or STATUS.get(refusal.code, 403))


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
