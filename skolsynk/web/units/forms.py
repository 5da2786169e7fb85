"""What is typed on the pages of school units."""

from __future__ import annotations

from django import forms

from skolsynk.sync.units import LONGEST_GROUP
from skolsynk.web.words import number, words

LONGEST_REASON = 300


class GroupForm(forms.Form):
    group = forms.CharField(
        label=words("Grupp av skolenheter", "Group of school units"),
        help_text=words(
            "Till exempel ett rektorsområde. Lämna tomt för att ta bort ur gruppen.",
            "A principal's area, for example. Leave it empty to take units out of their group.",
        ),
        max_length=LONGEST_GROUP,
        required=False,
    )


class RemoveForm(forms.Form):
    """The number of people is typed when there are any."""

    people = forms.CharField(label=words("Antal personer", "Number of people"), max_length=12, required=False)

    def __init__(self, *args: object, expected: int, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]  # given on as they came
        self.expected = expected
        field = self.fields["people"]
        field.required = bool(expected)
        field.help_text = words(
            f"Skriv {expected} för att visa att du har sett hur många det gäller.",
            f"Type {expected} to show that you have seen how many it concerns.",
        )
        field.widget.attrs.update(inputmode="numeric", autocomplete="off")

    def clean_people(self) -> str:
        typed = str(self.cleaned_data["people"])
        digits = "".join(typed.split())
        if self.expected and digits != str(self.expected):
            wanted = number(self.expected)
            raise forms.ValidationError(
                words(f"Det stämmer inte. Det gäller {wanted} personer.", f"Not so. It concerns {wanted} people.")
            )
        return typed


class ReasonForm(forms.Form):
    """Why rules are saved, or why org units are left out."""

    reason = forms.CharField(label=words("Skäl", "Reason"), max_length=LONGEST_REASON)
