"""What one rule says of one person, container or group, and why."""

from __future__ import annotations

from typing import Generic, NamedTuple, TypeVar

T = TypeVar("T")


class Answer(NamedTuple, Generic[T]):
    value: T
    rule: str  # label with its place: "role[2] org_unit /Personal"
    evidence: str  # the value the rule saw: a path, a group's address, a field's value
