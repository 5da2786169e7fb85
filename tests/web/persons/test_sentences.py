"""Every link of the chain has words, in both languages, whatever it saw."""

from __future__ import annotations

import pytest
from django.utils import translation

from skolsynk.core.rules.ruleset import KINDS
from skolsynk.core.school import Step
from skolsynk.core.selection.checks import CHECKS
from skolsynk.web.persons import sentences
from skolsynk.web.persons.sentences import Link

NAMES = {"12345678": "Ekskolan"}
LINKS = ("exclusion", "protection", "role", "placement", "data", "school_year", "class")


def link(name: str, outcome: str = "passed", rule: str = "", evidence: str = "", *, vendor: bool = False) -> Link:
    step = Step(name, outcome, rule, evidence)
    made = sentences.of_vendor([step], NAMES, "/v/") if vendor else sentences.of_rules([step], NAMES, "/regler/")
    return made[0]


@pytest.mark.parametrize("language", ["sv", "en"])
@pytest.mark.parametrize("outcome", ["passed", "failed", "not_reached"])
def test_every_link_and_every_check_has_a_title(language: str, outcome: str) -> None:
    with translation.override(language):
        for name in LINKS:
            assert link(name, outcome).title != name
        for check in CHECKS:
            assert link(check.name, outcome, vendor=True).title != check.name


def test_every_section_and_kind_of_rule_has_a_name() -> None:
    for section, kinds in KINDS.items():
        assert section in sentences.SECTIONS
        for kind in kinds:
            assert kind in sentences.KINDS, (section, kind)


def test_a_rule_is_named_by_its_place_and_what_it_looks_at() -> None:
    assert sentences.rule_name("placement[1] org_unit /Personal") == "Placering 2: organisationsenheten /Personal"
    assert sentences.rule_name("school_year[0] class_name") == "Årskurs 1: klassens namn"
    assert sentences.rule_name("never suspended") == ""
    assert sentences.rule_name("") == ""


def test_a_rule_about_one_person_does_not_tell_its_reason_as_a_name() -> None:
    assert sentences.rule_name("never[2] person: vill inte vara med") == "Undantag 3: personen själv"


def test_what_was_found_and_where_it_came_from() -> None:
    found = link("placement", rule="placement[0] org_unit /A", evidence="12345678: /A/B")
    assert found.evidence == "Ekskolan (12345678) – enligt organisationsenheten /A/B"
    assert found.href == "/regler/"
    role = link("role", rule="role[2] field organizations.title", evidence="teacher: organizations.title = Lärare")
    assert role.evidence == "lärare – enligt fältet organizations.title = Lärare"
    year = link("school_year", rule="school_year[1] class_name", evidence="0: FA")
    assert year.evidence == "förskoleklass – enligt FA"
    assert link("class", rule="classes[0] field x", evidence="7A").evidence == "7A"


@pytest.mark.parametrize(("name", "wanted"), [
    ("role", "Ingen rollregel träffar"), ("placement", "Ingen placeringsregel träffar"),
    ("class", "Ingen klassregel träffar"),
])  # fmt: skip
def test_what_no_rule_catches_says_where_the_account_is(name: str, wanted: str) -> None:
    found = link(name, "failed", evidence="/Elever").evidence
    assert wanted in found
    assert "/Elever" in found


def test_a_unit_that_is_none_of_theirs_is_quoted() -> None:
    found = link("placement", "failed", "placement[0] field x", "Okända skolan")
    assert found.evidence == "Okända skolan är ingen av era skolenheter."


def test_a_role_that_is_not_sent_is_named() -> None:
    assert link("role", "failed", "role[0] org_unit /X", "nobody: /X").evidence.startswith("ingen som ska skickas")


def test_a_suspended_account_says_so_and_no_code() -> None:
    found = link("exclusion", "failed", "never suspended", "suspended")
    assert (found.title, found.evidence, found.link) == ("Kontot är avstängt i Google", "", "")


def test_codes_of_broken_data_become_words() -> None:
    assert link("data", "failed", evidence="name_missing, invalid_email").evidence == (
        "Namn saknas, Ogiltig e-postadress"
    )
    assert link("data", "failed", evidence="absent", vendor=True).evidence == "absent"


def test_a_vendors_evidence_is_in_words() -> None:
    assert link("role", "failed", "roles", "pupil, staff", vendor=True).evidence == "elev, annan personal"
    assert link("school_unit", evidence="12345678", vendor=True).evidence == "Ekskolan (12345678)"
    assert link("required_field", "failed", "required_fields", "email", vendor=True).evidence == "e-postadress"
    cut = link("one_class", rule="7A", evidence="7B, 7C", vendor=True)
    assert cut.evidence == "behålls: 7A; utan personen: 7B, 7C"


def test_only_what_stopped_somebody_links_to_the_selection() -> None:
    assert link("role", "failed", "roles", "pupil", vendor=True).href == "/v/"
    assert link("role", "passed", "", "pupil", vendor=True).href == ""


def test_what_would_have_to_hold_stands_apart() -> None:
    steps = [
        Step("role", "failed", "roles", "pupil"),
        Step("included_if", "not_reached", "", "skolenheten 12345678 väljs"),
    ]
    assert sentences.wish(steps, NAMES) == "skolenheten Ekskolan (12345678) väljs"
    assert [each.title for each in sentences.of_vendor(steps, NAMES, "")] == ["Rollen är inte vald"]
    assert sentences.wish([], NAMES) == ""


def test_a_check_that_is_named_twice_is_shown_once() -> None:
    steps = [Step("data", "failed", "", "absent"), Step("data", "not_reached", "", "")]
    assert len(sentences.of_vendor(steps, NAMES, "")) == 1


def test_reasons_have_words() -> None:
    assert sentences.reason("protected", "") == "Skyddade personuppgifter"
    assert sentences.reason("decided", "suspended") == "Kontot är avstängt i Google"
    assert sentences.reason("broken", "no_school_unit") == "Skolenhet saknas"
    assert sentences.reason("broken", "of another day") == ""
