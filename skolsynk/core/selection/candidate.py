"""One person of the school who may be selected, and where the vendor would see her."""

from __future__ import annotations

from typing import NamedTuple

from skolsynk.core.school import Fate
from skolsynk.core.selection.scope import Scope
from skolsynk.core.ss12000.base import ResourceId
from skolsynk.core.ss12000.employment import Employment
from skolsynk.core.ss12000.user import Enrolment, User

TEACHING = ("Lärare", "Förskollärare")  # employment roles of teachers, where the rules gave no role


class Position(NamedTuple):
    """What of one person is selected: enrolments and employments at selected units, of selected roles."""

    enrolments: tuple[Enrolment, ...]
    employments: tuple[Employment, ...]

    @property
    def units(self) -> tuple[ResourceId, ...]:
        """Each school unit once."""
        found = dict.fromkeys(each.school_unit for each in self.enrolments)
        found.update(dict.fromkeys(each.employed_at for each in self.employments))
        return tuple(found)

    def only_at(self, unit: ResourceId) -> Position:
        return Position(
            tuple(each for each in self.enrolments if each.school_unit == unit),
            tuple(each for each in self.employments if each.employed_at == unit),
        )


class Candidate(NamedTuple):
    user: User
    fate: Fate
    employments: tuple[Employment, ...]  # all of hers, by unit code
    roles: tuple[str, ...]  # "pupil" if she is enrolled, "teacher" or "staff" if employed
    position: Position

    @property
    def units(self) -> tuple[ResourceId, ...]:
        """All her school units, selected or not, each once."""
        return Position(self.user.enrolments, self.employments).units


def candidate(scope: Scope, user: User) -> Candidate:
    outcome = scope.school.outcomes.get(user.source_key)
    fate, role = (outcome.fate, outcome.role) if outcome else (Fate.PLACED, "")
    employments = scope.employments.get(user.id, ())
    roles: tuple[str, ...] = ("pupil",) if user.enrolments else ()
    if employments:
        if role not in ("teacher", "staff"):
            role = "teacher" if any(each.employment_role in TEACHING for each in employments) else "staff"
        roles = (*roles, role)
    return Candidate(user, fate, employments, roles, _position(scope, user.enrolments, employments, roles))


def _position(
    scope: Scope, enrolments: tuple[Enrolment, ...], employments: tuple[Employment, ...], roles: tuple[str, ...]
) -> Position:
    units = scope.units
    if enrolments and ("pupil" not in scope.roles or len(enrolments) > 1 or enrolments[0].school_unit not in units):
        enrolments = tuple(each for each in enrolments if "pupil" in scope.roles and each.school_unit in units)
    if employments:
        selected = roles[-1] in scope.roles
        employments = tuple(each for each in employments if selected and each.employed_at in units)
    return Position(enrolments, employments)
