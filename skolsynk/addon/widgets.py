"""The parts of a card as Google documents them, cut to what a card may hold. Nothing here knows what is shown.

Source: Workspace add-ons, card v1 reference (Card, Section, DecoratedText, ButtonList, TextInput, OnClick, Action)
and RenderActions, SubmitFormResponse. A card shows at most 100 widgets; the lengths are our own bounds.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from html import escape
from typing import Any, NamedTuple

Json = dict[str, Any]
MOST_WIDGETS = 100
TITLE, LABEL, TEXT, BUTTON = 120, 200, 1200, 60  # characters


class Press(NamedTuple):
    """A call of ours when something is pressed; ``parameters`` come back with it."""

    address: str
    parameters: Mapping[str, str] = {}


def plain(text: str, most: int) -> str:
    """For places where Google shows text as it is: without what looks like mark-up, and never empty."""
    return cut(text.replace("<", "").replace(">", ""), most) or "–"


def marked(text: str, most: int) -> str:
    """For places where Google reads simple HTML: escaped, so that a name is never mark-up."""
    return escape(cut(text, most), quote=False)


def cut(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"


def card(name: str, title: str, subtitle: str, sections: Iterable[Json], more: str) -> Json:
    """A whole card. ``more`` is said last when not everything has room."""
    header: Json = {"title": plain(title, TITLE)}
    if subtitle:
        header["subtitle"] = plain(subtitle, TITLE)
    return {"name": name, "header": header, "sections": _within(sections, more)}


def _within(sections: Iterable[Json], more: str) -> list[Json]:
    found, left = [], MOST_WIDGETS - 1
    for each in sections:
        if len(each["widgets"]) > left:
            found.append({"widgets": [paragraph(more)]})
            break
        left -= len(each["widgets"])
        found.append(each)
    return found


def section(header: str, *widgets: Json | None) -> Json | None:
    """None without widgets: Google refuses an empty section."""
    shown = [each for each in widgets if each is not None]
    if not shown:
        return None
    return {"header": marked(header, TITLE), "widgets": shown} if header else {"widgets": shown}


def present(*sections: Json | None) -> list[Json]:
    return [each for each in sections if each is not None]


def paragraph(text: str) -> Json:
    return {"textParagraph": {"text": marked(text, TEXT)}}


def line(text: str, *, above: str = "", below: str = "", click: Json | None = None) -> Json:
    """One row: a small text above, the text, a small text below; pressed as a whole."""
    found: Json = {"text": marked(text, TEXT), "wrapText": True}
    if above:
        found["topLabel"] = marked(above, LABEL)
    if below:
        found["bottomLabel"] = marked(below, TEXT)
    if click is not None:
        found["onClick"] = click
    return {"decoratedText": found}


def opens(address: str) -> Json:
    return {"openLink": {"url": address}}


def calls(press: Press) -> Json:
    parameters = [{"key": key, "value": value} for key, value in press.parameters.items()]
    action: Json = {"function": press.address, "loadIndicator": "SPINNER"}
    if parameters:
        action["parameters"] = parameters
    return {"action": action}


def button(text: str, click: Json) -> Json:
    return {"text": plain(text, BUTTON), "onClick": click}


def buttons(*found: Json | None) -> Json | None:
    shown = [each for each in found if each is not None]
    return {"buttonList": {"buttons": shown}} if shown else None


def field(name: str, label: str, hint: str, value: str = "") -> Json:
    found: Json = {"name": name, "label": plain(label, LABEL), "hintText": plain(hint, LABEL), "type": "SINGLE_LINE"}
    if value:
        found["value"] = plain(value, LABEL)
    return {"textInput": found}


# Answers


def pushed(made: Json) -> Json:
    """Answer to a trigger: RenderActions."""
    return {"action": {"navigations": [{"pushCard": made}]}}


def followed(made: Json) -> Json:
    """Answer to a button that leads to another card."""
    return {"renderActions": pushed(made), "stateChanged": False}


def replaced(made: Json, notice: str, *, changed: bool) -> Json:
    """Answer to a button that does something: the card as it is now, and a word about what was done."""
    action = {"navigations": [{"updateCard": made}], "notification": {"text": plain(notice, LABEL)}}
    return {"renderActions": {"action": action}, "stateChanged": changed}


def asking_for(scopes: Iterable[str]) -> Json:
    """Answer when the person has not granted what is needed: Google asks, and calls again."""
    return {"requesting_google_scopes": {"scopes": list(scopes)}}
