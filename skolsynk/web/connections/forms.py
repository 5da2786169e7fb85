"""The small forms of a connection's page: one for each section, each saved by itself."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils import timezone

from skolsynk.core.connection import Guards, Limit
from skolsynk.core.connection_json import MOST_CHANGES, MOST_FREEZE_DAYS, guards_from_json
from skolsynk.core.filters import SelectionError
from skolsynk.sync.connections import LONGEST_REASON, STATES, Relation
from skolsynk.sync.schedule_json import STOCKHOLM, Pause, Schedule
from skolsynk.web.connections import labels
from skolsynk.web.connections.sentences import LIMITS, limit_said
from skolsynk.web.words import chosen, speaks, words

MOST_PAUSES = 30
LONGEST_KEY = 1000


def _day(**about: Any) -> forms.DateField:
    return forms.DateField(widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), **about)


class RelationForm(forms.Form):
    """Where it stands with the vendor's people."""

    was = forms.CharField(widget=forms.HiddenInput, max_length=32, required=False)
    state = forms.ChoiceField(
        label=words("Läge", "State"),
        choices=[(state, labels.STATES[state]) for state in STATES],
        required=False,
    )
    contact = forms.CharField(
        label=words("Kontakt hos leverantören", "Contact at the vendor"),
        help_text=words("Funktionsadress eller telefon, hellre än ett namn.", "A role's address or phone, not a name."),
        max_length=254,
        required=False,
    )
    agreed_on = _day(
        label=words("Avtal från den", "Agreement since"),
        help_text=words(
            "Dagen då personuppgiftsavtalet började gälla.",
            "The day when the data processing agreement came into force.",
        ),
        required=False,
    )
    note = forms.CharField(
        label=words("Anteckning", "Note"),
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def relation(self) -> Relation:
        given = self.cleaned_data
        return Relation(given["state"], given["contact"].strip(), given["agreed_on"], given["note"].strip())


def relation_form(told: Relation, data: QueryDict | None = None) -> RelationForm:
    return RelationForm(data, auto_id="relation_%s", initial={**told._asdict(), "was": trace(told)})


def trace(told: Relation) -> str:
    """Short, and another for other words: tells whether somebody else has saved in between."""
    return hashlib.blake2b(repr(tuple(told)).encode(), digest_size=8).hexdigest()


class KeyForm(forms.Form):
    """A key goes in and never comes out again."""

    api_key = forms.CharField(
        label=words("Ny nyckel", "New key"),
        max_length=LONGEST_KEY,
        required=False,
        strip=True,
        widget=forms.PasswordInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    remove = forms.BooleanField(label=words("Ta bort nyckeln", "Remove the key"), required=False)

    def __init__(self, *args: Any, is_set: bool, **about: Any) -> None:
        super().__init__(*args, **about)
        self.use_required_attribute = False
        if not is_set:
            del self.fields["remove"]

    def clean_api_key(self) -> str:
        key = str(self.cleaned_data["api_key"])
        if not all("!" <= sign <= "~" for sign in key):
            raise forms.ValidationError(
                words(
                    "En nyckel har bara bokstäver a–z, siffror och skiljetecken, inga blanksteg.",
                    "A key has only letters a–z, digits and punctuation, and no spaces.",
                )
            )
        return key

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if not self.errors and bool(given.get("api_key")) == bool(given.get("remove")):
            self.add_error("api_key", words("Skriv in den nya nyckeln.", "Type the new key."))
        return given


class GuardsForm(forms.Form):
    """Limits as numbers; what is stored is what ``core.connection_json`` reads of them."""

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1)
    cumulative = forms.BooleanField(
        label=words("Räkna också ihop de senaste 24 timmarna och 7 dygnen", "Add up the last 24 hours and 7 days too"),
        help_text=words(
            "Annars kan många små ändringar tillsammans bli en stor.", "Else many small changes may become a large one."
        ),
        required=False,
    )
    freeze_days = forms.IntegerField(
        label=words("Dagar som trasiga uppgifter fryses", "Days for which broken data is frozen"),
        help_text=words(
            "Den som har skickats och vars uppgifter går sönder ligger kvar så länge, i stället för att tas bort.",
            "Somebody who was sent and whose data breaks stays for so long, instead of being removed.",
        ),
        min_value=0,
        max_value=MOST_FREEZE_DAYS,
    )
    hold_first_live_push = forms.BooleanField(
        label=words("Låt första skarpa sändningen vänta på godkännande", "Let the first live push wait for approval"),
        required=False,
    )
    reason = forms.CharField(
        label=words("Varför ändras gränserna?", "Why are the limits changed?"),
        max_length=LONGEST_REASON,
        required=False,
    )

    def __init__(self, *args: Any, **about: Any) -> None:
        super().__init__(*args, **about)
        for name in LIMITS:
            self.fields[f"{name}_share"] = forms.CharField(
                label=words("mer än, i procent", "more than, in per cent"), max_length=20
            )
            self.fields[f"{name}_count"] = forms.IntegerField(
                label=words("och fler än, i antal", "and more than, in number"), min_value=0, max_value=MOST_CHANGES
            )

    @property
    def limits(self) -> list[dict[str, Any]]:
        """For the table: label, default in words, both fields."""
        return [
            {
                "label": labels.GUARDS[name],
                "share": self[f"{name}_share"],
                "count": self[f"{name}_count"],
                "default": limit_said(getattr(Guards(), name)),
            }
            for name in LIMITS
        ]

    def guards(self) -> Guards | None:
        """None with what is wrong beside each field."""
        if not self.is_valid():
            return None
        given = self.cleaned_data
        switches = {name: given[name] for name in ("cumulative", "freeze_days", "hold_first_live_push")}
        limits = {name: {"share": _percent(given[f"{name}_share"]), "count": given[f"{name}_count"]} for name in LIMITS}
        try:
            return guards_from_json({**limits, **switches})
        except SelectionError as error:
            for problem in error.problems:
                self.add_error(problem.path.replace(".", "_"), problem.text(speaks()))
            return None


def _percent(typed: str) -> str:
    return f"{typed.strip().removesuffix('%').strip()} %"


def guards_form(guards: Guards, version: int, data: QueryDict | None = None) -> GuardsForm:
    return GuardsForm(data, auto_id="guards_%s", initial={**_of_guards(guards), "version": version})


def _of_guards(guards: Guards) -> dict[str, Any]:
    found: dict[str, Any] = {
        name: getattr(guards, name) for name in ("cumulative", "freeze_days", "hold_first_live_push")
    }
    for name in LIMITS:
        limit: Limit = getattr(guards, name)
        share = f"{round(limit.share * 100, 4):g}"
        found |= {f"{name}_share": chosen(share.replace(".", ","), share), f"{name}_count": limit.count}
    return found


class ScheduleForm(forms.Form):
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1)
    every_minutes = forms.IntegerField(
        label=words("Minuter mellan körningarna", "Minutes between runs"), min_value=5, max_value=10_080
    )
    from_hour = forms.IntegerField(label=words("Från klockan", "From hour"), min_value=0, max_value=23)
    to_hour = forms.IntegerField(label=words("Till klockan", "To hour"), min_value=1, max_value=24)

    def __init__(self, *args: Any, pauses: int, **about: Any) -> None:
        super().__init__(*args, **about)
        self.count = min(pauses, MOST_PAUSES)
        for row in range(self.count):
            self.fields[f"pause{row}_from"] = _day(label=words("Från och med", "From"), required=False)
            self.fields[f"pause{row}_to"] = _day(label=words("Till och med", "To"), required=False)
            self.fields[f"pause{row}_reason"] = forms.CharField(
                label=words("Anledning", "Reason"), max_length=200, required=False
            )

    @property
    def pauses(self) -> list[dict[str, Any]]:
        return [{name: self[f"pause{row}_{name}"] for name in ("from", "to", "reason")} for row in range(self.count)]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        start, end = given.get("from_hour"), given.get("to_hour")
        if start is not None and end is not None and start >= end:
            self.add_error("to_hour", words("Ska vara senare än Från klockan.", "Must be later than From hour."))
        for row in range(self.count):
            self._check(row, given.get(f"pause{row}_from"), given.get(f"pause{row}_to"))
        return given

    def _check(self, row: int, first: date | None, last: date | None) -> None:
        broken = self.errors.keys() & {f"pause{row}_from", f"pause{row}_to"}
        if not broken and (first is None) != (last is None):
            self.add_error(
                f"pause{row}_to" if first else f"pause{row}_from",
                words("Ange båda dagarna, eller ingen.", "Give both days, or neither."),
            )
        if first and last and first > last:
            self.add_error(
                f"pause{row}_to", words("Ska inte vara före första dagen.", "Must not be before the first day.")
            )

    def schedule(self) -> Schedule:
        given = self.cleaned_data
        pauses = [
            Pause(given[f"pause{row}_from"], given[f"pause{row}_to"], given[f"pause{row}_reason"].strip())
            for row in range(self.count)
            if given[f"pause{row}_from"]
        ]
        return Schedule(given["every_minutes"], given["from_hour"], given["to_hour"], tuple(sorted(pauses)))


def schedule_form(schedule: Schedule, version: int, data: QueryDict | None = None) -> ScheduleForm:
    """With one empty row for a pause more than there are."""
    initial: dict[str, Any] = {
        "every_minutes": schedule.every_minutes,
        "from_hour": schedule.from_hour,
        "to_hour": schedule.to_hour,
        "version": version,
    }
    for row, pause in enumerate(schedule.pauses):
        initial |= {f"pause{row}_from": pause.first, f"pause{row}_to": pause.last, f"pause{row}_reason": pause.reason}
    posted = sum(1 for key in data if key.startswith("pause") and key.endswith("_from")) if data else 0
    return ScheduleForm(data, auto_id="schedule_%s", initial=initial, pauses=max(len(schedule.pauses) + 1, posted))


class PauseForm(forms.Form):
    """No runs by themselves until the end of a day."""

    until = _day(label=words("Pausa till och med", "Pause until and including"))

    def clean_until(self) -> datetime:
        until: date = self.cleaned_data["until"]
        if until < timezone.localdate():
            raise forms.ValidationError(words("Dagen har varit.", "That day has been."))
        return datetime.combine(until, time(23, 59, 59), STOCKHOLM)


class ExclusionForm(forms.Form):
    """One person kept from one vendor."""

    person = forms.CharField(label=words("E-postadress eller Google-id", "E-mail address or Google id"), max_length=254)
    why = forms.CharField(
        label=words("Skäl", "Reason"),
        help_text=words("Syns för dem som läser den här sidan.", "Seen by those who read this page."),
        max_length=200,
    )
    until = _day(
        label=words("Till och med", "Until and including"),
        help_text=words("Tomt gäller tills vidare.", "Empty means until further notice."),
        required=False,
    )

    def clean_until(self) -> date | None:
        until: date | None = self.cleaned_data["until"]
        if until and until < timezone.localdate():
            raise forms.ValidationError(words("Dagen har varit.", "That day has been."))
        return until


class RevertForm(forms.Form):
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1)
    reason = forms.CharField(label=words("Varför återställs den?", "Why is it restored?"), max_length=LONGEST_REASON)


class AddForm(forms.Form):
    vendor = forms.ChoiceField()

    def __init__(self, data: Mapping[str, Any], slugs: list[str]) -> None:
        super().__init__(data)
        made = self.fields["vendor"]
        assert isinstance(made, forms.ChoiceField)
        made.choices = [(slug, slug) for slug in slugs]
