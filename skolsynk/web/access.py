"""Who is visiting which tenant, and what they may do there. Every page of a tenant goes through ``page``."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any, NamedTuple
from urllib.parse import urlencode

from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache

from skolsynk.store import load, members
from skolsynk.store.crypto import KeyErasedError

SESSION_KEY = "member"  # {"id": …, "epoch": …}; made by the sign-in, and by nobody else
RANKS = {"viewer": 0, "editor": 1, "owner": 2}
READING = ("GET", "HEAD")


@dataclass(frozen=True, slots=True)
class Visit:
    """One member at one tenant."""

    tenant: load.TenantFacts
    member: members.MemberFacts

    @property
    def who(self) -> str:
        """How the log, versions and approvals name this person."""
        return f"member:{self.member.id}"

    def may(self, role: str) -> bool:
        return RANKS[self.member.role] >= RANKS[role]

    @property
    def may_edit(self) -> bool:
        return self.may("editor")

    @property
    def may_own(self) -> bool:
        return self.may("owner")

    @property
    def whole(self) -> bool:
        """Not limited to some school units."""
        return not self.member.units

    @property
    def only(self) -> frozenset[str] | None:
        """Codes of the school units that this person may see; None means all."""
        return frozenset(self.member.units) if self.member.units else None

    def sees(self, code: str) -> bool:
        return self.whole or code in self.member.units

    def url(self, name: str, **kwargs: object) -> str:
        return reverse(name, kwargs={"customer": self.tenant.customer_id, **kwargs})


class Needs(NamedTuple):
    """What a page asks of its visitors."""

    read: str
    write: str
    whole: bool
    asleep: bool = False  # takes forms also while the app is removed in Google


def member_of(request: HttpRequest) -> members.MemberFacts | None:
    """Who has signed in; None for nobody, or when the session was ended from elsewhere."""
    held = request.session.get(SESSION_KEY)
    if not isinstance(held, dict):
        return None
    found = members.of(held.get("id") or 0)
    return found if found is not None and found.epoch == held.get("epoch") else None


def page(
    read: str = "viewer", write: str = "editor", *, whole: bool = False, asleep: bool = False
) -> Callable[[Callable[..., HttpResponseBase]], Callable[..., HttpResponseBase]]:
    """A page of one tenant. Looking needs the role ``read``, everything else ``write``.

    ``whole``: not for people who are limited to some school units. ``asleep``: its form may be sent also while the
    app is removed in Google. Nobody learns which tenants exist.
    """
    needs = Needs(read, write, whole, asleep)

    def decorate(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
        @never_cache
        @wraps(view)
        def visited(request: HttpRequest, *, customer: str, **kwargs: Any) -> HttpResponseBase:
            member = member_of(request)
            if member is None:
                return sign_in_first(request)
            tenant = load.tenant_by_customer(customer)
            if tenant is None or tenant.id != member.tenant_id:
                raise Http404
            visit = Visit(tenant, member)
            request.visit = visit  # type: ignore[attr-defined]  # for the shell around the page
            needed = read if request.method in READING else write
            if not visit.may(needed) or (whole and not visit.whole):
                return refused(request, visit, needed)
            if request.method not in READING and tenant.status != "active" and not asleep:
                return sleeping(request)
            return _opened(request, visit, view, kwargs)

        visited.needs = needs  # type: ignore[attr-defined]  # tests walk all pages by it
        return visited

    return decorate


def _opened(request: HttpRequest, visit: Visit, view: Callable[..., HttpResponseBase], kwargs: Any) -> HttpResponseBase:
    """The page; or the door, where the tenant's key has been erased and nothing can be opened any more."""
    try:
        return view(request, visit, **kwargs)
    except KeyErasedError:
        request.session.flush()
        return sign_in_first(request)


def sleeping(request: HttpRequest) -> HttpResponse:
    """In words: the app is removed in Google, so nothing is changed or sent."""
    return render(request, "web/errors/asleep.html", status=409)


def sign_in_first(request: HttpRequest) -> HttpResponse:
    """To the sign-in and back here; a form that was sent is not repeated."""
    back = request.get_full_path() if request.method in READING and not _is_fragment(request) else ""
    address = reverse("signin") + (f"?{urlencode({'next': back})}" if back else "")
    if _is_fragment(request):
        return HttpResponse(status=204, headers={"HX-Redirect": address})
    return HttpResponseRedirect(address)


def _is_fragment(request: HttpRequest) -> bool:
    return request.headers.get("HX-Request") == "true"


def refused(request: HttpRequest, visit: Visit, needed: str) -> HttpResponse:
    """In words: what this person may not do, why, and who may."""
    owners = [member for member in members.listed(visit.tenant.id) if member.role == "owner"]
    about = {"needed": needed, "limited": not visit.whole and visit.may(needed), "owners": owners}
    return render(request, "web/errors/refused.html", about, status=403)


def operator_page(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """A page of the deployment, for its operators (Django's staff users)."""

    @never_cache
    @wraps(view)
    def visited(request: HttpRequest, **kwargs: Any) -> HttpResponse:
        user = request.user
        if not (user.is_active and user.is_staff):
            return redirect_to_login(request.get_full_path(), reverse("admin:login"))
        return view(request, **kwargs)

    visited.needs = "operator"  # type: ignore[attr-defined]  # tests walk all pages by it
    return visited
