"""Swedish order and Swedish search."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from skolsynk.core.swedish import Query, counted, fold, fold_loosely, grouped, matches, sort_key


def in_order(*texts: str) -> list[str]:
    return sorted(texts, key=sort_key)


def test_own_letters_come_last_in_the_order_of_the_alphabet() -> None:
    assert in_order("Öberg", "Zetterberg", "Åberg", "Ärlig", "Alm") == ["Alm", "Zetterberg", "Åberg", "Ärlig", "Öberg"]


def test_numbers_count_by_value_and_come_before_letters() -> None:
    assert in_order("10A", "F", "7B", "7A", "07C") == ["7A", "7B", "07C", "10A", "F"]


def test_numbers_inside_names_count_by_value() -> None:
    assert in_order("Grupp 10", "Grupp 2") == ["Grupp 2", "Grupp 10"]


def test_other_accents_and_case_do_not_matter_for_order() -> None:
    assert in_order("Évert", "eva", "Evy") == ["eva", "Évert", "Evy"]


def test_danish_letters_and_german_y_sort_as_in_swedish_dictionaries() -> None:
    assert in_order("Møller", "Myrdal", "Müller", "Mörk") == ["Müller", "Myrdal", "Møller", "Mörk"]


def test_composed_and_decomposed_letters_sort_alike() -> None:
    assert sort_key("A\u030aberg")[0] == sort_key("Åberg")[0]


def test_spelling_breaks_ties_so_that_order_is_always_the_same() -> None:
    assert in_order("berg", "Berg") == in_order("Berg", "berg")


def test_other_digits_than_ascii_are_letters_not_an_error() -> None:
    assert in_order("٣", "3") == ["3", "٣"]


@pytest.mark.parametrize("number", ["9" * 5000, "0" * 50])
def test_very_long_numbers_sort(number: str) -> None:
    assert in_order(number, "A") == [number, "A"]


def test_folding_keeps_own_letters_only() -> None:
    assert fold("Åsa DÉSIRÉE Łukasz") == "åsa desiree lukasz"
    assert fold_loosely("Åsa Ängsö") == "asa angso"


@pytest.mark.parametrize("query", ["angsskolan", "ÄNGS", "ängsskolan", "skolan ang", "norra ängs", ""])
def test_query_finds_regardless_of_case_and_order_of_words(query: str) -> None:
    assert matches(query, "Norra Ängsskolan")


def test_own_letters_in_a_query_are_meant() -> None:
    assert not matches("ångs", "Ängsskolan")
    assert not matches("ängs", "Angsskolan")


def test_each_word_of_a_query_is_judged_by_itself() -> None:
    assert matches("öst angs", "Östra Ängsskolan")
    assert not matches("öst angs", "Ostra Ängsskolan")


def test_words_may_be_found_in_different_texts_but_not_across_them() -> None:
    assert matches("muller 7a", "Müller", "7A")
    assert not matches("bergsjo", "Berg", "sjö")


def test_query_without_words_is_falsy() -> None:
    assert not Query("  ")
    assert Query("a")
    assert Query("ö")


@given(st.text())
def test_any_text_finds_itself_by_each_word(text: str) -> None:
    assert all(matches(word, text) for word in text.split() if fold(word).strip())


@given(st.lists(st.text(max_size=8)))
def test_any_texts_can_be_ordered(texts: list[str]) -> None:
    backwards = texts[::-1]
    assert sorted(texts, key=sort_key) == sorted(backwards, key=sort_key)


def test_thousands_stand_apart_and_one_is_one() -> None:
    assert grouped(999) == "999"
    assert grouped(1234567) == "1\u00a0234\u00a0567"
    assert counted(1, "elev", "elever") == "1 elev"
    assert counted(1284, "pupil", "pupils") == "1\u00a0284 pupils"
