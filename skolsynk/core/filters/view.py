"""What a filter sees of one person."""

from __future__ import annotations

from typing import NamedTuple


class GroupView(NamedTuple):
    """A class or teaching group that the person is in, or teaches."""

    name: str
    folded: str  # the name as filters compare it, without case
    type: str  # "Klass", "Undervisning" …
    unit: str  # school unit code


class UserView(NamedTuple):
    """One person as the whole school knows her, whatever is selected."""

    key: str  # the directory's own immutable id
    user_name: str  # primary address, lower case
    roles: tuple[str, ...]  # of "pupil", "teacher" and "staff"
    units: tuple[str, ...]  # school unit codes, sorted
    school_years: tuple[int, ...]
    school_types: tuple[str, ...]  # SS12000:2018 codes
    employment_roles: tuple[str, ...]
    groups: tuple[GroupView, ...]
    container: str  # path, e.g. "/Elever/Ekskolan/7A"; "" when unknown
