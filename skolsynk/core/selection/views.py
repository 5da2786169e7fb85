"""What filters see of people, made only when a selection has filters."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

from skolsynk.core.filters import GroupView, UserView
from skolsynk.core.rules.text import fold_case
from skolsynk.core.selection.candidate import Candidate
from skolsynk.core.selection.names import natural
from skolsynk.core.selection.scope import Scope
from skolsynk.core.ss12000.base import ResourceId


class Views:
    """People as the whole school knows them, whatever is selected."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope

    def of(self, person: Candidate) -> UserView:
        user, codes = person.user, self._scope.codes
        return UserView(
            user.source_key,
            user.user_name,
            person.roles,
            tuple(sorted(codes[unit] for unit in person.units)),
            tuple(each.school_year for each in user.enrolments if each.school_year is not None),
            self._school_types(person),
            tuple(dict.fromkeys(each.employment_role for each in person.employments)),
            tuple(self._groups.get(user.id, ())),
            self._scope.school.containers.get(user.id, ""),
        )

    def _school_types(self, person: Candidate) -> tuple[str, ...]:
        units = self._scope.school.school_units
        found: dict[str, None] = {}
        for enrolment in person.user.enrolments:
            own = (enrolment.school_type,) if enrolment.school_type else units[enrolment.school_unit].school_types
            found.update(dict.fromkeys(own))
        for employment in person.employments:
            found.update(dict.fromkeys(units[employment.employed_at].school_types))
        return tuple(found)

    @cached_property
    def _groups(self) -> Mapping[ResourceId, list[GroupView]]:
        found: dict[ResourceId, list[GroupView]] = {}
        groups = self._scope.school.student_groups.values()
        for group in sorted(groups, key=lambda group: (natural(group.display_name), group.id)):
            name, code = group.display_name, self._scope.codes[group.owner]
            view = GroupView(name, fold_case(name), group.student_group_type, code)
            for person in (*group.members, *group.teachers):
                found.setdefault(person, []).append(view)
        return found
