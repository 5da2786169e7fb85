"""People and roles: who takes part, let in and put out by owners."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from skolsynk.store import load, members
from skolsynk.store.members import Access, MemberError, MemberFacts
from skolsynk.sync import access
from skolsynk.web.access import SESSION_KEY, Visit, page
from skolsynk.web.settings.forms import ROLES, AccessForm, AdmitForm
from skolsynk.web.settings.views import see
from skolsynk.web.words import speaks, words

FORMS = ["GET", "HEAD", "POST"]
SHORT = {
    "viewer": words("läsare", "viewer"),
    "editor": words("redigerare", "editor"),
    "owner": words("ägare", "owner"),
}


@page(write="owner", whole=True)
@require_http_methods(FORMS)
def people(request: HttpRequest, visit: Visit) -> HttpResponse:
    """Everybody who may use the site, and the way in for one more."""
    form = AdmitForm(_units(visit), request.POST or None)
    if request.method == "POST" and form.is_valid():
        address = form.cleaned_data["email"]
        try:
            access.admit(visit.tenant.id, address, form.access, who=visit.who, at=timezone.now())
        except MemberError as error:
            form.add_error("email", error.text(speaks()))
        else:
            messages.success(request, words("Personen kan logga in nu.", "The person can sign in now."))
            return see(visit.url("settings_people"))
    about = {"form": form, "rows": _rows(visit)}
    return render(request, "web/settings/people.html", about, status=422 if form.errors else 200)


def _units(visit: Visit) -> dict[str, str]:
    chosen = load.units(visit.tenant.id)
    return {code: f"{unit.name} ({code})" for code, unit in sorted(chosen.items(), key=lambda pair: pair[1].name)}


def _rows(visit: Visit) -> list[dict[str, object]]:
    everybody = members.listed(visit.tenant.id)
    by = members.names_of(visit.tenant.id, [one.admitted_by for one in everybody], speaks())
    names = {code: unit.name for code, unit in load.units(visit.tenant.id).items()}
    return [
        {
            "member": one,
            "role": SHORT[one.role],
            "units": [names.get(code, code) for code in one.units],
            "by": by[one.admitted_by],
            "me": one.id == visit.member.id,
        }
        for one in everybody
    ]


@page(read="owner", write="owner", whole=True)
@require_http_methods(FORMS)
def person(request: HttpRequest, visit: Visit, member: int) -> HttpResponse:
    """One person's access: another role, other school units, out everywhere, or the end of it."""
    found = members.of(member)
    if found is None or found.tenant_id != visit.tenant.id:
        raise Http404
    if request.method != "POST":
        return _shown(request, visit, found, _form(visit, found))
    acts = {"change": _change, "sign_out": _sign_out, "end": _end}
    act = acts.get(request.POST.get("action", ""))
    if act is None:
        return _shown(request, visit, found, _form(visit, found))
    try:
        return act(request, visit, found)
    except MemberError as error:
        now = members.of(found.id) or found
        return _shown(request, visit, now, _form(visit, found, request.POST), error)


def _form(visit: Visit, found: MemberFacts, given: Any = None) -> AccessForm:
    initial = {"role": found.role, "reach": "some" if found.units else "all", "units": list(found.units)}
    codes = {**{code: code for code in found.units}, **_units(visit)}
    return AccessForm(codes, given if given and "role" in given else None, initial=initial)


def _shown(
    request: HttpRequest, visit: Visit, found: MemberFacts, form: AccessForm, error: MemberError | None = None
) -> HttpResponse:
    about = {
        "found": found,
        "form": form,
        "was": _was(found),
        "role": dict(ROLES)[found.role],
        "me": found.id == visit.member.id,
        "refusal": error.text(speaks()) if error else "",
    }
    moved = error is not None and error.code in ("moved", "gone")
    status = 409 if moved else 422 if error or form.errors else 200
    return render(request, "web/settings/person.html", about, status=status)


def _was(found: MemberFacts) -> str:
    """What the page shows as it is now; a form with another is from an old page."""
    return " ".join((found.role, *found.units))


def _change(request: HttpRequest, visit: Visit, found: MemberFacts) -> HttpResponse:
    form = _form(visit, found, request.POST)
    if not form.is_valid():
        return _shown(request, visit, found, form)
    role, *units = request.POST.get("was", "").split() or [""]
    was = Access(role, tuple(units))
    access.change(visit.tenant.id, found.id, form.access, was=was, who=visit.who, at=timezone.now())
    messages.success(request, words("Tillgången är ändrad.", "The access is changed."))
    return see(visit.url("settings_people"))


def _sign_out(request: HttpRequest, visit: Visit, found: MemberFacts) -> HttpResponse:
    epoch = access.sign_out_everywhere(visit.tenant.id, found.id, who=visit.who, at=timezone.now())
    if found.id == visit.member.id:
        request.session[SESSION_KEY] = {**request.session[SESSION_KEY], "epoch": epoch}
    messages.success(request, words("Personen är utloggad överallt.", "The person is signed out everywhere."))
    return see(visit.url("settings_people"))


def _end(request: HttpRequest, visit: Visit, found: MemberFacts) -> HttpResponse:
    access.end(visit.tenant.id, found.id, who=visit.who, at=timezone.now())
    messages.success(request, words("Personen har inte längre tillgång.", "The person no longer has access."))
    return see(visit.url("settings_people"))
