"""What can be wrong in a configuration file, in Swedish. The reader tells it in English, as commands print it."""

from __future__ import annotations

import re

PHRASES: tuple[tuple[str, str], ...] = (
    (r"larger than (.+) bytes", r"större än \1 byte"),
    (r"not valid YAML", "inte giltig YAML"),
    (
        r"a value cannot be read: impossible date or too deep nesting",
        "ett värde går inte att läsa: omöjligt datum eller för djup nästling",
    ),
    (r"key (.+) is not text", r"nyckeln \1 är inte text"),
    (r"key (.+) stands twice", r"nyckeln \1 står två gånger"),
    (
        r"an alias \(\*\) is not allowed: write it out",
        "ett alias (*) är inte tillåtet: skriv ut värdet",
    ),
    (r"must be a mapping of keys to values", "måste vara nycklar med värden"),
    (r"must be a mapping", "måste vara nycklar med värden"),
    (r"unknown key; did you mean (.+)\?", r"okänd nyckel; menade du \1?"),
    (r"unknown key; known keys: (.+)", r"okänd nyckel; de som finns: \1"),
    (r"is missing", "saknas"),
    (
        r"must be text, in quotes if it looks like a number: (.*)",
        r"måste vara text, med citattecken om det ser ut som ett tal: \1",
    ),
    (r"must be one line of at most (\d+) characters", r"måste vara en rad med högst \1 tecken"),
    (r"must be a list of \{from, to, reason\}", "måste vara en lista av {from, to, reason}"),
    (r"must be a list", "måste vara en lista"),
    (r"unknown kind (.+); known: google", r"okänd sort \1; den som finns: google"),
    (r"(.+) must start with /", r"\1 måste börja med /"),
    (
        r"(.+) is not a school unit code \(eight digits, the first not 0\)",
        r"\1 är ingen skolenhetskod (åtta siffror, den första inte 0)",
    ),
    (
        r"(\d+) is not in the register; import the register or let the operator add the unit",
        r"\1 finns inte i registret; läs in registret, eller be driften att lägga till skolenheten",
    ),
    (r"(.+) stands twice", r"\1 står två gånger"),
    (r"unknown vendor (.+); known: (.+)", r"okänd leverantör \1; de som finns: \2"),
    (r"(\d+) is not among school_units above", r"\1 finns inte bland school_units ovan"),
    (r"must be later than from_hour", "måste vara senare än from_hour"),
    (r"must be a whole number from (\d+) to (\d+): (.+)", r"måste vara ett heltal från \1 till \2: \3"),
    (r"must have from, to and, if wanted, reason", "måste ha from, to och vid behov reason"),
    (
        r"from and to must be days such as 2026-06-10, in that order",
        "from och to måste vara dagar som 2026-06-10, i den ordningen",
    ),
)


def in_swedish(message: str) -> str:
    """The message in Swedish; as it is when it is the YAML library's own."""
    for phrase, swedish in PHRASES:
        found = re.fullmatch(phrase, message, re.DOTALL)
        if found is not None:
            return found.expand(swedish)
    return message
