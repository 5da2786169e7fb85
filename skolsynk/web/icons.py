"""Icons are symbols of one file of our own; pages use words of the field for some of them."""

from __future__ import annotations

from functools import cache

from django.templatetags.static import static

SPRITE = "vendor/lucide-static@1.62.0/icons.svg"
ALIASES = {
    "alert": "triangle-alert", "external": "external-link", "filter": "funnel", "help": "circle-question-mark",
    "refresh": "refresh-cw", "trash": "trash-2", "tree": "list-tree", "undo": "undo-2", "warning": "triangle-alert",
    "success": "check", "danger": "ban",
}  # fmt: skip


@cache
def address(name: str) -> str:
    """``/static/…/icons.svg#name``."""
    return f"{static(SPRITE)}#{ALIASES.get(name, name)}"
