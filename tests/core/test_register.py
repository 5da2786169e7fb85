"""Searching the register, matching a tenant's domains with it, and taking over a new edition of it."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from skolsynk.core import register
from skolsynk.core.municipalities import MUNICIPALITIES
from skolsynk.core.register import (
    EmptyRegisterError,
    KnownUnit,
    Match,
    RegisteredUnit,
    match_domains,
    merge,
    reason_text,
    search,
)
from tests.core.registered import unit

REAL = Path(__file__).parents[3] / "shared" / "data" / "school-unit-register-2019.csv"
TODAY = date(2026, 9, 1)


@pytest.fixture(scope="module")
def real() -> tuple[RegisteredUnit, ...]:
    if not REAL.exists():
        pytest.skip("the real register's file is not beside this checkout")
    with REAL.open(encoding="utf-8", newline="") as file:
        return tuple(_from_row(row) for row in csv.DictReader(file))


def _from_row(row: dict[str, str]) -> RegisteredUnit:
    values: dict[str, object] = {name: row[name] for name in RegisteredUnit._fields if name in row}
    values["school_types"] = tuple(row["school_types"].split())
    return unit(row["school_unit_code"])._replace(**values)  # type: ignore[arg-type]  # columns are named as the fields


def names(units: tuple[RegisteredUnit, ...]) -> list[str]:
    return [each.name for each in units]


def codes(matches: tuple[Match, ...]) -> list[str]:
    return [match.unit.code for match in matches]


class TestSearch:
    UNITS = (
        unit("99000003", "Östra skolan 10"),
        unit("99000002", "Östra skolan 7"),
        unit("99000001", "Ängsskolan"),
        unit("99000004", "Aspskolan", municipality="Viken", organizer_name="Aspen AB"),
    )

    def test_everything_in_natural_swedish_order_without_a_query(self) -> None:
        assert names(search(self.UNITS, "")) == ["Aspskolan", "Ängsskolan", "Östra skolan 7", "Östra skolan 10"]

    @pytest.mark.parametrize("query", ["angss", "99000001", "ÄNGS björk", "ängs kommun"])
    def test_unit_is_found_by_code_name_municipality_and_organizer(self, query: str) -> None:
        assert names(search(self.UNITS, query)) == ["Ängsskolan"]

    def test_own_letters_in_a_query_are_meant(self) -> None:
        assert search(self.UNITS, "äsp") == ()

    def test_words_do_not_match_across_name_and_municipality(self) -> None:
        assert search(self.UNITS, "aspskolanviken") == ()

    def test_units_of_one_name_are_ordered_by_municipality_and_code(self) -> None:
        same = (unit("99000003"), unit("99000001", municipality="Öby"), unit("99000002"))
        assert [each.code for each in search(same, "ek")] == ["99000002", "99000003", "99000001"]

    def test_real_register_is_searched_by_folded_name(self, real: tuple[RegisteredUnit, ...]) -> None:
        found = search(real, "vasby nya gymnasium")
        assert [each.code for each in found] == ["20855811"]


class TestMatchDomains:
    def test_exact_mail_domain_is_the_surest(self) -> None:
        [found] = match_domains(["bjorkvik.example"], [unit(email_domain="bjorkvik.example")])
        assert (found.reason_code, found.domain, found.confidence) == (register.EMAIL, "bjorkvik.example", 1.0)

    @pytest.mark.parametrize(
        ("tenant", "theirs"),
        [
            ("edu.bjorkvik.example", "bjorkvik.example"),
            ("bjorkvik.example", "edu.bjorkvik.example"),
            ("elev.bjorkvik.example", "skola.bjorkvik.example"),
        ],
    )
    def test_domains_under_one_registered_domain_belong_together(self, tenant: str, theirs: str) -> None:
        [found] = match_domains([tenant], [unit(email_domain=theirs)])
        assert (found.reason_code, found.args) == (register.EMAIL_RELATED, (tenant, theirs))

    def test_web_host_counts_where_mail_says_nothing(self) -> None:
        units = [
            unit("99000001", email_domain="annan.example", web_host="www.bjorkvik.example"),
            unit("99000002", web_host="ekskolan.bjorkvik.example"),
        ]
        found = match_domains(["bjorkvik.example"], units)
        assert [match.reason_code for match in found] == [register.WEB, register.WEB_RELATED]

    def test_first_of_several_related_domains_is_named(self) -> None:
        found = match_domains(["a.bjorkvik.example", "b.bjorkvik.example"], [unit(email_domain="c.bjorkvik.example")])
        assert found[0].domain == "a.bjorkvik.example"

    def test_spelling_of_a_domain_does_not_matter(self) -> None:
        units = [unit("99000001", email_domain="ÅMÅL.example."), unit("99000002", email_domain="xn--ml-xiab.example")]
        assert codes(match_domains(["xn--ml-xiab.example"], units)) == ["99000001", "99000002"]

    def test_broken_international_domain_matches_itself_only(self) -> None:
        units = [unit("99000001", email_domain="xn--\udcff.example"), unit("99000002", organization_number="1")]
        assert codes(match_domains(["xn--\udcff.example"], units)) == ["99000001"]

    @pytest.mark.parametrize(
        "domain", ["gmail.com", "telia.com", "sites.google.com", "skolan.facebook.com", "fhsk.se", "se", "", "a..se"]
    )
    def test_domains_of_everybody_match_nothing(self, domain: str) -> None:
        assert match_domains([domain], [unit(email_domain=domain, web_host=domain)]) == ()

    def test_names_under_a_shared_ending_are_strangers(self) -> None:
        units = [
            unit("99000001", email_domain="alma.fhsk.se"),
            unit("99000002", web_host="a.github.io", organization_number="1"),
        ]
        assert match_domains(["kvarnby.fhsk.se", "b.github.io"], units) == ()
        assert codes(match_domains(["mail.alma.fhsk.se"], units)) == ["99000001"]

    def test_rest_of_the_majority_s_organizer_is_proposed_too(self) -> None:
        units = [
            unit("99000001", email_domain="bjorkvik.example"),
            unit("99000002", "Katedralskolan", email_domain="katedral.example"),
            unit("99000003", "Vita skolan", organization_number="5560000000"),
        ]
        found = match_domains(["bjorkvik.example"], units)
        assert codes(found) == ["99000001", "99000002"]
        assert found[1].reason_code == register.ORGANIZER
        assert found[1].args == ("BJÖRKVIKS KOMMUN", "1", "1")

    def test_organizer_is_surer_the_more_of_its_units_share_the_domain(self) -> None:
        one = [unit(str(99000001 + number), email_domain="bjorkvik.example" * (number < 1)) for number in range(10)]
        most = [unit(str(99000001 + number), email_domain="bjorkvik.example" * (number < 9)) for number in range(10)]
        few, many = match_domains(["bjorkvik.example"], one)[-1], match_domains(["bjorkvik.example"], most)[-1]
        assert few.reason_code == many.reason_code == register.ORGANIZER
        assert few.confidence < 0.3 < 0.5 < many.confidence

    def test_no_organizer_is_followed_without_a_majority(self) -> None:
        units = [
            unit("99000001", email_domain="delad.example"),
            unit("99000002", email_domain="delad.example", organization_number="5560000000"),
            unit("99000003"),
        ]
        found = match_domains(["delad.example"], units)
        assert codes(found) == ["99000001", "99000002"]
        assert not any(match.doubt for match in found)

    def test_units_without_organizer_number_are_not_doubted_and_not_followed(self) -> None:
        units = [unit("99000001", email_domain="bjorkvik.example", organization_number=""), unit("99000002")]
        assert codes(match_domains(["bjorkvik.example"], units)) == ["99000001"]

    def test_organizer_of_another_kind_is_doubted(self) -> None:
        private = {"organizer_type": "Enskild", "organization_number": "5560000000"}
        units = [unit(str(99000001 + number), email_domain="bjorkvik.example") for number in range(3)]
        found = match_domains(
            ["bjorkvik.example"], [*units, unit("99000009", email_domain="bjorkvik.example", **private)]
        )
        assert found[-1].unit.code == "99000009"
        assert (found[-1].doubt, found[-1].confidence) == (register.OTHER_KIND, 0.5)

    @pytest.mark.parametrize("kind", ["Kommunal", "KOMMUN", "KOMMFORB", ""])
    def test_another_organizer_of_the_same_or_unknown_kind_is_doubted_less(self, kind: str) -> None:
        other = {"organizer_type": kind, "organization_number": "2220000000", "organizer_name": "Förbundet"}
        units = [unit(str(99000001 + number), email_domain="bjorkvik.example") for number in range(3)]
        found = match_domains(
            ["bjorkvik.example"], [*units, unit("99000009", email_domain="bjorkvik.example", **other)]
        )
        assert (found[-1].doubt, found[-1].confidence) == (register.OTHER_ORGANIZER, 0.7)

    def test_unit_that_has_ended_is_not_proposed(self) -> None:
        units = [unit("99000001", email_domain="bjorkvik.example", status="UPPHORT")]
        assert match_domains(["bjorkvik.example"], units) == ()

    @pytest.mark.parametrize("language", ["sv", "en"])
    def test_every_reason_has_words_and_names_the_domain(self, language: str) -> None:
        units = [
            unit("99000001", email_domain="bjorkvik.example"),
            unit("99000002", email_domain="edu.bjorkvik.example"),
            unit("99000003", web_host="bjorkvik.example"),
            unit("99000004", web_host="vita.bjorkvik.example"),
            unit("99000005"),
        ]
        found = match_domains(["bjorkvik.example"], units)
        texts = [reason_text(match, language) for match in found]
        assert len(set(texts)) == 5
        assert all("bjorkvik.example" in text or "BJÖRKVIKS KOMMUN" in text for text in texts)

    @pytest.mark.parametrize(("language", "word"), [("sv", "annat slag"), ("en", "another kind")])
    def test_doubt_is_said_after_the_reason(self, language: str, word: str) -> None:
        match = Match(unit(), "a.example", register.EMAIL, ("a.example", ""), 0.5, register.OTHER_KIND, ("A", "B"))
        assert word in reason_text(match, language)

    def test_uppsala_s_domains_find_its_units_in_the_real_register(self, real: tuple[RegisteredUnit, ...]) -> None:
        for domains in (["uppsala.se"], ["edu.uppsala.se"], ["uppsala.se", "edu.uppsala.se"]):
            found = match_domains(domains, real)
            by_domain = [match for match in found if match.reason_code != register.ORGANIZER]
            assert len(by_domain) >= 69
            own = [
                match for match in found if match.unit.organizer_name.upper() == "UPPSALA KOMMUN" and not match.doubt
            ]
            assert len(own) > len(by_domain)
            assert {match.unit.email_domain for match in own} >= {"uppsala.se", "katedral.se", "uppsalaskolor.net"}

    def test_independent_schools_in_uppsala_are_not_proposed(self, real: tuple[RegisteredUnit, ...]) -> None:
        found = match_domains(["uppsala.se"], real)
        assert not [match for match in found if match.unit.organizer_type == "Enskild" and not match.doubt]

    @given(st.lists(st.sampled_from(["a.se", "b.a.se", "gmail.com", "c.se", ""])), st.data())
    def test_every_match_shares_a_domain_or_the_organizer(self, domains: list[str], data: st.DataObject) -> None:
        pool = st.sampled_from(["a.se", "x.a.se", "gmail.com", "d.se", ""])
        units = [
            unit(str(99000001 + number), email_domain=data.draw(pool), web_host=data.draw(pool)) for number in range(4)
        ]
        for match in match_domains(domains, units):
            assert match.domain in domains or match.reason_code == register.ORGANIZER
            assert 0 < match.confidence <= 1


class TestMerge:
    def test_unit_that_nobody_knew_is_new(self) -> None:
        assert merge([], [unit()], TODAY).new == (unit(),)

    def test_unit_that_says_the_same_is_unchanged(self) -> None:
        merged = merge([KnownUnit(unit())], [unit()], TODAY)
        assert (merged.unchanged, merged.changed) == (1, ())

    def test_new_values_are_taken_and_empty_ones_are_not(self) -> None:
        known = unit(email_domain="bjorkvik.example", group="Grundskolan")
        merged = merge([KnownUnit(known)], [unit(name="Nya Ekskolan", school_types=())], TODAY)
        assert merged.changed == (known._replace(name="Nya Ekskolan"),)

    def test_unit_that_the_register_lacks_is_kept_and_marked_once(self) -> None:
        gone, marked = KnownUnit(unit("99000002")), KnownUnit(unit("99000003"), date(2025, 1, 1))
        assert merge([gone, marked], [unit()], TODAY).vanished == (gone._replace(vanished=TODAY),)

    def test_unit_that_comes_back_is_a_change(self) -> None:
        assert merge([KnownUnit(unit(), TODAY)], [unit()], TODAY).changed == (unit(),)

    def test_operator_s_own_unit_never_vanishes(self) -> None:
        assert merge([KnownUnit(unit("99000002"), own=True)], [unit()], TODAY).vanished == ()

    def test_operator_s_own_unit_becomes_the_register_s_when_it_turns_up_there(self) -> None:
        assert merge([KnownUnit(unit(), own=True)], [unit()], TODAY).changed == (unit(),)

    def test_nothing_vanishes_from_a_part_of_the_register(self) -> None:
        assert merge([KnownUnit(unit("99000002"))], [unit()], TODAY, complete=False).vanished == ()

    def test_empty_register_is_refused_as_a_whole_and_taken_as_a_part(self) -> None:
        with pytest.raises(EmptyRegisterError):
            merge([KnownUnit(unit())], [], TODAY)
        assert merge([KnownUnit(unit())], [], TODAY, complete=False) == ((), (), (), 0)


def test_municipalities_are_all_there_by_code(real: tuple[RegisteredUnit, ...]) -> None:
    assert len(MUNICIPALITIES) == 290
    assert {each.municipality_code: each.municipality for each in real} == dict(MUNICIPALITIES)


def test_code_of_a_municipality_has_four_digits() -> None:
    assert all(len(code) == 4 and code.isdecimal() and name for code, name in MUNICIPALITIES.items())
