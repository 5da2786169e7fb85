"""What every template has without loading it: texts in two languages, numbers, times, addresses of this tenant."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from typing import Any

from django import template
from django.core.paginator import Paginator
from django.template.context import RequestContext
from django.template.loader_tags import BLOCK_CONTEXT_KEY, BlockContext
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe

from skolsynk.web import icons, words

register = template.Library()
ABSENT = (None, "")  # what the template language gives for something that is not there


@register.simple_tag
def t(sv: str, en: str, **values: object) -> SafeString:
    """The text in the reader's language; ``{name}`` in it is replaced by a value, which is escaped."""
    return _filled(words.chosen(sv, en), values)


@register.simple_tag
def tn(count: int, sv_one: str, sv_many: str, en_one: str, en_many: str, **values: object) -> SafeString:
    """As ``t`` with a number: one or many. ``{n}`` is the number."""
    text = words.chosen(sv_one, en_one) if count == 1 else words.chosen(sv_many, en_many)
    return _filled(text, {"n": count, **values})


def _filled(text: str, values: Mapping[str, object]) -> SafeString:
    if not values:
        return mark_safe(text)  # noqa: S308  # written in a template, by us
    shown = {name: conditional_escape(_shown(value)) for name, value in values.items()}
    return mark_safe(text.format(**shown))  # noqa: S308  # our own text around escaped values


def _shown(value: object) -> str:
    """Text as it is (what is safe stays safe), numbers in the reader's way."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool) or not isinstance(value, int | float):
        return str(value)
    return words.number(value)


@register.simple_tag(takes_context=True)
def to(context: RequestContext, name: str, **kwargs: object) -> str:
    """The address of a page of the tenant that is being visited."""
    address: str = context["visit"].url(name, **kwargs)
    return address


@register.filter
def number(value: Any) -> str:
    """1 284; nothing for None."""
    return "" if value in ABSENT else words.number(value)


@register.filter
def percent(value: Any) -> str:
    return "" if value in ABSENT else words.percent(value)


@register.filter
def seconds(value: Any) -> str:
    return "" if value in ABSENT else words.seconds(value)


@register.filter
def day(value: date | None) -> str:
    """A <time> with the day in words."""
    return format_html('<time datetime="{}">{}</time>', value.isoformat(), words.day(value)) if value else ""


@register.filter
def moment(value: datetime | None) -> str:
    """A <time> with day and clock in words, in Swedish time."""
    return format_html('<time datetime="{}">{}</time>', value.isoformat(), words.moment(value)) if value else ""


@register.filter
def symbol(name: str) -> str:
    """The address of an icon in the sprite."""
    return icons.address(name)


@register.filter
def get(mapping: Mapping[Any, Any] | None, key: object) -> Any:
    """The value of a key; nothing when it is missing."""
    return mapping.get(key) if mapping else None


@register.simple_tag(takes_context=True)
def again(context: RequestContext, name: str) -> SafeString:
    """A block of the page once more: its title stands in the heading and in the window's frame."""
    blocks: BlockContext | None = context.render_context.get(BLOCK_CONTEXT_KEY)
    block = blocks.get_block(name) if blocks else None
    return mark_safe(block.render(context).strip() if block else "")  # noqa: S308  # rendered by the engine


@register.filter
def elided(paginator: Paginator[Any], number: int) -> Iterator[int | str]:
    """Numbers of a pager, with … where there are too many."""
    return paginator.get_elided_page_range(number, on_each_side=1, on_ends=1)


@register.filter
def stacked(parts: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Parts of one bar 1,000 wide: ``{label, value, kind, url?}`` with x and width; a small part is still seen."""
    listed = [dict(part) for part in parts]
    total = sum(part["value"] for part in listed)
    x = 0.0
    shown = [part for part in listed if part["value"]]
    scale = (1000 - 6 * len(shown)) / total if total else 0
    for part in listed:
        width = part["value"] * scale + 6 if part["value"] else 0.0
        part |= {"x": f"{x:.1f}", "width": f"{width:.1f}"}
        x += width
    return listed


@register.filter
def columns(points: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Small columns: ``{label, value, kind}`` with x, y and height in a box 32 high."""
    listed = [dict(point) for point in points]
    highest = max((point["value"] for point in listed), default=0) or 1
    for place, point in enumerate(listed):
        height = max(2, round(30 * point["value"] / highest))
        point |= {"x": 8 * place + 1, "y": 32 - height, "height": height}
    return {"points": listed, "width": 8 * max(1, len(listed))}
