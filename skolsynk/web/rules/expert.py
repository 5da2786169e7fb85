"""The draft as text, for those who would rather write: checked as a whole, every problem with its place."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from skolsynk.core.rules import Rules, RulesError, parse_rules, rules_to_json
from skolsynk.core.rules.exclusion import ProtectedPeople
from skolsynk.store import save
from skolsynk.sync import rules as drafts
from skolsynk.sync.configuration import ConfigurationError, read_yaml, write_yaml
from skolsynk.sync.rules import Desk
from skolsynk.web.access import Visit, page
from skolsynk.web.rules import desk as shown
from skolsynk.web.rules.desk import News
from skolsynk.web.rules.forms import TextForm
from skolsynk.web.words import chosen, speaks, words

Problems = list[tuple[str, str]]


@page(read="editor", whole=True)
def text(request: HttpRequest, visit: Visit) -> HttpResponse:
    """GET: the draft, or what is in force. POST: check it (``do=check``), or put it into the draft."""
    desk = drafts.desk(visit.tenant.id)
    if request.method != "POST":
        if any(isinstance(rule, ProtectedPeople) for rule in desk.rules.protected):
            save.audit(visit.tenant.id, visit.who, "protected_list_seen", {}, timezone.now())
        return _page(request, visit, desk, TextForm(initial={"text": _written(desk)}))
    form = TextForm(request.POST)
    if not form.is_valid():
        return _page(request, visit, desk, form, status=422)
    rules, problems = read(form.cleaned_data["text"])
    if problems:
        return _page(request, visit, desk, form, problems=problems, status=422)
    if request.POST.get("do") == "check":
        return _page(request, visit, desk, form, checked=rules)
    return _keep(request, visit, desk, form, rules)


def _keep(request: HttpRequest, visit: Visit, desk: Desk, form: TextForm, rules: Rules) -> HttpResponse:
    if rules == desk.rules and not desk.problems:
        messages.info(request, words("Texten säger samma sak som reglerna.", "The text says the same as the rules."))
        return shown.to(visit, "rules")
    if shown.is_stale(request, desk):
        return _page(request, visit, desk, form, news=shown.moved_on(visit, desk), status=409)
    if not drafts.write(visit.tenant.id, desk, rules, who=visit.who, at=timezone.now()):
        now = drafts.desk(visit.tenant.id)
        return _page(request, visit, now, form, news=shown.moved_on(visit, now), status=409)
    messages.success(request, words("Texten står i utkastet.", "The text is in the draft."))
    return shown.to(visit, "rules")


def _written(desk: Desk) -> str:
    """What cannot be read as rules is shown as it is stored, to be put right."""
    if desk.problems and desk.draft is not None and isinstance(desk.draft.document, dict):
        return write_yaml(desk.draft.document)
    return write_yaml(rules_to_json(desk.rules))


def read(written: str) -> tuple[Rules, Problems]:
    """The rules that a text says, or all that is wrong with it as (place, words)."""
    try:
        document = read_yaml(written)
    except ConfigurationError as error:
        return Rules(), [(wrong.path, wrong.text(speaks())) for wrong in error.problems]
    try:
        return parse_rules({} if document is None else document), []
    except RulesError as error:
        return Rules(), [
            (problem.path or chosen("hela texten", "all of it"), problem.text(speaks())) for problem in error.problems
        ]


def _page(
    request: HttpRequest,
    visit: Visit,
    desk: Desk,
    form: TextForm,
    *,
    problems: Problems | None = None,
    checked: Rules | None = None,
    news: News | None = None,
    status: int = 200,
) -> HttpResponse:
    about: dict[str, Any] = {
        **shown.context(visit, desk),
        "form": form,
        "wrong": problems,
        "checked": checked is not None,
        "effect": shown.effect_of(visit, desk, checked) if checked is not None else None,
        "news": news,
    }
    return render(request, "web/rules/text.html", about, status=status)
