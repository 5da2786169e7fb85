"""Why something that the vendor has is no longer wanted there: chosen away, taken out by a decision, or gone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from skolsynk.core.ledger import Ledger
from skolsynk.core.roster import Roster
from skolsynk.core.school import Fate, School
from skolsynk.core.ss12000.base import ResourceId


def decided_in(school: School, roster: Roster, ledger: Ledger) -> dict[ResourceId, str]:
    """``Facts.decided``, of what is in the ledger and not in the roster.

    ``"selection"``: the school has it and this connection does not show it. ``"decision"``: a person that the
    directory still has and that is left out on purpose (suspended, excluded, nobody). Others are not named.
    """
    leaving = [key for key in ledger if key not in roster.items]
    if not leaving:
        return {}
    taken_out = frozenset(_taken_out(school))
    made: tuple[Mapping[ResourceId, object], ...] = (
        school.users, school.employments, school.student_groups, school.school_units, school.school_unit_groups,
    )  # fmt: skip
    causes = {key: "decision" for key in leaving if key in taken_out}
    return causes | {key: "selection" for key in leaving if any(key in kind for kind in made)}


def _taken_out(school: School) -> Iterator[ResourceId]:
    for key, outcome in school.outcomes.items():
        if outcome.fate is Fate.DECIDED and key in school.user_ids:
            yield school.user_ids[key]
