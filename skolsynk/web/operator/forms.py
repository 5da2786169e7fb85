"""What an operator may say: a receiver's address and pace, and words over the register's."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.conf import settings

from skolsynk.core.ss12000.codes import SCHOOL_UNIT_CODE
from skolsynk.environment import address_fault
from skolsynk.web.words import words

MOST_A_SECOND = 1000
MOST_IN_FLIGHT = 100
LONGEST = 500


class AddressForm(forms.Form):
    """Empty means: as the vendor's file and the settings say."""

    address = forms.CharField(
        label=words("Adress", "Address"), required=False, max_length=LONGEST,
        help_text=words(
            "Bas för SCIM-anropen, som https://scim.example/v2. Tomt: leverantörens egen.",
            "Base of the SCIM calls, such as https://scim.example/v2. Empty: the vendor's own.",
        ),
    )  # fmt: skip
    requests_per_second = forms.FloatField(
        label=words("Anrop i sekunden", "Requests a second"), required=False, min_value=0, max_value=MOST_A_SECOND,
        help_text=words("0 betyder ingen gräns. Tomt: leverantörens.", "0 means no limit. Empty: the vendor's."),
    )  # fmt: skip
    concurrency = forms.IntegerField(
        label=words("Anrop samtidigt", "Requests in flight"), required=False, min_value=1, max_value=MOST_IN_FLIGHT
    )

    def clean_address(self) -> str:
        given: str = self.cleaned_data["address"]
        try:
            fault = address_fault(given, settings.PLAIN_HTTP_HOSTS) if given else ""
        except ValueError as error:  # such as brackets that do not close
            fault = f"{error}."
        if fault:
            raise forms.ValidationError(
                words("Adressen går inte att använda: %(fault)s", "The address cannot be used: %(fault)s"),
                params={"fault": fault},
            )
        return given

    def limits(self) -> dict[str, float | int]:
        given = {name: self.cleaned_data[name] for name in ("requests_per_second", "concurrency")}
        return {name: value for name, value in given.items() if value is not None}


class UnitForm(forms.Form):
    """The operator's words; an empty field follows the register."""

    name = forms.CharField(label=words("Namn", "Name"), required=False, max_length=200)
    municipality = forms.CharField(label=words("Kommun", "Municipality"), required=False, max_length=100)
    municipality_code = forms.RegexField(
        r"\A[0-9]{4}\Z", label=words("Kommunkod", "Municipality code"), required=False,
        error_messages={"invalid": words("Fyra siffror.", "Four digits.")},
    )  # fmt: skip
    organizer_name = forms.CharField(label=words("Huvudman", "Organizer"), required=False, max_length=200)
    email_domain = forms.RegexField(
        re.compile(r"\A[^\s/@]+\.[^\s/@]+\Z"), label=words("E-postdomän", "E-mail domain"), required=False,
        max_length=253,
        error_messages={"invalid": words("Skriv den som skolan.example.", "Write it as school.example.")},
    )  # fmt: skip
    school_types = forms.CharField(
        label=words("Skolformer", "School types"), required=False, max_length=200,
        help_text=words("Registrets koder med mellanslag, som GR FTH.", "The register's codes with spaces, as GR FTH."),
    )  # fmt: skip

    def corrected(self) -> dict[str, Any]:
        given = {name: value for name, value in self.cleaned_data.items() if value}
        if "school_types" in given:
            given["school_types"] = given["school_types"].upper().split()
        return given


class NewUnitForm(forms.Form):
    """A unit that the register lacks."""

    code = forms.CharField(label=words("Skolenhetskod", "School unit code"), max_length=8)

    def clean_code(self) -> str:
        code: str = self.cleaned_data["code"]
        if not SCHOOL_UNIT_CODE.match(code):
            raise forms.ValidationError(words("Åtta siffror, den första inte 0.", "Eight digits, the first not 0."))
        return code
