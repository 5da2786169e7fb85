"""What runs, phases and answers are called."""

from __future__ import annotations

from skolsynk.store.runs import RunLine
from skolsynk.web.words import chosen, moment, number, words

KINDS = {
    "read": words("Läsning", "Read"),
    "patch": words("Omläsning av ändrat", "Read of what changed"),
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
    "confirm": words("ser efter vilka som slutat", "looking who has left"),
    "customer": words("hälsar på hos Google", "calling on Google"),
}
TRIGGERS = {
    "operator": words("begärd", "asked for"),
    "schedule": words("av sig själv, enligt schemat", "by itself, by the schedule"),
    "hints": words("av sig själv, efter besked från Google", "by itself, after word from Google"),
    "pages": words("av sig själv, för sidorna", "by itself, for the pages"),
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
    """The run's own text of what made it fail; it tells of all school units, and so not to everybody."""
    told = list(run.error_args)
    if len(told) > 1:
        return chosen(told[0], told[1])
    return chosen("Den som ser alla skolenheter kan se varför.", "Those who see every school unit can see why.")
