"""Swedish and English side by side: whoever writes a text writes both, and nothing can be missing in one of them.

Python: ``words("Skolenheter", "School units")``, read when it is shown. Templates: ``{% t "…" "…" %}``.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from django.utils import timezone, translation
from django.utils.functional import lazy

NO_BREAK = "\N{NO-BREAK SPACE}"
MONTHS_SV = ("jan.", "feb.", "mars", "april", "maj", "juni", "juli", "aug.", "sep.", "okt.", "nov.", "dec.")
MONTHS_EN = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def speaks() -> str:
    """The language of this request: "sv" or "en"."""
    return "en" if (translation.get_language() or "sv").startswith("en") else "sv"


def chosen(sv: str, en: str) -> str:
    """The text in the language of this request."""
    return en if speaks() == "en" else sv


if TYPE_CHECKING:

    def words(sv: str, en: str) -> str:
        """A text in two languages that becomes one when it is shown."""
else:
    words = lazy(chosen, str)


def number(value: int | float) -> str:
    """1 284 in Swedish, 1,284 in English; decimals as they are given, with a comma in Swedish."""
    text = f"{value:,}"
    return text if speaks() == "en" else text.replace(",", NO_BREAK).replace(".", ",")


def percent(share: float) -> str:
    """0.124 -> 12 %; small shares with one decimal."""
    value = share * 100
    text = f"{value:.0f}" if value >= 10 or value == round(value) else f"{value:.1f}"
    return f"{text if speaks() == 'en' else text.replace('.', ',')}{NO_BREAK}%"


def day(value: date) -> str:
    """12 nov. 2026; without the year in this one."""
    months = MONTHS_EN if speaks() == "en" else MONTHS_SV
    text = f"{value.day}{NO_BREAK}{months[value.month - 1]}"
    return text if value.year == timezone.localdate().year else f"{text}{NO_BREAK}{value.year}"


def moment(value: datetime) -> str:
    """i dag 07.12, i går 07.12, 12 nov. 07.12; in Swedish time."""
    local = timezone.localtime(value)
    clock = f"{local:%H:%M}" if speaks() == "en" else f"{local:%H.%M}"
    today = timezone.localdate()
    near = {today: ("i dag", "today"), today - timedelta(days=1): ("i går", "yesterday")}.get(local.date())
    return f"{chosen(*near) if near else day(local.date())}{NO_BREAK}{clock}"


def seconds(value: float) -> str:
    """0,4 s; 45 s; 3 min; 2 h 5 min; 3 dygn."""
    if value < 10:
        return number(round(value, 1)) + NO_BREAK + "s"
    if value < 90:
        return f"{value:.0f}{NO_BREAK}s"
    minutes = round(value / 60)
    if minutes < 90:
        return f"{minutes}{NO_BREAK}min"
    hours, rest = divmod(minutes, 60)
    if hours < 48:
        return f"{hours}{NO_BREAK}h" + (f"{NO_BREAK}{rest}{NO_BREAK}min" if rest else "")
    days = round(hours / 24)
    return f"{days}{NO_BREAK}" + chosen("dygn", "days")
