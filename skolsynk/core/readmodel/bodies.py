"""People as selections see them, one for all who look the same, and who of them a selection takes.

The stand-ins become a small school, and the very checks that make a roster are asked of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any, NamedTuple

from skolsynk.core.connection import Selection
from skolsynk.core.filters import kinds
from skolsynk.core.filters.kinds import Filter
from skolsynk.core.filters.view import GroupView, UserView
from skolsynk.core.rules.text import fold_case
from skolsynk.core.school import Fate, Outcome, School
from skolsynk.core.selection.candidate import Candidate, Position, candidate
from skolsynk.core.selection.people import choose
from skolsynk.core.selection.scope import scope_of
from skolsynk.core.selection.views import Views
from skolsynk.core.ss12000.base import ResourceId
from skolsynk.core.ss12000.employment import Employment
from skolsynk.core.ss12000.organisation import Organisation
from skolsynk.core.ss12000.school_unit import SchoolUnit
from skolsynk.core.ss12000.student_group import StudentGroup
from skolsynk.core.ss12000.user import Enrolment, User
from skolsynk.core.vendor import Vendor

ADDRESS = "~{}@{}"
CONTAINER, DOMAIN, GROUPS, KEY = "container", "domain", "groups", "key"
READS: Mapping[type[Any], str] = {
    kinds.SchoolUnitIn: "",
    kinds.RoleIn: "",
    kinds.SchoolYearBetween: "",
    kinds.SchoolTypeIn: "",
    kinds.EmploymentRoleIn: "",
    kinds.ClassNamed: GROUPS,
    kinds.InGroup: GROUPS,
    kinds.ContainerUnder: CONTAINER,
    kinds.AddressDomain: DOMAIN,
    kinds.PersonIn: KEY,
}
"""What each kind of filter looks at, beside school units, roles, years, school types and employment roles."""


class GroupRef(NamedTuple):
    """A class or teaching group that a body is in, or teaches."""

    name: str
    type: str
    unit: str  # school unit code


class Body(NamedTuple):
    """Somebody who is a user."""

    fate: str
    role: str
    enrolments: tuple[tuple[str, int | None, str], ...]
    employments: tuple[tuple[str, str], ...]
    email: bool
    container: str = ""
    domain: str = ""
    groups: tuple[GroupRef, ...] = ()
    key: str = ""  # with ``user_name``: of people who are named
    user_name: str = ""

    @property
    def is_user(self) -> bool:
        """Nobody else is ever seen by a selection."""
        return bool(self.enrolments or self.employments)


class UnitRef(NamedTuple):
    """A school unit as selections see it."""

    code: str
    school_types: tuple[str, ...]


def filters_of(selections: Iterable[Selection]) -> tuple[Filter, ...]:
    """Every filter of some selections."""
    return tuple(
        each
        for selection in selections
        for each in (*(one for block in selection.filters for one in block), *selection.not_filters)
    )


def reads(filters: Iterable[Filter]) -> frozenset[str]:
    """What these filters look at."""
    return frozenset(READS[type(each)] for each in filters) - {""}


def group_asked(filters: Iterable[Filter]) -> Callable[[GroupRef], bool]:
    """Whether any filter means a group: those that none means make nobody different."""
    asking = [each for each in filters if READS[type(each)] == GROUPS]

    def asked(group: GroupRef) -> bool:
        view = UserView("", "", (), (), (), (), (), (_view(group),), "")
        return any(each.keeps(view) for each in asking)

    return asked


class Alike:
    """Containers, or domains, that no filter tells apart: one of them stands for all."""

    def __init__(self, filters: Iterable[Filter], kind: str) -> None:
        self._asking = [each for each in filters if READS[type(each)] == kind]
        self._kind = kind
        self._first: dict[tuple[bool, ...], str] = {}

    def of(self, text: str) -> str:
        """The first such text that was asked of. "" stands for itself: it means that none is known."""
        if not text:
            return ""
        container, address = (text, "") if self._kind == CONTAINER else ("", ADDRESS.format("", text))
        view = UserView("", address, (), (), (), (), (), (), container)
        return self._first.setdefault(tuple(each.keeps(view) for each in self._asking), text)


def _view(group: GroupRef) -> GroupView:
    return GroupView(group.name, fold_case(group.name), group.type, group.unit)


class Gathering(NamedTuple):
    """Bodies as a school, ready to be selected from."""

    school: School
    ids: tuple[ResourceId, ...]


def school_of(bodies: Sequence[Body], units: Iterable[UnitRef], today: date) -> Gathering:
    """School units have their codes as ids, bodies their numbers."""
    ids = tuple(ResourceId(f"{number:07d}") for number in range(len(bodies)))
    users, employments, groups = {}, {}, {}
    members: dict[GroupRef, list[ResourceId]] = {}
    outcomes, containers = {}, {}
    for user_id, body in zip(ids, bodies, strict=True):
        if not body.is_user:
            continue
        user = _user(user_id, body)
        users[user_id] = user
        outcomes[user.source_key] = Outcome(Fate(body.fate), "", body.role)
        containers[user_id] = body.container
        for code, role in body.employments:
            employment = Employment(ResourceId(f"{user_id} {code}"), user_id, ResourceId(code), role)
            employments[employment.id] = employment
        for group in body.groups:
            members.setdefault(group, []).append(user_id)
    for number, (group, people) in enumerate(members.items()):
        group_id = ResourceId(f"g{number}")
        owner = ResourceId(group.unit)
        groups[group_id] = StudentGroup(group_id, group.name, owner, group.type, tuple(people))
    organisation = Organisation(ResourceId(""), "")
    school = School(
        at=datetime(today.year, today.month, today.day, tzinfo=UTC),
        organisation=organisation,
        school_unit_groups={},
        school_units={ResourceId(unit.code): _unit(unit, organisation) for unit in units},
        users=users,
        employments=employments,
        student_groups=groups,
        outcomes=outcomes,
        user_ids={user.source_key: user.id for user in users.values()},
        containers=containers,
        findings=(),
    )
    return Gathering(school, ids)


def _user(user_id: ResourceId, body: Body) -> User:
    key = body.key or f"~{user_id}"
    address = body.user_name or ADDRESS.format(user_id, body.domain)
    enrolments = tuple(Enrolment(ResourceId(code), year, kind) for code, year, kind in body.enrolments)
    return User(user_id, address, "", "", address if body.email else "", key, enrolments)


def _unit(unit: UnitRef, organisation: Organisation) -> SchoolUnit:
    return SchoolUnit(ResourceId(unit.code), "", unit.code, unit.school_types, "", organisation.id, None)


def chosen(gathered: Gathering, selection: Selection, vendor: Vendor, today: date) -> dict[int, tuple[str, str]]:
    """Who of the bodies is selected: {number: (role, school unit code that she is counted under)}.

    Raises SelectionError as ``select`` does.
    """
    scope, users = scope_of(gathered.school, selection, vendor, today), gathered.school.users
    positions = choose(scope).positions
    return {
        int(user): (_role(candidate(scope, users[user]), position), _home(position))
        for user, position in positions.items()
    }


def _home(position: Position) -> str:
    """The school unit code that a roster counts her under, before a vendor's own limit of one unit."""
    return position.enrolments[0].school_unit if position.enrolments else position.employments[0].employed_at


def _role(person: Candidate, position: Position) -> str:
    return "pupil" if position.enrolments else person.roles[-1]


def left_out_alone(
    gathered: Gathering, selection: Selection, vendor: Vendor, today: date
) -> dict[str, tuple[int, ...]]:
    """{"filters[0][1]" or "not_filters[0]": numbers of the bodies that this filter alone would leave out}."""
    scope = scope_of(gathered.school, selection, vendor, today)
    numbers = chosen(gathered, replace(selection, filters=(), not_filters=()), vendor, today)
    views = Views(scope)
    seen = {each: views.of(candidate(scope, gathered.school.users[gathered.ids[each]])) for each in numbers}
    inside = [
        (f"filters[{index}][{at}]", each, False)
        for index, block in enumerate(selection.filters)
        for at, each in enumerate(block)
    ]
    outside = [(f"not_filters[{at}]", each, True) for at, each in enumerate(selection.not_filters)]
    return {
        path: tuple(at for at, view in seen.items() if each.applies(view) and each.keeps(view) is goes)
        for path, each, goes in (*inside, *outside)
    }
