"""The school unit register -> rows. What the register loses is kept and marked; what an operator said stays said."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import NamedTuple

from django.db import transaction

from skolsynk.core.register import RegisteredUnit
from skolsynk.store.models import RegisterUnit

UNIT_FIELDS = tuple(name for name in RegisteredUnit._fields if name not in ("code", "group"))


class RegisterNews(NamedTuple):
    added: int
    changed: int
    vanished: int


def register(units: Iterable[RegisteredUnit], at: datetime, *, complete: bool = True) -> RegisterNews:
    """Take over an import. An empty value never replaces one that is known: the register's list lacks details.

    ``complete``: what is not among ``units`` has vanished. An empty list is refused, since it cannot be complete.
    """
    given = {unit.code: unit for unit in units}
    if complete and not given:
        raise ValueError("A register without units is not complete; nothing was changed.")
    with transaction.atomic():
        known = {row.code: row for row in RegisterUnit.objects.all()}
        new = [RegisterUnit(code=code, **_stored(unit)) for code, unit in given.items() if code not in known]
        changed = [known[code] for code, unit in given.items() if code in known and _follow(known[code], unit)]
        gone = [row for row in known.values() if complete and _is_missing(row, given)]
        for row in gone:
            row.vanished_at = at
        RegisterUnit.objects.bulk_create(new, batch_size=500)
        RegisterUnit.objects.bulk_update([*changed, *gone], [*UNIT_FIELDS, "origin", "vanished_at"], batch_size=200)
    return RegisterNews(len(new), len(changed), len(gone))


def correct_unit(code: str, words: Mapping[str, object]) -> None:
    """An operator's words over the register's, or a unit that it lacks. Raises ValueError for an unknown field."""
    unknown = sorted(set(words) - set(UNIT_FIELDS))
    if unknown:
        raise ValueError(f"Unknown: {', '.join(unknown)}. A school unit has: {', '.join(UNIT_FIELDS)}.")
    with transaction.atomic():
        row, _ = RegisterUnit.objects.get_or_create(code=code, defaults={"origin": "operator"})
        row.corrected = {**row.corrected, **words}
        row.save(update_fields=["corrected"])


def _stored(unit: RegisteredUnit) -> dict[str, object]:
    fields = {name: getattr(unit, name) for name in UNIT_FIELDS}
    return {**fields, "school_types": list(unit.school_types)}


def _follow(row: RegisterUnit, unit: RegisteredUnit) -> bool:
    news = {name: value for name, value in _stored(unit).items() if value}
    news |= {"origin": "register", "vanished_at": None}
    differs = any(getattr(row, name) != value for name, value in news.items())
    for name, value in news.items():
        setattr(row, name, value)
    return differs


def _is_missing(row: RegisterUnit, given: Mapping[str, RegisteredUnit]) -> bool:
    return row.origin == "register" and row.vanished_at is None and row.code not in given
