"""Suggestions from Google Groups."""

from __future__ import annotations

import re
from collections.abc import Iterable

import pytest

from skolsynk.core.snapshot import Group
from tests.core.rules.directory import BJORK, EK, UNITS, group, person, unit
from tests.core.rules_suggest.school import only, rules, suggested

PEOPLE = [person(key, "/a") for key in "abcdefghij"]
CLASSES = (("7A", "ab"), ("8B", "cd"), ("FA", "ef"))


def classes(email: str, name: str, units: Iterable[str] = ("Ekskolan",)) -> list[Group]:
    """Class groups; ``{c}`` is the class, ``{u}`` the unit."""
    return [
        group(
            f"{school}{label}",
            *members,
            email=email.format(c=label.lower(), u=school.lower().replace("ö", "o")) + "@skola.example",
            name=name.format(c=label, u=school),
        )
        for school in units
        for label, members in CLASSES
    ]


class TestClasses:
    @pytest.mark.parametrize(
        ("name", "begins", "ends"),
        [
            ("Klass {c} {u}", "^Klass (?P<name>", ") (?P<unit>.+)$"),
            ("{u} {c}", "^(?P<unit>.+) (?P<name>", ")$"),
            ("Klass {u} - {c}", "^Klass (?P<unit>.+) - (?P<name>", ")$"),
            ("{c} ({u})", "^(?P<name>", r") \((?P<unit>.+)[)]$"),
            ("Klass: {c}", "^Klass: (?P<name>", ")$"),
            ("{c}", "^(?P<name>", ")$"),
            ("Kl{c}", "^Kl(?P<name>", ")$"),
        ],
    )
    def test_names_with_classes_become_a_pattern(self, name: str, begins: str, ends: str) -> None:
        units = ("Ekskolan", "Björkskolan")
        groups = [each for each in classes("x{c}{u}", name, units) if "Kl" not in name or "FA" not in each.name]
        [rule] = rules(suggested(PEOPLE, groups), "classes")
        assert rule["match"] == "name"
        assert str(rule["pattern"]).startswith(begins)
        assert str(rule["pattern"]).endswith(ends)
        assert all(re.search(str(rule["pattern"]), each.name, re.IGNORECASE) for each in groups)

    @pytest.mark.parametrize(
        ("email", "begins", "ends"),
        [
            ("klass-{u}-{c}", "^klass-(?P<unit>[^@]+)-(?P<name>", ")@"),
            ("klass.{c}.{u}", r"^klass\.(?P<name>", r")\.(?P<unit>[^@]+)@"),
            ("{u}.{c}", r"^(?P<unit>[^@]+)\.(?P<name>", ")@"),
        ],
    )
    def test_addresses_with_classes_become_a_pattern(self, email: str, begins: str, ends: str) -> None:
        groups = classes(email, "Grupp utan namn", ("Ekskolan", "Björkskolan"))
        [rule] = rules(suggested(PEOPLE, groups), "classes")
        assert rule["match"] == "email"
        assert str(rule["pattern"]).startswith(begins)
        assert str(rule["pattern"]).endswith(ends)
        assert all(re.search(str(rule["pattern"]), each.email, re.IGNORECASE) for each in groups)

    def test_names_go_before_addresses_that_say_the_same(self) -> None:
        found = suggested(PEOPLE, classes("klass-{u}-{c}", "Klass {c} {u}"))
        said = [(each.rule["match"], each.confidence) for each in found if each.section == "classes"]
        assert said == [("name", 0.91), ("email", 0.45)]
        assert only([each for each in found if each.confidence > 0.9], "classes").people == 6

    def test_short_names_of_units_become_aliases_to_check(self) -> None:
        found = suggested(PEOPLE, classes("klass-{u}-{c}", "-", ("Björk", "Eksk")))
        rule = only(found, "classes").rule
        assert rule["units"] == {"bjork": BJORK, "eksk": EK}
        assert "Kontrollera" in only(found, "classes").reason_sv

    def test_two_words_that_name_a_class_are_read_together(self) -> None:
        groups = [
            group("1", *"ab", email="klass-ekskolan-grupp-1@skola.example", name="Klass Grupp 1 Ekskolan"),
            group("2", *"cd", email="klass-ekskolan-grupp-2@skola.example", name="Klass Grupp 2 Ekskolan"),
        ]
        [rule] = rules(suggested(PEOPLE, groups), "classes")
        assert re.search(str(rule["pattern"]), "Klass Grupp 12 Ekskolan", re.IGNORECASE)["name"] == "Grupp 12"  # type: ignore[index]  # it matches

    def test_class_after_the_class_word_is_meant(self) -> None:
        groups = [
            group("1", *"ab", email="x@skola.example", name="Klass 7A Skolan 4B"),
            group("2", *"cd", email="y@skola.example", name="Klass 8A Skolan 4B"),
        ]
        found = suggested(PEOPLE, groups, units=[UNITS[EK], unit("12345681", "Skolan 4B")])
        [rule] = rules(found, "classes")
        assert re.search(str(rule["pattern"]), "Klass 7A Skolan 4B")["name"] == "7A"  # type: ignore[index]  # it matches

    @pytest.mark.parametrize(
        "name", ["Projekt {c} om havet", "Arbetslag {c}", "Klass {c} Okänd skola", "{c} på Månen {c}"]
    )
    def test_classes_among_words_that_name_no_unit_are_no_pattern(self, name: str) -> None:
        assert not [each for each in suggested(PEOPLE, classes("x-{c}-y", name)) if each.section == "classes"]

    def test_two_groups_without_a_class_word_are_too_few(self) -> None:
        groups = classes("{u}", "{c}")[:2]
        assert not [each for each in suggested(PEOPLE, groups) if each.section == "classes"]

    def test_one_class_under_many_names_is_too_few(self) -> None:
        groups = [group(str(number), *"ab", name="Klass 7A") for number in range(4)]
        assert not [each for each in suggested(PEOPLE, groups) if each.section == "classes"]

    def test_owners_teach_where_most_groups_have_their_own(self) -> None:
        groups = [
            group(label, *members, f"{owner}!", name=f"Klass {label}")
            for (label, members), owner in zip(CLASSES, "hij", strict=True)
        ]
        assert rules(suggested(PEOPLE, groups), "classes")[0]["teachers"] == "owners"

    def test_one_account_that_owns_everything_teaches_nothing(self) -> None:
        groups = [
            group(f"{year}{letter}", *"ab", "j!", name=f"Klass {year}{letter}")
            for year in range(1, 5)
            for letter in "ABC"
        ]
        assert "teachers" not in rules(suggested(PEOPLE, groups), "classes")[0]


class TestTeachingGroups:
    def test_addresses_that_begin_alike_become_a_rule(self) -> None:
        groups = [
            group("1", *"abh!", email="undervisning-ek-ma-7a@skola.example", name="Matte 7A"),
            group("2", *"cdi!", email="undervisning-ek-sv-7a@skola.example", name="Svenska 7A"),
        ]
        found = only(suggested(PEOPLE, groups), "groups")
        assert found.rule == {
            "kind": "group",
            "match": "email",
            "pattern": "^undervisning-",
            "group_type": "Undervisning",
            "teachers": "owners",
        }
        assert found.people == 6

    @pytest.mark.parametrize(("open_", "close", "joint"), [(" (", ")", r" \("), (" – ", "", " – ")])
    def test_name_of_the_group_is_taken_out_of_what_surrounds_it(self, open_: str, close: str, joint: str) -> None:
        groups = [
            group("1", *"ab", email="kurs-1@skola.example", name=f"Kurs: Ma 1c{open_}Ekskolan{close}"),
            group("2", *"cd", email="kurs-2@skola.example", name=f"Kurs: Sv 1{open_}Björkskolan{close}"),
        ]
        [rule] = rules(suggested(PEOPLE, groups), "groups")
        assert (rule["match"], rule["pattern"]) == ("name", f"^Kurs: (?P<name>.+){joint}")

    @pytest.mark.parametrize("second", ["Kurs: Sv 1 (Månen)", "Ämne: Sv 1 (Ekskolan)", "Svenska"])
    def test_names_of_several_kinds_are_left_as_they_are(self, second: str) -> None:
        groups = [
            group("1", *"ab", email="kurs-1@skola.example", name="Kurs: Ma 1c (Ekskolan)"),
            group("2", *"cd", email="kurs-2@skola.example", name=second),
        ]
        assert rules(suggested(PEOPLE, groups), "groups")[0]["match"] == "email"

    def test_names_tell_where_addresses_do_not(self) -> None:
        groups = [group("1", *"ab", email="g1@skola.example", name="Undervisning Ma 7A")]
        found = only(suggested(PEOPLE, groups), "groups")
        assert (found.rule["match"], found.rule["pattern"]) == ("name", "^undervisning ")
        assert found.confidence == 0.6

    def test_address_of_one_word_is_a_beginning_too(self) -> None:
        groups = [group("1", *"ab", email="kurs@skola.example", name="Läsning")]
        assert rules(suggested(PEOPLE, groups), "groups")[0]["pattern"] == "^kurs"


class TestPlacement:
    GROUPS = (
        group("1", *"abcd", email="skola-ekskolan@skola.example", name="Alla på Ekskolan"),
        group("2", *"efgh", email="skola-bjorkskolan@skola.example", name="Alla på Björkskolan"),
    )

    def test_groups_of_units_become_a_pattern(self) -> None:
        found = [each for each in suggested(PEOPLE, self.GROUPS) if each.section == "placement"]
        assert found[0].rule == {"kind": "group", "match": "email", "pattern": "^skola-(?P<unit>[^@]+)@"}
        assert (found[0].people, found[0].confidence) == (8, 0.81)
        assert found[1].rule["pattern"] == "^Alla på (?P<unit>.+)$"
        assert found[1].confidence < 0.5

    def test_what_follows_the_unit_is_part_of_the_frame(self) -> None:
        groups = [
            each._replace(email=each.email.replace("skola-", "").replace("@", ".alla@", 1)) for each in self.GROUPS
        ]
        assert rules(suggested(PEOPLE, groups), "placement")[0]["pattern"] == r"^(?P<unit>[^@]+)\.alla@"

    def test_nested_groups_are_followed(self) -> None:
        groups = [
            group("1", "&2", email="skola-ekskolan@skola.example", name="-"),
            group("2", *"ab", "&1", email="x@skola.example", name="-"),
            group("3", *"cd", email="skola-bjorkskolan@skola.example", name="-"),
        ]
        assert only(suggested(PEOPLE, groups), "placement").people == 4

    def test_nearly_named_units_become_aliases(self) -> None:
        groups = [
            group("1", *"ab", email="skola-ekskolan@skola.example", name="-"),
            group("2", *"cd", email="skola-bjork@skola.example", name="-"),
            group("3", *"ef", email="sjogy@skola.example", name="-"),
        ]
        found = only(suggested(PEOPLE, groups), "placement")
        assert found.rule["units"] == {"bjork": BJORK}

    def test_one_unit_s_group_is_not_enough(self) -> None:
        assert not [each for each in suggested(PEOPLE, self.GROUPS[:1]) if each.section == "placement"]

    def test_group_without_words_says_nothing(self) -> None:
        assert not rules(suggested(PEOPLE, [group("1", "a", email="-@skola.example", name="–")]), "placement")


class TestRoles:
    def test_group_named_after_a_role_gives_it(self) -> None:
        groups = [
            group("1", *"abc", email="larare@skola.example", name="-"),
            group("2", "d", email="alla-rektorer@skola.example", name="-"),
            group("3", *"ef", email="vuxenelever@skola.example", name="-"),
            group("4", *"ef", email="foraldrar-elever@skola.example", name="-"),
        ]
        assert rules(suggested(PEOPLE, groups), "role") == [
            {"kind": "group", "group": "alla-rektorer@skola.example", "role": "staff", "employment_role": "Rektor"},
            {"kind": "group", "group": "larare@skola.example", "role": "teacher"},
        ]

    def test_groups_of_a_role_in_every_unit_become_a_pattern(self) -> None:
        groups = [
            group("1", *"abc", email="larare-ekskolan@skola.example", name="-"),
            group("2", "d", email="larare-bjorkskolan@skola.example", name="-"),
        ]
        assert rules(suggested(PEOPLE, groups), "role") == [
            {"kind": "group", "match": "email", "pattern": "^larare-", "role": "teacher"}
        ]

    def test_group_for_all_pupils_is_doubted_where_the_tree_tells_them(self) -> None:
        everybody = group("1", *"abc", email="elever@skola.example", name="-")
        pupils = [person(key, "/Elever") for key in "abcdefghij"]
        assert {rule["kind"] for rule in rules(suggested(pupils, [everybody]), "role")} == {"org_unit"}
        assert {rule["kind"] for rule in rules(suggested(PEOPLE, [everybody]), "role")} == {"group"}


def test_group_of_protected_people_is_protected_once() -> None:
    groups = [group("1", "a", email="skyddad-identitet@skola.example", name="Skyddade personuppgifter")]
    found = only(suggested(PEOPLE, groups), "protected")
    assert found.rule == {"kind": "group", "group": "skyddad-identitet@skola.example"}
