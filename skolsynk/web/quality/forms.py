"""What is typed when something is set aside."""

from __future__ import annotations

from datetime import date

from django import forms
from django.utils import timezone

from skolsynk.sync.dispatch import today_at
from skolsynk.sync.quality import LONGEST
from skolsynk.web.words import words

LONGEST_REASON = 300


class SnoozeForm(forms.Form):
    """Why, and until when; ``object`` "" means all of the cause."""

    object = forms.CharField(widget=forms.HiddenInput, required=False, max_length=500)
    reason = forms.CharField(label=words("Skäl", "Reason"), max_length=LONGEST_REASON)
    until = forms.DateField(
        label=words("Till och med", "To and including"),
        help_text=words("Högst ett år fram.", "At most a year ahead."),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )

    def clean_until(self) -> date:
        until: date = self.cleaned_data["until"]
        today = today_at(timezone.now())
        if not today <= until <= today + LONGEST:
            raise forms.ValidationError(words("Välj en dag inom ett år från i dag.", "Choose a day within a year."))
        return until
