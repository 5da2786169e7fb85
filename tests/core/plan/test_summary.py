"""A plan in figures."""

from __future__ import annotations

import orjson

from skolsynk.core.ledger import Verb
from skolsynk.core.plan import (
    ApprovedChange,
    Change,
    Hold,
    choose,
    probable_cause,
    summary,
)
from tests.core.plan.desk import Desk, held_plan, mark, school
from tests.core.plan.worlds import (
    code,
    group,
    rid,
)


def test_the_summary_is_json_with_counts_by_type_and_unit() -> None:
    plan = held_plan()[2]
    figures = orjson.loads(orjson.dumps(summary(plan)))
    assert figures["total"]["held"] == 74
    assert figures["total"]["unchanged"] == 90
    assert figures["by_type"]["StudentGroup"]["updated"] == 1
    assert figures["by_unit"][code(1)]["held"] == 61
    assert figures["reasons"] == {"added": 60, "depends": 2, "removed": 12}
    assert (figures["trips"][0]["changes"], figures["trips"][0]["of"]) == (12, 100)


def leaving(numbers: range) -> list[Hold]:
    return [
        Hold(Change(Verb.DELETE, "User", rid("pupil", n), code(0), None, None, None, (), 1, "gone"), "removed", "now")
        for n in numbers
    ]


def test_the_probable_cause_is_what_most_share_and_fewest_others_have() -> None:
    people = {
        rid("pupil", n): {"container": "/Elever/9A" if n < 48 else "/Elever/8A", "role": "pupil"} for n in range(96)
    }
    assert probable_cause(leaving(range(48)), people) == "48 of 48 container=/Elever/9A"
    assert probable_cause(leaving(range(40, 56)), people) == "16 of 16 role=pupil"


def test_there_is_no_probable_cause_when_nothing_is_shared() -> None:
    people = {rid("pupil", n): {"container": f"/{n}"} for n in range(9)}
    assert probable_cause(leaving(range(9)), people) == ""
    assert probable_cause(leaving(range(9)), {}) == ""


def test_an_approved_change_is_named_by_verb_type_id_and_content() -> None:
    had = school(25)
    plan = Desk(had).plan(had | group(1, []))
    key = rid("group", 1)
    assert choose(plan, "all") == {
        ApprovedChange(Verb.UPDATE, "StudentGroup", key, mark(group(1, []), key)),
    }
