"""What ``docs/marketplace.md`` says, read from its tables, and scopes that an operator has copied out of a console."""

from __future__ import annotations

import re
from pathlib import Path

from skolsynk.sync.marketplace import scopes
from skolsynk.sync.marketplace.finding import Finding

PATH = Path(__file__).resolve().parents[3] / "docs" / "marketplace.md"
NAME = "docs/marketplace.md"
SCOPES, ADDRESSES = "<!-- scopes:", "<!-- addresses:"
SCOPE = re.compile(r"\bopenid\b|https://[\w./-]+")


def table(text: str, mark: str) -> list[tuple[str, ...]]:
    """Cells of the first table after the comment that begins with ``mark``, without its head; [] when there is none."""
    after = text.partition(mark)[2].partition("-->")[2].lstrip().partition("\n\n")[0]
    rows = [line.strip().strip("|").split("|") for line in after.splitlines() if line.startswith("|")]
    return [tuple(cell.strip().strip("`") for cell in row) for row in rows[2:]]


def row(one: scopes.Listed) -> tuple[str, ...]:
    """A scope as the document's table has it: scope, parts, reason in Swedish, reason in English."""
    return (one.url, ", ".join(one.parts), one.why.sv, one.why.en)


def findings(manifest: tuple[str, ...]) -> list[Finding]:
    """Where the document's table of scopes does not say what the code asks for."""
    there = {cells[0]: cells for cells in table(PATH.read_text(encoding="utf-8"), SCOPES)}
    wanted = {one.url: row(one) for one in scopes.listed(manifest)}
    found = scopes.compared(NAME, there, wanted)
    return found + [
        Finding(
            "document_differs",
            url,
            f"{NAME}: raden om {url} säger inte det som koden säger. Skriv om den till: {' | '.join(cells)}",
            f"{NAME}: the row about {url} does not say what the code says. Write it as: {' | '.join(cells)}",
        )
        for url, cells in wanted.items()
        if there.get(url, cells) != cells
    ]


def scopes_in(text: str) -> tuple[str, ...]:
    """Scopes in a list that was copied out of a console: one a line, or with commas, quotes or bullets around."""
    return tuple(SCOPE.findall(text))
