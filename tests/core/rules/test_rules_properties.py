"""What holds for any directory and any mix of rules."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from skolsynk.core.findings import CATALOGUE, explain
from skolsynk.core.identity import Identity
from skolsynk.core.rules import build, explain_person, parse_rules, rules_to_json
from skolsynk.core.school import Fate
from skolsynk.core.snapshot import Group, Member, MemberKind, Person, Snapshot
from skolsynk.core.ss12000 import BY_NAME, validate
from skolsynk.core.ss12000.user import UserFields
from tests.core.rules.directory import BJORK, EK, NAMESPACE, TODAY, UNITS, group, remember, snapshot
from tests.core.rules.test_rules_parsing import EVERY_KIND

FIELDS = ["organizations.department", "organizations.title", "organizations.costCenter", "customSchemas.Skola.arskurs"]
VALUES = [EK, BJORK, "Ekskolan", "Nyskolan", "Elev", "Lärare", "7A", "8B", "3", ""]
PLACES = ["/", "/Elever", "/Elever/Ekskolan", "/Elever/Ekskolan/7A", "/elever/Björkskolan/8B", "/Personal/Ekskolan"]
KEYS = [f"p{number}" for number in range(8)]
GROUPS = ["klass-7a", "klass-8b-bjorkskolan", "larare", "ekskolan-alla", "ma-1", "skyddade"]

fields = st.dictionaries(st.sampled_from(FIELDS), st.lists(st.sampled_from(VALUES), max_size=2).map(tuple), max_size=3)
people = st.lists(
    st.builds(
        Person,
        key=st.sampled_from(KEYS),
        user_name=st.sampled_from(["a@skola.example", "å\u200b@skola.example", "fel", ""]),
        given_name=st.sampled_from(["Åsa", "A\u030asa\u200b", "", " "]),
        family_name=st.sampled_from(["Ek", ""]),
        container=st.sampled_from(PLACES),
        suspended=st.booleans(),
        archived=st.just(False),
        fields=fields,
    ),
    unique_by=lambda each: each.key,
    max_size=8,
)
members = st.lists(
    st.one_of(
        st.builds(
            Member, st.sampled_from([*KEYS, "okänd"]), st.just(MemberKind.PERSON), st.sampled_from(["OWNER", "MEMBER"])
        ),
        st.builds(Member, st.sampled_from(GROUPS), st.just(MemberKind.GROUP), st.just("MEMBER")),
        st.just(Member("x", MemberKind.EXTERNAL, "MEMBER")),
    ),
    max_size=6,
    unique=True,
)
groups = st.lists(
    st.builds(lambda key, who: group(key, *who), st.sampled_from(GROUPS), members),
    unique_by=lambda each: each.key,
    max_size=6,
)
LIVELY: dict[str, list[dict[str, Any]]] = {
    "placement": [
        {"kind": "org_unit_pattern", "pattern": "^/(?:Elever|Personal)/(?P<unit>[^/]+)"},
        {"kind": "field", "field": "organizations.department", "holds": "name"},
        {"kind": "group", "match": "email", "pattern": "^(?P<unit>[^-]+)-alla@"},
    ],
    "role": [
        {"kind": "org_unit", "org_unit": "/Elever", "role": "pupil"},
        {"kind": "org_unit", "org_unit": "/Personal", "role": "staff"},
        {"kind": "group", "group": "larare@skola.example", "role": "teacher"},
        {
            "kind": "field",
            "field": "organizations.title",
            "values": {"Elev": {"role": "pupil"}, "Lärare": {"role": "teacher"}, "3": {"role": "nobody"}},
        },
    ],
    "classes": [
        {"kind": "org_unit_leaf", "under": "/Elever", "pattern": "^(?P<name>[0-9].*)$"},
        {"kind": "field", "field": "organizations.costCenter", "pattern": "(?P<name>[0-9][A-Z])"},
        {"kind": "group", "match": "email", "pattern": "^klass-(?P<name>[^-@]+)(?:-(?P<unit>[^@]+))?@"},
    ],
    "groups": [{"kind": "group", "match": "email", "pattern": "^ma-"}],
    "school_year": [{"kind": "class_name"}, {"kind": "field", "field": "customSchemas.Skola.arskurs"}],
    "never": [{"kind": "suspended", "keep": True}, {"kind": "person", "person": "p1", "reason": "x"}],
    "protected": [{"kind": "group", "group": "skyddade@skola.example"}],
}
rules = st.fixed_dictionaries(
    {section: st.lists(st.sampled_from(LIVELY[section]), unique_by=repr) for section in LIVELY}
)


@st.composite
def directories(draw: st.DrawFn) -> tuple[Snapshot, dict[str, Any]]:
    return snapshot(draw(people), draw(groups)), draw(rules)


@settings(max_examples=200)
@given(directories())
def test_explaining_and_building_agree_on_every_person(case: tuple[Snapshot, dict[str, Any]]) -> None:
    directory, given_rules = case
    parsed = parse_rules(given_rules)
    school = build(directory, parsed, UNITS, Identity(NAMESPACE), "X", TODAY).school
    for person in directory.people:
        steps = {step.name: step for step in explain_person(directory, parsed, UNITS, person.key, TODAY)}
        outcome = school.outcomes[person.key]
        failed = [name for name, step in steps.items() if step.outcome == "failed"]
        cut = [name for name in failed if name not in ("school_year", "class")]
        assert (outcome.fate is Fate.PLACED) == (not cut)
        assert (outcome.fate is Fate.PROTECTED) == ("protection" in failed)
        if outcome.fate is Fate.BROKEN:
            assert set(cut) <= {"role", "placement", "data"}
        if outcome.fate is Fate.DECIDED:
            assert cut in (["exclusion"], ["role"])
        if outcome.fate is Fate.PLACED and outcome.role == "pupil":
            user = school.user_ids[person.key]
            in_class = any(each.is_class and user in each.members for each in school.student_groups.values())
            assert in_class == (steps["class"].outcome == "passed")
            year = school.users[user].enrolments[0].school_year
            assert (year is not None) == (steps["school_year"].outcome == "passed")


@settings(max_examples=150)
@given(directories(), st.randoms(use_true_random=False))
def test_the_order_of_people_and_groups_and_members_does_not_matter(
    case: tuple[Snapshot, dict[str, Any]], random: Any
) -> None:
    directory, given_rules = case
    parsed = parse_rules(given_rules)

    def shuffled(each: Group) -> Group:
        return each._replace(members=tuple(random.sample(each.members, len(each.members))))

    other = snapshot(
        random.sample(directory.people, len(directory.people)),
        random.sample([shuffled(each) for each in directory.groups], len(directory.groups)),
    )
    identity = Identity(NAMESPACE)
    assert build(other, parsed, UNITS, identity, "X", TODAY) == build(directory, parsed, UNITS, identity, "X", TODAY)


@settings(max_examples=150)
@given(directories())
def test_the_school_is_closed_valid_and_the_same_the_next_time(case: tuple[Snapshot, dict[str, Any]]) -> None:
    directory, given_rules = case
    parsed = parse_rules(given_rules)
    identity = Identity(NAMESPACE)
    school, news = build(directory, parsed, UNITS, identity, "X", TODAY)
    again = build(directory, parsed, UNITS, remember(identity, news), "X", TODAY)
    assert again.school == school
    assert not any(
        (again.news.people, again.news.groups, again.news.units, again.news.classes, again.news.organisation)
    )
    ids = [*school.users, *school.employments, *school.student_groups, *school.school_units, *school.school_unit_groups]
    assert len(ids) == len(set(ids))
    for unit in school.school_units.values():
        body = unit.body(organisation=True, school_unit_group=True)
        assert validate(BY_NAME["SchoolUnit"], body) == ()
    for user in school.users.values():
        assert {each.school_unit for each in user.enrolments} <= school.school_units.keys()
        assert validate(BY_NAME["User"], user.body(UserFields(school_type=True), user.enrolments)) == ()
    for employment in school.employments.values():
        assert employment.user in school.users
        assert employment.employed_at in school.school_units
        assert validate(BY_NAME["Employment"], employment.body(signature=True)) == ()
    employed = {(each.user, each.employed_at) for each in school.employments.values()}
    for each in school.student_groups.values():
        assert each.owner in school.school_units
        assert {*each.members, *each.teachers} <= school.users.keys()
        assert all(school.users[member].enrolments for member in each.members)
        assert validate(BY_NAME["StudentGroup"], each.body(each.members, each.display_name)) == ()
        if each.is_class:
            assert all((teacher, each.owner) in employed for teacher in each.teachers)


@settings(max_examples=100)
@given(directories())
def test_protected_people_are_told_of_without_words_and_findings_have_words(
    case: tuple[Snapshot, dict[str, Any]],
) -> None:
    directory, given_rules = case
    school = build(directory, parse_rules(given_rules), UNITS, Identity(NAMESPACE), "X", TODAY).school
    assert school.outcomes.keys() == {person.key for person in directory.people}
    shown = {user.source_key for user in school.users.values()}
    for key, outcome in school.outcomes.items():
        told = [each for each in school.findings if each.object_kind == "person" and each.object_key == key]
        if outcome.fate is not Fate.PROTECTED:
            assert (key in shown) == (outcome.fate is Fate.PLACED)
        if outcome.fate is Fate.PROTECTED:
            assert [(each.code, each.args) for each in told] == [("protected_identity", ())]
            assert school.user_ids.get(key) not in school.containers
        if outcome.fate is Fate.BROKEN:
            assert outcome.reason in {each.code for each in told if each.severity == "error"}
    for finding in school.findings:
        assert finding.code in CATALOGUE
        assert "–" not in explain(finding, "sv").cause


any_rules = st.fixed_dictionaries(
    {section: st.lists(st.sampled_from(kinds), max_size=4) for section, kinds in EVERY_KIND.items()}
)


@given(any_rules)
def test_any_rules_survive_json(given_rules: dict[str, Any]) -> None:
    parsed = parse_rules(given_rules)
    assert parse_rules(rules_to_json(parsed)) == parsed
