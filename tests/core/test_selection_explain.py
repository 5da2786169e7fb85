"""One person and one vendor, step by step."""

from __future__ import annotations

import pytest

from skolsynk.core.connection import Exclusion, Selection
from skolsynk.core.filters import SelectionError, parse_filter
from skolsynk.core.school import Fate, Outcome, School, Step
from skolsynk.core.selection import explain_selection
from skolsynk.core.vendor import ALL_TYPES, Vendor
from tests.core.schools import code, employment, group, pupil, school, staff, unit, user_id

ANY = Vendor("prov", "Prov", "", ("invented",), types=ALL_TYPES)
ORDER = ["protected", "data", "excluded", "role", "school_unit", "filter", "not_filter", "required_field"]


def town(**fates: Outcome) -> School:
    return school(
        [unit(1, "Ekskolan"), unit(2, "Alskolan")],
        [pupil("a", (1, 7), email=""), staff("tove")],
        [employment("tove", 1), employment("tove", 2)],
        [
            group("7A", 1, ["a"], ["tove"]),
            group("7B", 1, ["a"]),
            group("10A", 2, [], ["tove"]),
            group("7A", 2, [], ["tove"]),
        ],
        outcomes=dict(fates),
    )


def last(selection: Selection, key: str = "a", lang: str = "sv", vendor: Vendor = ANY) -> Step:
    return explain_selection(town(), selection, vendor, user_id(key), lang=lang)[-1]


def test_somebody_who_is_sent_passes_every_step() -> None:
    steps = explain_selection(town(), Selection((code(1),)), ANY, user_id("a"))

    assert [step.name for step in steps] == [*ORDER, "group"]
    assert {step.outcome for step in steps} == {"passed"}
    assert {step.name: step.evidence for step in steps if step.evidence} == {
        "role": "pupil",
        "school_unit": code(1),
        "group": "7A, 7B",
    }


def test_what_the_vendors_limits_cut_is_a_step_of_its_own() -> None:
    binogi_like = Vendor("x", "X", "", ("invented",), one_class_per_pupil=True, one_school_unit_per_person=True)
    selection = Selection((code(1), code(2)))

    assert explain_selection(town(), selection, binogi_like, user_id("a"))[-2:] == (
        Step("one_class", "passed", "7A", "7B"),
        Step("group", "passed", "", "7A"),
    )
    assert explain_selection(town(), selection, binogi_like, user_id("tove"))[-2:] == (
        Step("one_school_unit", "passed", code(2), code(1)),
        Step("group", "passed", "", "7A, 10A"),
    )


def test_groups_are_told_by_the_names_they_are_sent_under() -> None:
    unique = Vendor("x", "X", "", ("invented",), unique_class_names=True)
    steps = explain_selection(town(), Selection((code(1), code(2))), unique, user_id("tove"))

    assert steps[-1].evidence == "7A, 7A (Alskolan), 10A"


@pytest.mark.parametrize(
    ("selection", "swedish", "english"),
    [
        (Selection((code(2),)), f"skolenheten {code(1)} väljs", f"the school unit {code(1)} is selected"),
        (Selection((code(1),), ("staff",)), "rollen elev väljs", "the role pupil is selected"),
        (
            Selection((), ()),
            f"rollen elev väljs och skolenheten {code(1)} väljs",
            f"the role pupil is selected and the school unit {code(1)} is selected",
        ),
        (
            Selection((code(1),), exclusions=(Exclusion("a", "praktik"),)),
            "undantaget tas bort eller går ut",
            "the exclusion is removed or runs out",
        ),
        (
            Selection(
                (code(1),),
                filters=(
                    (
                        parse_filter({"kind": "school_year_between", "lowest": 8, "highest": 9}),
                        parse_filter({"kind": "class_named", "pattern": "8*"}),
                    ),
                    (
                        parse_filter({"kind": "school_year_between", "lowest": 7, "highest": 9}),
                        parse_filter({"kind": "class_named", "pattern": "9*"}),
                    ),
                ),
            ),
            "klassen heter ”9*”",
            "the class is named “9*”",
        ),
        (
            Selection((code(1),), filters=((),)),
            "det tomma filterblocket tas bort",
            "the empty filter block is removed",
        ),
        (
            Selection((code(1),), not_filters=(parse_filter({"kind": "role_in", "roles": ["pupil"]}),)),
            "inte: rollen är elev",
            "not: the role is pupil",
        ),
    ],
)
def test_somebody_left_out_is_told_what_would_have_to_hold(selection: Selection, swedish: str, english: str) -> None:
    assert last(selection).evidence == swedish
    assert last(selection, lang="en").evidence == english
    assert last(selection).outcome == "not_reached"


def test_a_required_field_is_named() -> None:
    demanding = Vendor("x", "X", "", ("invented",), required_fields=("email",))

    assert last(Selection((code(1),)), vendor=demanding).evidence == "uppgiften email finns"
    assert last(Selection((code(1),)), vendor=demanding, lang="en").evidence == "the field email is filled in"


def test_a_failed_step_names_the_part_of_the_selection_that_decided() -> None:
    north = parse_filter({"kind": "container_under", "org_unit": "/Elever/Norr"})
    steps = explain_selection(town(), Selection((code(1),), filters=((north,),)), ANY, user_id("tove"))
    by_name = {step.name: step for step in steps}

    assert by_name["filter"] == Step("filter", "failed", "filters[0][0] container_under", "")
    assert by_name["included_if"].rule == "filters[0][0] container_under"
    assert by_name["role"].outcome == "passed"


def test_a_unit_passes_on_its_own_where_only_the_role_is_missing() -> None:
    steps = explain_selection(town(), Selection((code(2),), ("pupil",)), ANY, user_id("tove"))

    assert [step.name for step in steps if step.outcome == "failed"] == ["role"]


def test_of_protected_identity_nothing_more_is_told() -> None:
    hidden = Outcome(Fate.PROTECTED, "", "pupil")
    expected = (
        Step("protected", "failed", "include_protected", ""),
        *(Step(name, "not_reached", "", "") for name in ORDER[1:]),
    )

    assert explain_selection(town(a=hidden), Selection((code(1),)), ANY, user_id("a")) == expected
    assert explain_selection(town(gone=hidden), Selection((code(1),)), ANY, user_id("gone")) == expected


@pytest.mark.parametrize(
    ("key", "evidence"),
    [("broken", "no_school_unit"), ("stranger", "absent")],
)
def test_somebody_without_resources_fails_at_the_data(key: str, evidence: str) -> None:
    made = town(broken=Outcome(Fate.BROKEN, "no_school_unit", ""))
    first, *others = explain_selection(made, Selection((code(1),)), ANY, user_id(key))

    assert first == Step("data", "failed", "", evidence)
    assert {step.outcome for step in others} == {"not_reached"}


def test_broken_data_of_somebody_in_the_school_is_told_with_its_code() -> None:
    made = town(a=Outcome(Fate.BROKEN, "name_missing", "pupil"))
    steps = {step.name: step for step in explain_selection(made, Selection((code(1),)), ANY, user_id("a"))}

    assert steps["data"] == Step("data", "failed", "", "name_missing")
    assert steps["included_if"].evidence == "reglerna placerar personen"


def test_an_unknown_school_unit_is_refused_as_in_selecting() -> None:
    with pytest.raises(SelectionError):
        explain_selection(town(), Selection((code(9),)), ANY, user_id("a"))
