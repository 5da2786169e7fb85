"""A small school as bodies and changes, and a push that remembers everything it was told."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from skolsynk.core.ledger import Answer, Receipt, Verb
from skolsynk.core.plan.values import Change
from skolsynk.core.ss12000.base import ResourceId, canonical, fingerprint, new_id, ref
from skolsynk.core.ss12000.codes import CORE_USER, SCHOOL
from skolsynk.egil.pace import Pace, UnlimitedPace
from skolsynk.egil.push import Clockwork, push
from skolsynk.egil.target import Patience, Target
from skolsynk.egil.transport import Transport
from skolsynk.egil.values import PushProgress, PushSummary

KEY = bytes(range(32))
SPACE = uuid.UUID("0b9f6a5e-3c1d-4f57-9a0e-52d1c7e84b30")
AT = datetime(2026, 9, 1, 8, 0, tzinfo=UTC)
QUICK = Patience(base_s=0.004, longest_s=0.02)

Body = dict[str, object]


def rid(name: str) -> ResourceId:
    return new_id(SPACE, name)


def unit(name: str = "unit") -> Body:
    return {
        "schemas": [SCHOOL + "SchoolUnit"],
        "externalId": rid(name),
        "displayName": "Ekskolan",
        "schoolUnitCode": "12345678",
    }


def user(name: str, *, enrolled_at: str | None = "unit", display: str = "Alva Berg") -> Body:
    body: Body = {
        "schemas": [CORE_USER, SCHOOL + "User"],
        "externalId": rid(name),
        "userName": f"{name}@elev.ekby.example",
        "displayName": display,
        "name": {"givenName": display.split()[0], "familyName": display.split()[-1]},
    }
    if enrolled_at:
        reference = ref("SchoolUnits", rid(enrolled_at))
        body[SCHOOL + "User"] = {"enrolments": [{**reference, "schoolYear": 6}]}
    return body


def employment(name: str, person: str) -> Body:
    return {
        "schemas": [SCHOOL + "Employment"],
        "externalId": rid(name),
        "employedAt": ref("SchoolUnits", rid("unit")),
        "user": ref("Users", rid(person)),
        "employmentRole": "Lärare",
    }


def group(name: str, *members: str) -> Body:
    return {
        "schemas": [SCHOOL + "StudentGroup"],
        "externalId": rid(name),
        "displayName": name,
        "studentGroupType": "Klass",
        "owner": ref("SchoolUnits", rid("unit")),
        "studentMemberships": [ref("Users", rid(member)) for member in members],
    }


def activity(name: str, of: str, *teachers: str) -> Body:
    return {
        "schemas": [SCHOOL + "Activity"],
        "externalId": rid(name),
        "displayName": name,
        "owner": ref("SchoolUnits", rid("unit")),
        "groups": [ref("StudentGroups", rid(of))],
        "teachers": [ref("Employments", rid(teacher)) for teacher in teachers],
    }


def type_of(body: Body) -> str:
    schemas = body["schemas"]
    assert isinstance(schemas, list)
    return str(schemas[-1]).rpartition(":")[2]


def change(verb: Verb, body: Body, before: Body | None = None) -> Change:
    payload = None if verb is Verb.DELETE else canonical(body)
    return Change(
        verb,
        type_of(body),
        ResourceId(str(body["externalId"])),
        "12345678",
        payload,
        None if payload is None else fingerprint(payload, KEY),
        canonical(before) if before else None,
        (),
        1 if verb is Verb.DELETE else 0,
        "data",
    )


def create(body: Body) -> Change:
    return change(Verb.CREATE, body)


def update(body: Body, before: Body | None = None) -> Change:
    return change(Verb.UPDATE, body, before)


def delete(body: Body) -> Change:
    return change(Verb.DELETE, body, body)


def school(pupils: int = 6) -> list[Body]:
    """A unit, pupils, one teacher with an employment, one class and its activity: pupils + 5 resources."""
    names = [f"pupil{number}" for number in range(pupils)]
    return [
        unit(),
        *(user(name) for name in names),
        user("teacher", enrolled_at=None),
        employment("employment", "teacher"),
        group("6A", *names),
        activity("6A activity", "6A", "employment"),
    ]


@dataclass
class Told:
    """What one push said."""

    receipts: list[Receipt] = field(default_factory=list)
    groups: list[int] = field(default_factory=list)
    progress: list[PushProgress] = field(default_factory=list)
    summary: PushSummary | None = None

    @property
    def end(self) -> PushSummary:
        assert self.summary is not None
        return self.summary

    def settle(self, receipts: Sequence[Receipt]) -> None:
        self.receipts.extend(receipts)
        self.groups.append(len(receipts))

    def of(self, body: Body) -> Receipt:
        (found,) = [receipt for receipt in self.receipts if receipt.id == body["externalId"]]
        return found

    def answers(self) -> list[Answer]:
        return [receipt.answer for receipt in self.receipts]


def target(url: str, key: str = "right", **settings: object) -> Target:
    wanted: dict[str, object] = {"headers": {"X-API-Key": key}, "timeout_s": 5.0, "connect_timeout_s": 2.0, **settings}
    return Target(url, **wanted)  # type: ignore[arg-type]  # fields are checked by the tests that give them


def send(
    changes: Sequence[Change],
    to: Target,
    *,
    pace: Pace | None = None,
    patience: Patience = QUICK,
    transport: Transport | None = None,
    clockwork: Clockwork | None = None,
    should_stop: Callable[[Told], bool] = lambda told: False,
    settle: Callable[[Sequence[Receipt]], None] | None = None,
) -> Told:
    told = Told()

    def settling(receipts: Sequence[Receipt]) -> None:
        told.settle(receipts)
        if settle:
            settle(receipts)

    told.summary = push(
        changes,
        to,
        pace or UnlimitedPace(),
        settling,
        lambda: should_stop(told),
        told.progress.append,
        lambda: AT,
        KEY,
        patience=patience,
        transport=transport,
        clockwork=clockwork,
    )
    return told
