"""The whole configuration as one file: out, and in again after a look at what would change."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from skolsynk.sync import tasks, transfer
from skolsynk.sync.configuration import ConfigurationError
from skolsynk.sync.transfer import Checked, Moved
from skolsynk.web.access import Visit, page
from skolsynk.web.settings.forms import FileForm, ReasonForm
from skolsynk.web.settings.views import see
from skolsynk.web.words import speaks, words

PAGE = "web/settings/configuration.html"
KINDS = {"+": "added", "-": "taken", "@": "place"}


@page(write="owner", whole=True)
@require_http_methods(["GET", "HEAD", "POST"])
def configuration(request: HttpRequest, visit: Visit) -> HttpResponse:
    """Out; and in: what the file would change, or everything that is wrong in it."""
    form = FileForm(request.POST or None, request.FILES or None)
    if request.method != "POST":
        return render(request, PAGE, {"form": form})
    if not form.is_valid():
        return render(request, PAGE, {"form": form}, status=422)
    text = form.cleaned_data["text"]
    try:
        checked = transfer.check(visit.tenant.id, text)
    except ConfigurationError as error:
        return _wrong(request, text, error)
    return _asked(request, text, checked, ReasonForm())


def _wrong(request: HttpRequest, text: str, error: ConfigurationError) -> HttpResponse:
    problems = [(problem.path, problem.text(speaks())) for problem in error.problems]
    return render(request, PAGE, {"form": FileForm(initial={"text": text}), "problems": problems}, status=422)


def _asked(request: HttpRequest, text: str, checked: Checked, form: ReasonForm, moved: bool = False) -> HttpResponse:
    shown = checked.lines[2:]  # the first two name the sides
    about = {
        "text": text,
        "base": checked.base,
        "lines": [(KINDS.get(line[:1], "same"), line) for line in shown],
        "changed": sum(line[:1] in "+-" for line in shown),
        "reason": form,
        "moved": moved,
    }
    return render(request, PAGE, about, status=409 if moved else 422 if form.errors else 200)


@page(read="editor", whole=True)
@require_safe
def file(request: HttpRequest, visit: Visit) -> HttpResponse:
    """The file to keep; no secrets, no modes, no people but the administrator that is read as."""
    text = transfer.export(visit.tenant.id, who=visit.who, at=timezone.now())
    answer = HttpResponse(text, content_type="application/yaml; charset=utf-8")
    answer.headers["Content-Disposition"] = 'attachment; filename="skolsynk.yaml"'
    return answer


@page(write="owner", whole=True)
@require_POST
def apply(request: HttpRequest, visit: Visit) -> HttpResponse:
    """Make it so, if what was shown still holds."""
    text, base = request.POST.get("text", ""), request.POST.get("base", "")
    form = ReasonForm(request.POST)
    try:
        if not form.is_valid():
            return _asked(request, text, transfer.check(visit.tenant.id, text), form)
        reason = form.cleaned_data["reason"]
        brought = transfer.bring_in(visit.tenant.id, text, base=base, who=visit.who, reason=reason, at=timezone.now())
    except ConfigurationError as error:
        return _wrong(request, text, error)
    if isinstance(brought, Moved):
        return _asked(request, text, brought.now, form, moved=True)
    for run_id in brought.runs:
        tasks.start(run_id)
    done = words("Konfigurationen är inläst. Inget har skickats.", "The configuration is read in. Nothing was sent.")
    same = words("Filen säger redan det som gäller. Inget har ändrats.", "The file says what holds. Nothing changed.")
    messages.success(request, done if brought.lines else same)
    return see(visit.url("settings_configuration"))
