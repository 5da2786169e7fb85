"""What differs between two versions of the rules, in sentences."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from skolsynk.core.rules.difference import ADDED, CHANGED, MOVED, REMOVED, Change
from skolsynk.core.rules.shape import Rule
from skolsynk.web.rules import labels
from skolsynk.web.rules.sentences import Names, Said, sentence
from skolsynk.web.words import words

VERBS: Mapping[str, str] = {
    ADDED: words("Ny", "New"),
    REMOVED: words("Borttagen", "Removed"),
    CHANGED: words("Ändrad", "Changed"),
    MOVED: words("Flyttad", "Moved"),
}
COLOURS = {ADDED: "success", REMOVED: "danger", CHANGED: "info", MOVED: "neutral"}


class Row(NamedTuple):
    """One difference as it is shown; ``before`` or ``after`` is None where there is none."""

    verb: str
    colour: str
    section: str
    before: Said | None
    after: Said | None
    places: tuple[int, int] | None  # of a rule that was moved, counted from 1


def differences(changes: Iterable[Change], names: Names) -> list[Row]:
    return [_row(change, names) for change in changes]


def _row(change: Change, names: Names) -> Row:
    def said(rule: Rule | None) -> Said | None:
        return sentence(change.section, rule, names) if rule else None

    moved = change.verb == MOVED
    return Row(
        VERBS[change.verb],
        COLOURS[change.verb],
        labels.SECTIONS[change.section].name,
        None if moved else said(change.before),
        said(change.after),
        ((change.was_at or 0) + 1, (change.is_at or 0) + 1) if moved else None,
    )
