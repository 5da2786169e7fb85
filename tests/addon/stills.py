"""One example of every card, with invented facts. ``python -m tests.addon.stills`` writes them anew to ``cards/``."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from skolsynk.addon import cards
from skolsynk.addon.cards import AtVendor, Hit, Hits, Home, Person, RunFacts, Runs, VendorFacts
from skolsynk.addon.widgets import Press
from skolsynk.core.health import Health

FOLDER = Path(__file__).parent / "cards"
NOW = datetime(2026, 11, 16, 8, 0, tzinfo=UTC)
EARLY, YESTERDAY = datetime(2026, 11, 16, 6, 12, tzinfo=UTC), datetime(2026, 11, 15, 6, 12, tzinfo=UTC)
LAST_YEAR = datetime(2025, 3, 4, 22, 30, tzinfo=UTC)
SITE = "https://skolsynk.example"
HERE = f"{SITE}/h/C01bjork"


def press(name: str, **parameters: str) -> Press:
    return Press(f"{SITE}/addon/{name}", parameters)


def vendor(name: str, slug: str, mode: str, health: Health, **more: Any) -> VendorFacts:
    plain: dict[str, Any] = {
        "why": "", "last_at": EARLY, "last": "klar", "held": 0, "left_out": 0, "page": f"{HERE}/leverantorer/{slug}/",
        "changes": f"{HERE}/andringar/{slug}/{mode}/",
    }  # fmt: skip
    return VendorFacts(name, mode, health, **{**plain, **more})


HOME = Home(
    tenant="Björkviks kommun",
    vendors=(
        vendor("Sandbox", "sandbox", "test", Health.WELL, left_out=1, sync=press("sync", vendor="sandbox")),
        vendor("Binogi", "binogi", "live", Health.WAITING, why="den första leveransen", held=1284, left_out=12),
        vendor("NE <b>", "ne", "test", Health.NEW, last_at=None, last="", held=1),
        vendor("Gleerups", "gleerups", "live", Health.FAILING, last_at=YESTERDAY, last="misslyckad"),
    ),
    off=("Studentlitteratur", "SLI Play"),
    alarms=(("Gleerups: körningen misslyckas", "Nyckeln godtas inte. Inget har skickats. Ange en ny nyckel."),),
    read_at=EARLY,
    errors=3,
    warnings=1100,
    overview=f"{HERE}/oversikt/",
    quality=f"{HERE}/datakvalitet/",
    search=press("person"),
    runs=press("runs"),
)
NEW_HOME = Home(
    "Björkviks kommun", (), (), (), None, 0, 0, f"{HERE}/oversikt/", f"{HERE}/datakvalitet/", press("person"),
    press("runs"),
)  # fmt: skip
PERSON = Person(
    "placed", "", f"{HERE}/personer/117/", press("person"), "Ada Almgren & co", "ada.almgren@bjorkvik.example", "pupil",
    ("Ekskolan", "7A"),
    (
        AtVendor("Sandbox", "test", "there", "", EARLY, "Ada Almgren, ada.almgren@bjorkvik.example", "ny, godtagen"),
        AtVendor("Binogi", "live", "out", "school_unit", None, "", ""),
        AtVendor("NE", "test", "removal_waits", "excluded", LAST_YEAR, "Ada Al, ada@bjorkvik.example", ""),
        AtVendor("Gleerups", "live", "refused", "", None, "", "ny, avvisad"),
    ),
)  # fmt: skip
BROKEN_PERSON = Person(
    "broken", "Skolenhet saknas", f"{HERE}/personer/118/", press("person"), "Bo Berg", "bo.berg@bjorkvik.example",
    vendors=(AtVendor("Sandbox", "test", "frozen", "data", YESTERDAY, "Bo Berg, bo.berg@bjorkvik.example", ""),),
)  # fmt: skip
PROTECTED = Person(
    "protected", "", f"{HERE}/personer/119/", press("person"),
    vendors=(AtVendor("Sandbox", "test", "leaving", "protected", YESTERDAY, "", "ny, godtagen"),),
)  # fmt: skip
LEFT = Person(
    "absent", "", f"{HERE}/personer/120/", press("person"),
    vendors=(AtVendor("Sandbox", "test", "leaving", "directory", YESTERDAY, "Cia Carl, cia@bjorkvik.example", ""),),
)  # fmt: skip
HITS = Hits(
    "almgren",
    (
        Hit("Ada Almgren", "pupil", ("Ekskolan", "7A"), press("person", key="117")),
        Hit("Åke Almgren", "teacher", ("Ekskolan",), press("person", key="121")),
    ),
    14, True, f"{HERE}/personer/", press("person"),
)  # fmt: skip
NOBODY = Hits("xyz", (), 0, True, f"{HERE}/personer/", press("person"))
UNREAD = Hits("xyz", (), 0, False, f"{HERE}/personer/", press("person"))
EMPTY = Hits("", (), 0, True, f"{HERE}/personer/", press("person"))
RUNS = Runs(
    "Björkviks kommun",
    (
        RunFacts("Körning · Sandbox", EARLY, "Klar", f"{HERE}/korningar/1/"),
        RunFacts("Läsning", YESTERDAY, "Misslyckad", f"{HERE}/korningar/2/"),
    ),
    f"{HERE}/korningar/",
)
NO_RUNS = Runs("Björkviks kommun", (), f"{HERE}/korningar/")

STILLS: Mapping[str, Callable[[str], dict[str, Any]]] = {
    "home": lambda language: cards.home(HOME, language, NOW),
    "home_before_anything": lambda language: cards.home(NEW_HOME, language, NOW),
    "person": lambda language: cards.person(PERSON, language, NOW),
    "person_with_broken_data": lambda language: cards.person(BROKEN_PERSON, language, NOW),
    "person_protected": lambda language: cards.person(PROTECTED, language, NOW),
    "person_who_left": lambda language: cards.person(LEFT, language, NOW),
    "hits": lambda language: cards.hits(HITS, language),
    "hits_nobody": lambda language: cards.hits(NOBODY, language),
    "hits_unread": lambda language: cards.hits(UNREAD, language),
    "hits_nothing_typed": lambda language: cards.hits(EMPTY, language),
    "runs": lambda language: cards.runs(RUNS, language, NOW),
    "runs_none": lambda language: cards.runs(NO_RUNS, language, NOW),
    "stranger": lambda language: cards.stranger(f"{SITE}/", language),
    "unknown": lambda language: cards.unknown(f"{SITE}/", language),
    "broken": lambda language: cards.broken(f"{SITE}/", language),
}


def written(name: str, language: str) -> str:
    return json.dumps(STILLS[name](language), indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    for each in STILLS:
        for tongue in ("sv", "en"):
            (FOLDER / f"{each}.{tongue}.json").write_text(written(each, tongue), encoding="utf-8")
