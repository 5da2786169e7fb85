"""What runs, phases and answers are called, and what a vendor's words most likely mean and who must act."""

from __future__ import annotations

import re
from typing import NamedTuple

from skolsynk.store.runs import Group, RunLine
from skolsynk.web.words import chosen, moment, number, words

KINDS = {
    "read": words("Läsning", "Read"),
    "plan": words("Plan", "Plan"),
    "push": words("Körning", "Push"),
    "school": words("Sammanställning", "Putting together"),
    "unprovision": words("Borttagning av allt", "Removal of everything"),
}
STATES = {
    "queued": words("köad", "queued"),
    "running": words("pågår", "under way"),
    "done": words("klar", "done"),
    "held": words("klar, en del väntar på beslut", "done, some wait for a decision"),
    "partly": words("klar, en del avvisades", "done, some were rejected"),
    "stopped": words("stoppad", "stopped"),
    "failed": words("misslyckad", "failed"),
}
KINDS_OF_STATE = {
    "done": "success", "held": "warning", "partly": "warning", "failed": "danger", "running": "info",
    "queued": "neutral", "stopped": "neutral",
}  # fmt: skip
PHASES = {
    "reading": words("läser katalogen", "reading the directory"),
    "storing": words("sparar läsningen", "keeping the read"),
    "school": words("sammanställer", "putting together"),
    "planning": words("planerar", "planning"),
    "pushing": words("skickar", "sending"),
    "users": words("läser personer", "reading people"),
    "groups": words("läser grupper", "reading groups"),
    "members": words("läser medlemmar", "reading members"),
    "org_units": words("läser organisationsenheter", "reading org units"),
}
TRIGGERS = {
    "operator": words("begärd", "asked for"),
    "schedule": words("av sig själv, enligt schemat", "by itself, by the schedule"),
    "configuration": words("efter en ändrad inställning", "after a changed setting"),
    "command": words("från kommandoraden", "from the command line"),
    "alone": words("begärd", "asked for"),
    "demo": words("av demon", "by the demo"),
    "rehearsal": words("repetition av en annan dag", "rehearsal of another day"),
}
ANSWERS = {
    "done": words("godtagen", "accepted"),
    "rejected": words("avvisad", "rejected"),
    "unknown": words("inget svar", "no answer"),
    "failed": words("kom inte fram", "did not arrive"),
    "blocked": words("inte skickad", "not sent"),
}
YOU, VENDOR, OPERATOR, NOBODY = (
    words("Ni", "You"), words("Leverantören", "The vendor"), words("Driften", "The operator"),
    words("Ingen", "Nobody"),
)  # fmt: skip


class Meaning(NamedTuple):
    text: str
    who: str


_PHRASES: tuple[tuple[re.Pattern[str], str, str, object], ...] = (
    (
        re.compile(r"unique|duplicate|already|exists|conflict|finns redan", re.IGNORECASE),
        ("Leverantören har redan någon med samma användarnamn eller e-post under ett annat id, ofta från en tidigare "
        "tjänst. Be leverantören ta bort eller byta id på den."),
        ("The vendor already has somebody with the same user name or e-mail under another id, often from an earlier "
        "service. Ask the vendor to remove it or change its id."), VENDOR,
    ),
    (
        re.compile(r"licen[cs]e|licens|avtal|contract|seat", re.IGNORECASE),
        "Leverantören säger att licenser eller avtal inte räcker. Tala med leverantören.",
        "The vendor says that licences or the agreement do not suffice. Talk to the vendor.", YOU,
    ),
    (
        re.compile(r"unknown school|school ?unit|skolenhet|not registered|organisation|tenant", re.IGNORECASE),
        "Leverantören känner inte skolenheten eller har inte registrerat er. Be leverantören registrera den.",
        "The vendor does not know the school unit or has not registered you. Ask the vendor to register it.", VENDOR,
    ),
    (
        re.compile(r"e-?mail|e-?post|user ?name", re.IGNORECASE),
        "Leverantören godtar inte e-postadressen eller användarnamnet. Rätta det i Google, eller fråga leverantören.",
        "The vendor does not accept the e-mail address or user name. Correct it in Google, or ask the vendor.", YOU,
    ),
    (
        re.compile(r"enrol|schoolyear|year|årskurs", re.IGNORECASE),
        "Leverantören godtar inte skolplaceringen eller årskursen.",
        "The vendor does not accept the enrolment or school year.", YOU,
    ),
)  # fmt: skip


def meaning(group: Group) -> Meaning:
    """Our translation of an answer, and who has to act. The raw words stand beside it."""
    if group.answer == "blocked":
        return Meaning(
            chosen(
                "Inte skickad: något som den behöver, till exempel personen eller klassen, godtogs inte.",
                "Not sent: something it needs, such as the person or the class, was not accepted.",
            ),
            str(NOBODY),
        )
    if group.answer in ("unknown", "failed"):
        return Meaning(
            chosen(
                "Svaret uteblev eller leverantören var sjuk. Nästa körning reder ut det av sig själv.",
                "No answer came, or the vendor was ill. The next run sorts it out by itself.",
            ),
            str(NOBODY),
        )
    for pattern, sv, en, who in _PHRASES:
        if pattern.search(group.words):
            return Meaning(chosen(sv, en), str(who))
    return _by_status(group.status)


def _by_status(status: int) -> Meaning:
    if status in (400, 422):
        text = chosen(
            "Leverantören godtar inte någon av uppgifterna. Dess egna ord säger vilken.",
            "The vendor does not accept one of the fields. Its own words say which.",
        )
        return Meaning(text, str(YOU))
    if status in (401, 403):
        return Meaning(
            chosen("Leverantören ger oss inte rätt att göra det.", "The vendor does not let us do it."), str(VENDOR)
        )
    if status in (413, 415):
        text = chosen(
            "Leverantören tar inte emot formatet eller storleken.", "The vendor does not take the format or the size."
        )
        return Meaning(text, str(OPERATOR))
    return Meaning(
        chosen(
            "Leverantören avvisade ändringen. Fråga leverantören vad det betyder.",
            "The vendor rejected the change. Ask the vendor what it means.",
        ),
        str(VENDOR),
    )


def state_words(run: RunLine) -> str:
    """What a run is doing, or how it ended, in a few words."""
    if run.state == "running":
        phase = str(PHASES.get(run.phase, words("arbetar", "working")))
        return f"{phase} {number(run.done)}/{number(run.total)}" if run.total else phase
    if run.state == "queued" and run.attempts and run.heartbeat_at:
        return chosen(
            f"väntar på nytt försök sedan {moment(run.heartbeat_at)}",
            f"waits to be tried again since {moment(run.heartbeat_at)}",
        )
    return str(STATES.get(run.state, run.state))


def error_words(run: RunLine) -> str:
    """The run's own text of what stopped it."""
    told = list(run.error_args)
    return chosen(told[0], told[1]) if len(told) > 1 else run.error_code
