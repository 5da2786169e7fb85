"""A plan kept and opened again says what it said, and nothing of people who must not be shown."""

from __future__ import annotations

from datetime import UTC, datetime

import orjson
import pytest

from skolsynk.core.ledger import Verb
from skolsynk.core.plan import Change, GuardTrip, Hold, Plan, Refused
from skolsynk.core.plan.stored import (
    PART,
    Bodies,
    StoredPlanError,
    decode_head,
    decode_part,
    encode_head,
    encode_parts,
    hold_of,
)
from skolsynk.core.ss12000.base import ResourceId

AT = datetime(2026, 11, 16, 6, tzinfo=UTC)


def change(number: int, verb: Verb = Verb.UPDATE, cause: str = "data", kind: str = "User") -> Change:
    after = orjson.dumps({"displayName": f"Person {number}"}) if verb is not Verb.DELETE else None
    before = orjson.dumps({"displayName": f"Förr {number}"}) if verb is Verb.UPDATE else None
    mac = bytes([number % 256]) * 16 if after else None
    return Change(
        verb, kind, ResourceId(f"id-{number}"), "12345678", after, mac, before, ("displayName",), 0, cause, number == 1
    )


def plan(*flowing: Change, held: tuple[Hold, ...] = ()) -> Plan:
    trip = GuardTrip("removed", "12345678", "User", "now", 48, 402, 0.05, 10)
    refused = {ResourceId("r"): Refused("User", Verb.UPDATE, None)}
    return Plan(AT, flowing, held, (trip,), {ResourceId("f"): "missing_email"}, refused, 7, 0)


def opened(kept: Plan, *, named: bool = True) -> list[Bodies]:
    return [row for part in encode_parts(kept, named=named) for row in decode_part(part)]


def test_lines_tell_all_but_the_bodies_in_the_plans_own_order() -> None:
    kept = plan(
        change(1), change(2, Verb.CREATE, "new"), held=(Hold(change(3, Verb.DELETE, "gone"), "removed", "24h"),)
    )
    head = decode_head(encode_head(kept))
    assert [(line.number, line.verb, line.cause, line.reason, line.window) for line in head.lines] == [
        (0, "update", "data", "", ""), (1, "create", "new", "", ""), (2, "delete", "gone", "removed", "24h"),
    ]  # fmt: skip
    assert [line.label for line in head.lines] == ["Person 1", "Person 2", ""]
    assert [line.approved for line in head.lines] == [True, False, False]
    assert head.trips == kept.trips
    assert head.frozen == {"f": "missing_email"}
    assert head.refused == ("r",)


def test_held_changes_come_back_as_they_were() -> None:
    holds = (Hold(change(3), "changed", "now"), Hold(change(4, Verb.DELETE, "gone"), "removed", "7d"))
    kept = plan(change(1), held=holds)
    lines, bodies = decode_head(encode_head(kept)).lines, opened(kept)
    assert tuple(hold_of(line, bodies[line.number]) for line in lines if line.reason) == holds


@pytest.mark.parametrize("number", [0, 1, PART - 1, PART, PART + 1, 2 * PART])
def test_bodies_lie_in_parts_in_the_order_of_the_lines(number: int) -> None:
    kept = plan(*(change(each) for each in range(number)))
    parts = [decode_part(part) for part in encode_parts(kept)]
    assert [len(part) for part in parts[:-1]] == [PART] * (len(parts) - 1)
    assert opened(kept) == [Bodies(each.before, each.payload) for each in kept.flowing]


def test_of_somebody_protected_neither_name_nor_body_is_kept() -> None:
    kept = plan(change(1, cause="protected"), change(2))
    assert [line.label for line in decode_head(encode_head(kept)).lines] == ["", "Person 2"]
    assert opened(kept)[0] == Bodies(None, None)
    assert b"Person 1" not in encode_head(kept) + b"".join(encode_parts(kept))


def test_where_one_cannot_tell_who_may_be_shown_nobody_is() -> None:
    kept = plan(change(1), change(2, kind="StudentGroup"))
    assert [line.label for line in decode_head(encode_head(kept, named=False)).lines] == ["", "Person 2"]
    assert opened(kept, named=False)[0] == Bodies(None, None)
    assert opened(kept, named=False)[1].after is not None


def group(members: str, before: str, number: int, removals: int = 0) -> Change:
    def body(ids: str) -> bytes:
        entries = [{"value": each, "$ref": f"x/Users/{each}"} for each in ids]
        return orjson.dumps({"displayName": "7A", "studentMemberships": entries})

    return change(number, kind="StudentGroup")._replace(
        payload=body(members), before=body(before), attributes=("studentMemberships",), removals=removals
    )


def test_lines_tell_which_changes_take_somebody_away() -> None:
    kept = plan(
        change(1), change(2, Verb.CREATE, "new", "StudentGroup"), group("ab", "a", 3), group("a", "ab", 4),
        group("b", "ab", 5, removals=1), change(6, Verb.DELETE, "gone"),
    )  # fmt: skip
    lines = decode_head(encode_head(kept)).lines
    assert [line.removes for line in lines] == [False, False, False, True, True, True]
    assert lines[3].removals == 0, "whoever leaves the vendor counts once, as a person"


def test_kinds_are_counted_and_sought_without_making_lines() -> None:
    kept = plan(*(change(each) for each in range(2, 7)), change(7, Verb.CREATE, "new"), change(8, cause="protected"))
    head = decode_head(encode_head(kept))
    assert len(head) == 7
    assert sorted(head.counted.values()) == [1, 1, 5]
    assert head.where(lambda kind: kind.cause == "new") == [5]
    assert head.where(lambda kind: True, "PERSON") == [0, 1, 2, 3, 4, 5]
    assert head.where(lambda kind: kind.verb == "update", "id-8") == [6]
    assert head.where(lambda kind: kind.verb == "create", "id-8") == []
    assert [head.line(number) for number in range(7)] == list(head.lines)


def test_a_plan_without_changes_has_no_lines_and_a_name_stays_on_its_own_line() -> None:
    assert decode_head(encode_head(plan())).lines == ()
    broken = change(2)._replace(payload=orjson.dumps({"displayName": "Alva\nEk"}))
    assert [line.label for line in decode_head(encode_head(plan(broken, change(3)))).lines] == ["Alva Ek", "Person 3"]


@pytest.mark.parametrize(
    "garbage", [b"", b"{", b"[]", b'["plan-0",[],[],"","","",[],{},[]]', b'{"a":1}', b'["plan-2"]']
)
def test_what_is_not_ours_is_refused(garbage: bytes) -> None:
    with pytest.raises(StoredPlanError):
        decode_head(garbage)
    with pytest.raises(StoredPlanError):
        decode_part(garbage)
