"""The front page of the settings, and what is one's own."""

from __future__ import annotations

from django.conf import settings as site
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from skolsynk.store import load, members
from skolsynk.sync import access, preferences
from skolsynk.web.access import SESSION_KEY, Visit, page
from skolsynk.web.settings.forms import LanguageForm
from skolsynk.web.words import words


def see(address: str) -> HttpResponseRedirect:
    """After a form: to the page that shows what came of it."""
    return HttpResponseRedirect(address, status=303)


@page()
@require_safe
def settings(request: HttpRequest, visit: Visit) -> HttpResponse:
    """Each part with how it stands now; people limited to some school units see what is their own."""
    about: dict[str, object] = {"form": LanguageForm(initial={"language": visit.member.language or "auto"})}
    if visit.whole:
        everybody = members.listed(visit.tenant.id)
        source = load.source(visit.tenant.id)
        about |= {
            "people": len(everybody),
            "owners": sum(one.role == "owner" for one in everybody),
            "invited": sum(not one.subject for one in everybody),
            "subject": source.subject if source else "",
            "kept": preferences.of(visit.tenant.id),
            "rules": load.rules(visit.tenant.id),
        }
    return render(request, "web/settings/settings.html", about)


@page(write="viewer", asleep=True)
@require_POST
def mine(request: HttpRequest, visit: Visit) -> HttpResponse:
    """The language of one's own, or the browser's."""
    form = LanguageForm(request.POST)
    answer = see(visit.url("settings"))
    if not form.is_valid():
        messages.error(request, words("Välj ett av språken. Inget har ändrats.", "Choose a language. Nothing changed."))
        return answer
    language = form.cleaned_data["language"].replace("auto", "")
    members.choose_language(visit.member.id, language)
    if language:
        answer.set_cookie(
            site.LANGUAGE_COOKIE_NAME, language, samesite="Lax", secure=site.SESSION_COOKIE_SECURE, httponly=True
        )
    else:
        answer.delete_cookie(site.LANGUAGE_COOKIE_NAME)
    messages.success(request, words("Språket är valt.", "The language is chosen."))
    return answer


@page(write="viewer", asleep=True)
@require_POST
def sign_me_out(request: HttpRequest, visit: Visit) -> HttpResponse:
    """Every other session of one's own ends; this one goes on."""
    epoch = access.sign_out_everywhere(visit.tenant.id, visit.member.id, who=visit.who, at=timezone.now())
    request.session[SESSION_KEY] = {**request.session[SESSION_KEY], "epoch": epoch}
    request.session.cycle_key()
    messages.success(
        request,
        words(
            "Du är utloggad överallt utom i den här webbläsaren.",
            "You are signed out everywhere but in this browser.",
        ),
    )
    return see(visit.url("settings"))
