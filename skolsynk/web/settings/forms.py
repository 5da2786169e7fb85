"""Forms of the settings. What is decided, is decided in ``sync``; here is only what can be read."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.validators import validate_email

from skolsynk.store.members import Access
from skolsynk.sync.preferences import LIMITS, Preferences
from skolsynk.web.words import words

ROLES = (
    ("viewer", words("Läsare: ser, ändrar inget", "Viewer: sees, changes nothing")),
    ("editor", words("Redigerare: ställer in och godkänner", "Editor: configures and approves")),
    ("owner", words("Ägare: även personer, skarpt läge och källa", "Owner: also people, live mode and the source")),
)
REACHES = (
    ("all", words("Hela huvudmannen", "The whole school authority")),
    ("some", words("Bara vissa skolenheter", "Some school units only")),
)
LANGUAGES = (
    ("auto", words("Som webbläsaren", "As the browser")),
    ("sv", words("Svenska", "Swedish")),
    ("en", words("Engelska", "English")),
)
PAGE = re.compile(r"https://[!-~]+\Z")


class LanguageForm(forms.Form):
    language = forms.ChoiceField(label=words("Språk", "Language"), choices=LANGUAGES)


class AccessForm(forms.Form):
    """A role, and where it holds. ``units``: {code: name} of those that may be chosen."""

    role = forms.ChoiceField(label=words("Roll", "Role"), choices=ROLES, widget=forms.RadioSelect, initial="viewer")
    reach = forms.ChoiceField(
        label=words("Gäller", "Holds for"), choices=REACHES, widget=forms.RadioSelect, initial="all"
    )
    units = forms.MultipleChoiceField(
        label=words("Skolenheter", "School units"),
        help_text=words("Behövs bara när rollen gäller vissa.", "Needed only when the role holds for some."),
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )

    def __init__(self, units: Mapping[str, str], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["units"].choices = list(units.items())  # type: ignore[attr-defined]  # of a choice field
        if not units:
            del self.fields["units"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        limited = cleaned.get("reach") == "some"
        if limited and not cleaned.get("units"):
            fault = words("Välj minst en skolenhet.", "Choose at least one school unit.")
            self.add_error("units" if "units" in self.fields else "reach", fault)
        if limited and cleaned.get("role") == "owner":
            self.add_error(
                "reach",
                words(
                    "En ägare bestämmer för hela huvudmannen och kan inte begränsas.",
                    "An owner decides for the whole school authority and cannot be limited.",
                ),
            )
        return cleaned

    @property
    def access(self) -> Access:
        limited = self.cleaned_data["reach"] == "some"
        return Access(self.cleaned_data["role"], tuple(sorted(self.cleaned_data.get("units", ()))) if limited else ())


class AdmitForm(AccessForm):
    email = forms.EmailField(
        label=words("E-postadress", "E-mail address"),
        help_text=words(
            "Personens adress i ert Google Workspace. Inget brev skickas: säg till personen att logga in.",
            "The person's address in your Google Workspace. No letter is sent: tell the person to sign in.",
        ),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )
    field_order = ("email", "role", "reach", "units")


class RetentionForm(forms.Form):
    """Days in numbers, and whom vendors may ask."""

    receipt_days = forms.IntegerField(
        label=words("Svar från leverantörer, dygn", "Vendors' answers, days"),
        help_text=words(
            "Vad som skickades om vem och vad leverantören svarade. Behövs för att svara på varför någon saknas.",
            "What was sent about whom and what the vendor answered. Needed to say why somebody is missing.",
        ),
    )
    run_days = forms.IntegerField(
        label=words("Körningar, dygn", "Runs, days"),
        help_text=words("Antal, tider och fel; inga personer.", "Numbers, times and errors; nobody's name."),
    )
    event_days = forms.IntegerField(
        label=words("Loggen, dygn", "The log, days"),
        help_text=words("Vem som gjorde och såg vad.", "Who did and saw what."),
    )
    purge_days = forms.IntegerField(
        label=words("Personuppgifter efter avinstallation, dygn", "Personal data after an uninstall, days"),
        help_text=words(
            "Tas Skolsynk bort i Google sparas allt så här länge, om det var ett misstag. Sedan raderas det.",
            "If Skolsynk is removed in Google everything is kept this long, in case of a mistake. Then it is erased.",
        ),
    )
    contact = forms.CharField(
        label=words("Kontakt för leverantörer", "Contact for vendors"),
        help_text=words(
            "En funktionsadress eller en sida. Den skickas med varje anrop, så att leverantören vet vem den kan fråga.",
            "A shared address or a page. It goes with every call, so that the vendor knows whom to ask.",
        ),
        max_length=200,
        required=False,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, (least, most, _) in LIMITS.items():
            self.fields[name] = _bounded(self.fields[name], least, most)

    def clean_contact(self) -> str:
        contact: str = self.cleaned_data["contact"].strip()
        if contact and not PAGE.match(contact):
            validate_email(contact)
            if not contact.isascii():
                raise forms.ValidationError(words("Bara tecknen a–z.", "The letters a–z only."))
        return contact

    @property
    def preferences(self) -> Preferences:
        return Preferences(**self.cleaned_data)


def _bounded(field: forms.Field, least: int, most: int) -> forms.Field:
    return forms.IntegerField(
        label=field.label, help_text=field.help_text, min_value=least, max_value=most, localize=False
    )


class SourceForm(forms.Form):
    subject = forms.EmailField(
        label=words("Administratörens adress", "The administrator's address"),
        help_text=words(
            "Bäst är ett eget konto med en roll som bara får läsa användare, organisationsenheter och grupper.",
            "Best is an account of its own with a role that may only read users, organisational units and groups.",
        ),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )


class FileForm(forms.Form):
    """A file, or its text."""

    file = forms.FileField(label=words("Fil", "File"), required=False)
    text = forms.CharField(
        label=words("Eller klistra in texten", "Or paste the text"),
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 12, "spellcheck": "false", "class": "ds-input mono"}),
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("file"):
            cleaned["text"] = self._read(cleaned["file"])
        if not self.errors and not cleaned.get("text", "").strip():
            raise forms.ValidationError(words("Välj en fil eller klistra in text.", "Choose a file or paste text."))
        return cleaned

    def _read(self, file: Any) -> str:
        try:
            text: str = file.read().decode("utf-8-sig")
        except UnicodeDecodeError:
            self.add_error("file", words("Filen är inte text i UTF-8.", "The file is not text in UTF-8."))
            return ""
        return text


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label=words("Varför?", "Why?"),
        help_text=words("Står i loggen och vid reglernas version.", "Stands in the log and at the rules' version."),
        max_length=500,
    )
