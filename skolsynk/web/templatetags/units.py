"""School units in words, for the pages that show them."""

from __future__ import annotations

from django import template
from django.utils.html import format_html

from skolsynk.core.findings import CATALOGUE
from skolsynk.core.readmodel.values import TreeNode
from skolsynk.core.register import ENDED, RegisteredUnit
from skolsynk.sync.units import forms_of
from skolsynk.web.units import wordings
from skolsynk.web.words import chosen, number

register = template.Library()


@register.filter
def forms(unit: RegisteredUnit | None) -> str:
    """School forms: förskoleklass, grundskola."""
    return ", ".join(map(wordings.form_name, forms_of(unit))) if unit else ""


@register.filter
def form_name(code: str) -> str:
    """One SS12000 school type in words."""
    return wordings.form_name(code)


@register.filter
def why_added(code: str) -> str:
    """Why the tenant has a unit."""
    return wordings.reason_name(code)


@register.filter
def ended(unit: RegisteredUnit) -> bool:
    """Whether the register says that the unit has closed."""
    return unit.status == ENDED


@register.filter
def finding(code: str) -> str:
    """The title of a finding."""
    entry = CATALOGUE.get(code)
    return chosen(entry.title_sv, entry.title_en) if entry else code


@register.filter
def counted(node: TreeNode, what: str) -> str:
    """Heads in an org unit and below, and in brackets how many of them are in it itself; nothing for nobody."""
    own, below = getattr(node.own, what), getattr(node.below, what)
    if not below:
        return ""
    if not own or own == below:
        return number(below)
    return format_html('{} <span class="own">({})</span>', number(below), number(own))


@register.filter
def rule_name(label: str) -> str:
    """A rule's label in words."""
    return wordings.rule_name(label)
