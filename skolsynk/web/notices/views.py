"""Who is told when something goes wrong: one's own letters, the tenant's webhooks, and what has been told."""

from __future__ import annotations

from http import HTTPStatus

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from skolsynk.store import load, members, save
from skolsynk.store import notices as rows
from skolsynk.sync import delivery, targets
from skolsynk.web.access import Visit, page
from skolsynk.web.words import speaks, words

FAULTS = {
    "address": words("Skriv en adress som börjar med https://.", "Write an address that begins with https://."),
    "unknown_host": words("Det finns ingen dator med det namnet.", "There is no machine of that name."),
    "internal": words(
        "Adressen ligger i ett internt nät och får inte anropas.",
        "The address lies in an internal network and may not be called.",
    ),
}
MOST = 10  # webhooks of one tenant


class WebhookForm(forms.Form):
    address = forms.CharField(label=words("Adress", "Address"), max_length=500)

    def clean_address(self) -> str:
        address: str = self.cleaned_data["address"]
        fault = delivery.webhook_fault(address)
        if fault:
            raise forms.ValidationError(FAULTS[fault])
        return address


@page(write="viewer")
@require_http_methods(["GET", "HEAD", "POST"])
def notices(request: HttpRequest, visit: Visit) -> HttpResponse:
    """One's own letters for everybody; webhooks for owners who see the whole tenant."""
    what = request.POST.get("what") if request.method == "POST" else None
    if what == "letters":
        return _letters(request, visit)
    form = WebhookForm(request.POST if what == "webhook" else None)
    if what == "webhook" and _may_own(visit) and form.is_valid():
        return _added(request, visit, form)
    status = HTTPStatus.UNPROCESSABLE_ENTITY if what == "webhook" else HTTPStatus.OK
    return _shown(request, visit, form, status=status)


def _may_own(visit: Visit) -> bool:
    return visit.may_own and visit.whole


def _shown(
    request: HttpRequest, visit: Visit, form: WebhookForm, *, secret: str = "", status: int = HTTPStatus.OK
) -> HttpResponse:
    vendors = {each.id: targets.vendor(each.vendor).name for each in load.connections(visit.tenant.id)}
    told = [(_title(each), vendors.get(each.connection_id or 0, ""), each) for each in rows.latest(visit.tenant.id)]
    about = {
        "form": form, "webhooks": rows.webhooks(visit.tenant.id) if _may_own(visit) else (), "told": told,
        "secret": secret, "owns": _may_own(visit), "letters": visit.member.notices,
    }  # fmt: skip
    return render(request, "web/notices/notices.html", about, status=status)


def _title(notice: rows.NoticeFacts) -> str:
    return str(notice.about.get(f"title_{speaks()}", notice.cause))


def _letters(request: HttpRequest, visit: Visit) -> HttpResponse:
    wanted = request.POST.get("letters") == "yes"
    members.choose_notices(visit.member.id, wanted)
    text = words("Du får brev när något går fel.", "You get letters when something goes wrong.")
    if not wanted:
        text = words("Du får inga brev längre.", "You get no more letters.")
    messages.success(request, text)
    return redirect(visit.url("notices"))


def _added(request: HttpRequest, visit: Visit, form: WebhookForm) -> HttpResponse:
    """The page itself, not a redirect: the secret is shown once, and stored nowhere in the clear."""
    now = timezone.now()
    secret = delivery.new_secret()
    full = len(rows.webhooks(visit.tenant.id)) >= MOST
    if full or rows.add_webhook(visit.tenant.id, form.cleaned_data["address"], secret, now) is None:
        text = words("Den adressen finns redan.", "That address is there already.")
        form.add_error("address", words("Högst tio webhookar.", "At most ten webhooks.") if full else text)
        return _shown(request, visit, form, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    save.audit(visit.tenant.id, visit.who, "webhook_added", {}, now)
    return _shown(request, visit, WebhookForm(), secret=secret)


@page(write="owner", whole=True)
@require_POST
def drop(request: HttpRequest, visit: Visit, webhook: int) -> HttpResponse:
    """Twice is as good as once."""
    if rows.drop_webhook(visit.tenant.id, webhook):
        save.audit(visit.tenant.id, visit.who, "webhook_dropped", {"webhook": webhook}, timezone.now())
    messages.success(request, words("Webhooken är borttagen.", "The webhook is removed."))
    return redirect(visit.url("notices"))


@page(write="owner", whole=True)
@require_POST
def attempt(request: HttpRequest, visit: Visit, webhook: int) -> HttpResponse:
    """Call one webhook with a made-up notice and say what it answered."""
    found = next((each for each in rows.webhooks(visit.tenant.id) if each.id == webhook), None)
    if found is None:
        raise Http404
    now = timezone.now()
    told = delivery.Told(
        "test", "test", "", now, "Ett prov från Skolsynk", "A test from Skolsynk", "Du behöver inte göra något.",
        "There is nothing you need to do.", "notices",
    )  # fmt: skip
    status, error = delivery.call(visit.tenant, found, told, now)
    rows.webhook_answered(visit.tenant.id, webhook, status, error, now)
    if 200 <= status < 300:
        messages.success(request, words(f"Mottagaren svarade {status}.", f"The receiver answered {status}."))
    else:
        reason = f"HTTP {status}" if status else error
        messages.error(
            request,
            words(f"Provet gick inte fram: {reason}.", f"The test did not get through: {reason}."),
        )
    return redirect(visit.url("notices"))
