"""Who did and saw what, filtered, paged, and as a file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, time, timedelta
from typing import Any, cast

from django import forms
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import NoReverseMatch
from django.utils import timezone
from django.views.decorators.http import require_safe

from skolsynk.store import log as rows
from skolsynk.store import members, save
from skolsynk.store.log import Event, Events
from skolsynk.web.access import Visit, page
from skolsynk.web.downloads import FORMATS, table_response
from skolsynk.web.log import sentences
from skolsynk.web.words import speaks, words

PAGE = 50
AT_ONCE = 500


class FilterForm(forms.Form):
    what = forms.ChoiceField(label=words("Händelse", "Event"), required=False)
    who = forms.ChoiceField(label=words("Vem", "Who"), required=False)
    first = forms.DateField(
        label=words("Från och med", "From"), required=False, widget=forms.DateInput({"type": "date"})
    )
    last = forms.DateField(label=words("Till och med", "To"), required=False, widget=forms.DateInput({"type": "date"}))

    def __init__(self, tenant_id: int, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        whats, whos = rows.kinds(tenant_id)
        names = members.names_of(tenant_id, whos, speaks())
        choices = {
            "what": sorted(((one, sentences.title(one)) for one in whats), key=_label),
            "who": sorted(names.items(), key=_label),
        }
        for name, listed in choices.items():
            everything = ("", words("Alla", "All"))
            self.fields[name].choices = [everything, *listed]  # type: ignore[attr-defined]  # of a choice field


def _label(choice: tuple[str, str]) -> str:
    return choice[1].casefold()


@page(whole=True)
@require_safe
def log(request: HttpRequest, visit: Visit) -> HttpResponse:
    """Newest first; the questions in the address, so that a page can be sent to somebody."""
    form = FilterForm(visit.tenant.id, request.GET or None)
    found: Any = _found(visit, form)  # counts and cuts itself, which is all that a paginator does with it
    shown = Paginator(found, PAGE).get_page(request.GET.get("page"))
    about = {
        "form": form,
        "page": shown,
        "rows": _rows(visit, shown.object_list),
        "filtered": any(request.GET.get(name) for name in form.fields),
        "formats": FORMATS,
        "query": request.GET.urlencode(),
    }
    template = "web/log/_events.html" if request.headers.get("HX-Request") == "true" else "web/log/log.html"
    return render(request, template, about, status=422 if form.errors else 200)


def _found(visit: Visit, form: FilterForm) -> Events:
    """What the form asks for; a question that cannot be understood finds everything and says so."""
    given = form.cleaned_data if form.is_bound and form.is_valid() else {}
    last = given.get("last")
    return rows.events(
        visit.tenant.id,
        what=given.get("what", ""),
        who=given.get("who", ""),
        since=_midnight(given.get("first")),
        before=_midnight(last + timedelta(days=1)) if last and last < date.max else None,
    )


def _midnight(day: date | None) -> datetime | None:
    """When the day begins in Sweden."""
    return timezone.make_aware(datetime.combine(day, time.min)) if day and day > date.min else None


def _rows(visit: Visit, events: Iterable[Event]) -> list[dict[str, object]]:
    """Events with names and addresses; names are one question for the whole page."""
    listed = list(events)
    names = _names(visit, listed)
    return [
        {
            "at": event.at,
            "who": names[event.who],
            "title": sentences.title(event.what),
            "more": sentences.more(event.what, event.about, names),
            "said": event.about.get("reason") or event.about.get("comment") or "",
            "address": _address(visit, event.about),
        }
        for event in listed
    ]


def _names(visit: Visit, events: Iterable[Event]) -> Mapping[str, str]:
    whos = {event.who for event in events}
    whos |= {f"member:{event.about['member']}" for event in events if "member" in event.about}
    return members.names_of(visit.tenant.id, whos, speaks())


def _address(visit: Visit, about: Mapping[str, object]) -> str:
    """Where the person, run or vendor that it was about is shown; people by their key, never by name."""
    for name, key, value in (
        ("person", "key", about.get("person")),
        ("run", "run", about.get("run")),
        ("connection", "vendor", about.get("vendor")),
    ):
        if value and isinstance(value, str):
            try:
                return visit.url(name, **{key: value})
            except NoReverseMatch:
                return ""
    return ""


@page(whole=True)
@require_safe
def download(request: HttpRequest, visit: Visit, format: str) -> HttpResponse:  # noqa: A002  # the address's word
    """The same as a file, every row that the question finds."""
    form = FilterForm(visit.tenant.id, request.GET or None)
    if format not in FORMATS or form.errors:
        raise Http404
    found = _found(visit, form)
    save.audit(visit.tenant.id, visit.who, "log_exported", {"count": found.count()}, timezone.now())
    answer = table_response(request, "logg" if speaks() == "sv" else "log", _table(visit, found), format)
    return cast("HttpResponse", answer)  # a stream is one to everybody but the type checker


def _table(visit: Visit, found: Events) -> Iterator[list[object]]:
    yield [str(words(*pair)) for pair in HEADER]
    part: list[Event] = []
    for event in found:
        part.append(event)
        if len(part) == AT_ONCE:
            yield from _lines(visit, part)
            part = []
    yield from _lines(visit, part)


HEADER = (
    ("Tid", "Time"), ("Vem", "Who"), ("Händelse", "Event"), ("Mer", "More"), ("Sagt", "Said"), ("Kod", "Code"),
)  # fmt: skip


def _lines(visit: Visit, part: list[Event]) -> Iterator[list[object]]:
    for event, row in zip(part, _rows(visit, part), strict=True):
        at = timezone.localtime(event.at).isoformat(sep=" ", timespec="seconds")
        yield [at, row["who"], row["title"], row["more"], row["said"], event.what]
