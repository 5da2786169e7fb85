"""Pages of the deployment: all tenants, all vendors, the register, addresses and limits. No person is named."""

from __future__ import annotations

from datetime import timedelta
from http import HTTPStatus

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from skolsynk.core.register import search
from skolsynk.store import installations, load, operations, save
from skolsynk.sync import installation, targets, tasks
from skolsynk.sync.installation_words import lines
from skolsynk.sync.register import FAILED, READ
from skolsynk.web.access import operator_page
from skolsynk.web.operator.forms import AddressForm, NewUnitForm, UnitForm
from skolsynk.web.words import speaks, words

DAY = timedelta(hours=24)
FRESH_S = 180  # beat ticks every minute
PAGE = 50
PROCESSES = ("beat", "worker")
MODES = ("test", "live")


@operator_page
@require_safe
def tenants(request: HttpRequest) -> HttpResponse:
    """Who is served, and who has trouble; these first."""
    lines = sorted(operations.tenants(), key=lambda line: not line.troubled)
    now = timezone.now()
    beats = [
        {"name": name, "at": at, "fresh": (now - at).total_seconds() < FRESH_S}
        for name, at in sorted(load.heartbeats().items())
        if name in PROCESSES
    ]
    about = {
        "page": Paginator(lines, PAGE).get_page(request.GET.get("page")), "beats": beats, "queue": operations.queue(),
        "troubled": sum(line.troubled for line in lines), "number": len(lines),
        "people": sum(line.people or 0 for line in lines),
    }  # fmt: skip
    return render(request, "web/operator/tenants.html", about)


@operator_page
@require_http_methods(["GET", "HEAD", "POST"])
def tenant(request: HttpRequest, key: str) -> HttpResponse:
    """The app at one customer: what Google lets us do, since when, and what is going to happen. ``key``: its id."""
    found = load.tenant_by_customer(key)
    if found is None:
        raise Http404
    if request.method == "POST":
        return _looked(request, found)
    app = installations.of(found.id)
    language = speaks()
    shown = [
        {"title": one.title.text(language), "works": one.works, "needed": one.needed, "code": code,
         "act": "" if one.works is not False else one.act.text(language)}
        for one in lines(app)
        for code in [(app.capabilities if app else {}).get(one.name, {}).get("code", "")]
    ]  # fmt: skip
    return render(request, "web/operator/tenant.html", {"tenant": found, "app": app, "lines": shown})


def _looked(request: HttpRequest, tenant: load.TenantFacts) -> HttpResponse:
    now = timezone.now()
    save.audit(tenant.id, "operator", "app_looked", {}, now)
    for run_id in installation.look(tenant.id, now).runs:
        tasks.execute.delay(run_id=str(run_id))
    messages.success(request, words("Google är tillfrågat.", "Google was asked."))
    return redirect("operator_tenant", key=tenant.customer_id)


@operator_page
@require_safe
def vendors(request: HttpRequest) -> HttpResponse:
    """Each vendor's last day, over all tenants."""
    known = targets.all_vendors()
    lines = [(known.get(each.vendor), each) for each in operations.vendor_health(timezone.now() - DAY)]
    return render(request, "web/operator/vendors.html", {"lines": lines})


@operator_page
@require_safe
def addresses(request: HttpRequest) -> HttpResponse:
    page = Paginator(operations.endpoints(), PAGE).get_page(request.GET.get("page"))
    return render(request, "web/operator/addresses.html", {"page": page})


@operator_page
@require_http_methods(["GET", "HEAD", "POST"])
def address(request: HttpRequest, connection_id: int, mode: str) -> HttpResponse:
    """Where one connection sends in one mode, and how fast."""
    line = operations.endpoint(connection_id, mode) if mode in MODES else None
    if line is None:
        raise Http404
    form = AddressForm(request.POST or None, initial={"address": line.address, **line.limits})
    if request.method == "POST" and form.is_valid():
        save.endpoint(connection_id, mode, address=form.cleaned_data["address"], limits=form.limits())
        about = {"vendor": line.vendor, "mode": mode}
        tenant_id = load.connection(connection_id).tenant_id
        save.audit(tenant_id, "operator", "address_set", about, timezone.now())
        messages.success(
            request, words("Sparat. Nästa körning använder adressen.", "Saved. The next run uses the address.")
        )
        return redirect("operator_addresses")
    about_page = {"form": form, "line": line, "vendor": targets.vendor(line.vendor)}
    return render(request, "web/operator/address.html", about_page, status=_status(form))


@operator_page
@require_http_methods(["GET", "HEAD", "POST"])
def register(request: HttpRequest) -> HttpResponse:
    """How the register stands, a search in it, and a unit that it lacks."""
    form = NewUnitForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        return redirect("operator_unit", code=form.cleaned_data["code"])
    query = request.GET.get("q", "").strip()[:200]
    found = search(load.register(), query) if query else ()
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    beats = load.heartbeats()
    about = {
        "state": operations.register_state(), "query": query, "page": page, "form": form,
        "read_at": beats.get(READ), "failed_at": beats.get(FAILED), "address": settings.REGISTER_URL,
    }  # fmt: skip
    return render(request, "web/operator/register.html", about, status=_status(form))


@operator_page
@require_POST
def refresh(request: HttpRequest) -> HttpResponse:
    """Have a worker read the register now."""
    tasks.refresh_register.delay(asked=True)
    messages.success(
        request,
        words(
            "Registret läses in. Det tar någon minut; sidan visar när det är gjort.",
            "The register is being read. It takes a minute; this page shows when it is done.",
        ),
    )
    return redirect("operator_register")


@operator_page
@require_http_methods(["GET", "HEAD", "POST"])
def unit(request: HttpRequest, code: str) -> HttpResponse:
    """The operator's words over the register's for one unit, or a unit of the operator's own."""
    check = NewUnitForm({"code": code})
    if not check.is_valid():
        raise Http404
    known = operations.corrections(code)
    said = dict(known or {})
    said["school_types"] = " ".join(said.get("school_types", ()))  # type: ignore[arg-type]  # a list of codes
    form = UnitForm(request.POST or None, initial=said)
    if request.method == "POST" and form.is_valid():
        save.correct_unit(code, form.corrected())
        save.forget_schools()  # they hold the names and types of school units
        messages.success(
            request,
            words("Sparat. Det gäller från nästa körning.", "Saved. It holds from the next run."),
        )
        return redirect("operator_unit", code=code)
    found = next((each for each in load.register() if each.code == code), None)
    return render(
        request, "web/operator/unit.html", {"form": form, "unit": found, "code": code, "new": known is None},
        status=_status(form),
    )  # fmt: skip


def _status(form: AddressForm | NewUnitForm | UnitForm) -> int:
    return HTTPStatus.UNPROCESSABLE_ENTITY if form.is_bound and form.errors else HTTPStatus.OK
