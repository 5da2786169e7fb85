"""Switching between off, test and live: the list before going live, and what happens to what the vendor holds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_POST

from skolsynk.core.connection import Mode
from skolsynk.store import trust
from skolsynk.sync import golive
from skolsynk.sync.connections import LONGEST_REASON
from skolsynk.sync.errors import Misconfigured
from skolsynk.sync.golive import Blocked
from skolsynk.web.access import Visit, page, refused
from skolsynk.web.connections import labels
from skolsynk.web.connections.desk import Desk, desk_of, hand_over
from skolsynk.web.connections.vendor_page import points_of
from skolsynk.web.words import number, speaks, words


class ModeForm(forms.Form):
    """``before`` is the mode that the form was made in; ``people`` is typed where all are to be removed."""

    before = forms.ChoiceField(choices=[(mode.value, mode.value) for mode in Mode], widget=forms.HiddenInput)
    to = forms.ChoiceField(label=words("Byt till", "Switch to"), widget=forms.RadioSelect)
    leave = forms.ChoiceField(
        label=words("Det som leverantören har i det läge ni lämnar", "What the vendor holds in the mode you leave"),
        choices=[
            ("keep", words("Låt det ligga kvar", "Let it be")),
            ("remove", words("Ta bort allt (väntar på godkännande)", "Remove all (waits for approval)")),
        ],
        widget=forms.RadioSelect,
    )
    people = forms.CharField(
        label=words("Antal personer, om allt ska tas bort", "Number of people, if all is to be removed"), max_length=20
    )
    reason = forms.CharField(
        label=words("Skäl att gå vidare ändå", "Reason to go on all the same"),
        help_text=words("Sparas i historiken. Skriv inga namn.", "Kept in the history. Write no names."),
        max_length=LONGEST_REASON,
    )

    def __init__(self, data: Mapping[str, Any] | None, mode: Mode, people: int, resources: int) -> None:
        super().__init__(data, initial={"before": mode.value})
        self.use_required_attribute = False
        self.expected = people
        choices = self.fields["to"]
        assert isinstance(choices, forms.ChoiceField)
        choices.choices = [(each.value, labels.MODES[each.value]) for each in Mode if each is not mode]
        self.fields["reason"].required = self.fields["people"].required = False
        if not resources:
            del self.fields["leave"], self.fields["people"]
        elif not people:
            del self.fields["people"]
        else:
            self.fields["people"].help_text = words(
                f"Skriv {people} för att visa att du har sett hur många det gäller.",
                f"Type {people} to show that you have seen how many it concerns.",
            )
            self.fields["people"].widget.attrs.update(inputmode="numeric", autocomplete="off")

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        typed = "".join(str(given.get("people", "")).split())
        if given.get("leave") == "remove" and "people" in self.fields and typed != str(self.expected):
            wanted = number(self.expected)
            self.add_error(
                "people", words(f"Det stämmer inte: det är {wanted} personer.", f"Not so: it is {wanted} people.")
            )
        return given


@page()
def mode(request: HttpRequest, visit: Visit, *, vendor: str) -> HttpResponse:
    desk = desk_of(visit, vendor)
    if request.method != "POST":
        return _shown(request, desk, _form(desk, None))
    if not visit.whole:
        return refused(request, visit, "editor")
    if request.POST.get("to") == Mode.LIVE and not visit.may_own:
        return refused(request, visit, "owner")
    now = desk.stored.facts.mode
    if request.POST.get("to") == now.value:
        return desk.back()  # sent twice, or somebody else was quicker
    form = _form(desk, request.POST)
    if not form.is_valid():
        return _shown(request, desk, form, status=422)
    if form.cleaned_data["before"] != now.value:
        return _shown(request, desk, _form(desk, None), moved=True, status=409)
    return _switch(request, desk, form)


def _form(desk: Desk, data: Mapping[str, Any] | None) -> ModeForm:
    facts = desk.stored.facts
    people, resources = trust.people_held(facts.id, facts.mode.value) if facts.mode is not Mode.OFF else (0, 0)
    return ModeForm(data, facts.mode, people, resources)


def _switch(request: HttpRequest, desk: Desk, form: ModeForm) -> HttpResponse:
    given, to = form.cleaned_data, Mode(form.cleaned_data["to"])
    try:
        gone = golive.switch(
            desk.stored, to, given.get("leave"), people=desk.effect.total if desk.effect else None,
            reason=given["reason"], who=desk.visit.who, at=timezone.now(),
        )  # fmt: skip
    except Blocked as error:
        return _blocked(request, desk, form, error)
    except Misconfigured as error:
        form.add_error("to", error.text(speaks()))
        return _shown(request, desk, form, status=422)
    hand_over(gone.runs)
    messages.success(request, _told(desk, to, removing=gone.switched.removal_run is not None))
    return desk.back()


def _blocked(request: HttpRequest, desk: Desk, form: ModeForm, error: Blocked) -> HttpResponse:
    if any(point.needed for point in error.points):
        for point in error.points:
            form.add_error("to", point.text(speaks()))
    else:
        form.add_error(
            "reason",
            words(
                "Allt på listan är inte klart. Säg varför ni går vidare ändå.",
                "Not all of the list is done. Say why you go on all the same.",
            ),
        )
    return _shown(request, desk, form, status=422)


def _told(desk: Desk, to: Mode, *, removing: bool) -> str:
    name = desk.vendor.name
    sv, en = {
        Mode.OFF: (f"{name} är avstängd. Inget skickas.", f"{name} is off. Nothing is sent."),
        Mode.TEST: (
            f"{name} är i testläge. En plan görs nu; nästa körning skickar till testmottagaren.",
            f"{name} is in test mode. A plan is being made; the next run sends to the test receiver.",
        ),
        Mode.LIVE: (
            f"{name} är i skarpt läge. En plan görs nu; titta på den under Ändringar.",
            f"{name} is live. A plan is being made; look at it under Changes.",
        ),
    }[to]
    if removing:
        sv += " En plan som tar bort allt i det förra läget väntar på godkännande under Ändringar."
        en += " A plan that removes all in the mode you left waits for approval under Changes."
    return words(sv, en)


def _shown(request: HttpRequest, desk: Desk, form: ModeForm, *, moved: bool = False, status: int = 200) -> HttpResponse:
    points = points_of(desk, timezone.now()) if desk.visit.whole else []
    about = {
        "desk": desk,
        "vendor": desk.vendor,
        "form": form,
        "points": points,
        "unmet": sum(1 for each in points if not each.point.done),
        "people": form.expected,
        "moved": moved,
        "first_held": desk.held.guards.hold_first_live_push,
    }
    return render(request, "web/connections/mode.html", about, status=status)


@page(whole=True)
@require_POST
def confirm(request: HttpRequest, visit: Visit, *, vendor: str) -> HttpResponse:
    """A person says that findings were looked at, or that the limits are right."""
    desk, code = desk_of(visit, vendor), request.POST.get("code", "")
    if code not in golive.CONFIRMED:
        messages.error(request, words("Den punkten kan ingen bekräfta.", "Nobody can confirm that point."))
        return _shown(request, desk, _form(desk, None), status=422)
    now = timezone.now()
    open_still = [each for each in points_of(desk, now) if each.point.code == code and not each.point.done]
    if open_still:
        golive.confirm(desk.stored, code, visit.who, now)
    messages.success(request, words("Bekräftat.", "Confirmed."))
    return desk.back("skarpt")
