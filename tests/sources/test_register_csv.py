"""The register from a file: what it needs, what it forgives, and every problem with its line."""

from __future__ import annotations

import pickle
from pathlib import Path

import pytest

from skolsynk.core.register import RegisteredUnit
from skolsynk.sources.register_csv import COLUMNS, MOST_PROBLEMS, read_file, read_lines
from skolsynk.sources.register_errors import LineProblem, RegisterFileError

REAL = Path(__file__).parents[3] / "shared" / "data" / "school-unit-register-2019.csv"
HEADER = ",".join(COLUMNS)
EK = "99000001,Ekskolan,FKLASS GR,Kommunal,2120009999,BJÖRKVIKS KOMMUN,9999,Björkvik,Bjorkvik.example,bjorkvik.example"


def units(*lines: str, header: str = HEADER, encoding: str = "utf-8") -> tuple[RegisteredUnit, ...]:
    return read_lines("\n".join((header, *lines)).encode(encoding).splitlines(keepends=True))


def problems(*lines: str, header: str = HEADER) -> list[LineProblem]:
    with pytest.raises(RegisterFileError) as caught:
        units(*lines, header=header)
    return list(caught.value.problems)


def test_one_line_gives_one_school_unit() -> None:
    assert units(EK) == (
        RegisteredUnit(
            "99000001",
            "Ekskolan",
            "AKTIV",
            ("FKLASS", "GR"),
            "Kommunal",
            "2120009999",
            "BJÖRKVIKS KOMMUN",
            "9999",
            "Björkvik",
            "bjorkvik.example",
            "bjorkvik.example",
        ),
    )


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_byte_order_mark_does_not_matter(encoding: str) -> None:
    assert units(EK, encoding=encoding)[0].municipality == "Björkvik"


def test_columns_may_come_in_any_order_and_others_are_passed_over() -> None:
    [found] = units(f"x,vilande,{EK}", header=f"note,Status,{HEADER}")
    assert (found.code, found.status) == ("99000001", "VILANDE")


def test_empty_status_means_active() -> None:
    assert units(f"{EK},", header=f"{HEADER},status")[0].status == "AKTIV"


def test_names_with_commas_quotes_and_line_breaks_are_read() -> None:
    line = EK.replace("Ekskolan", '"Ek, ""stora""\nskolan"')
    assert units(line)[0].name == 'Ek, "stora"\nskolan'


def test_empty_lines_are_passed_over() -> None:
    assert len(units("", EK, "")) == 1


def test_all_problems_are_told_with_their_lines() -> None:
    found = problems(
        EK,
        EK,
        EK.replace("99000001", "123"),
        EK.replace("99000001", "99000002").replace("Ekskolan", ""),
        EK.replace("99000001", "99000003").replace(",9999,", ",99,"),
        "99000004,för få",
        EK.replace("99000001", "99000005").replace("Ekskolan", "x" * 201),
    )
    assert found == [
        LineProblem(3, "duplicate_code", ("99000001", "2")),
        LineProblem(4, "bad_code", ("123",)),
        LineProblem(5, "no_name"),
        LineProblem(6, "bad_municipality", ("99",)),
        LineProblem(7, "cells", ("2", "10")),
        LineProblem(8, "too_long", ("name",)),
    ]


def test_bad_code_that_comes_twice_is_bad_twice() -> None:
    bad = EK.replace("99000001", "abc")
    assert [each.code for each in problems(bad, bad)] == ["bad_code", "bad_code"]


def test_missing_columns_are_named() -> None:
    header = HEADER.replace("_name,", "_names,").replace(",web_host", "")
    assert problems(EK, header=header) == [LineProblem(1, "missing_columns", ("organizer_name, web_host",))]


@pytest.mark.parametrize(("sign", "told"), [(";", ";"), ("\t", "TAB"), ("|", "|")])
def test_another_separator_is_recognised(sign: str, told: str) -> None:
    assert problems(header=HEADER.replace(",", sign)) == [LineProblem(1, "separator", (told,))]


def test_single_unknown_column_is_a_wrong_header() -> None:
    assert problems(header="skolenhet")[0].code == "missing_columns"


def test_column_that_comes_twice_is_told() -> None:
    assert problems(header=f"{HEADER},name") == [LineProblem(1, "column_twice", ("name",))]


def test_empty_file_and_file_without_units_are_refused() -> None:
    with pytest.raises(RegisterFileError) as caught:
        read_lines([])
    assert caught.value.problems == (LineProblem(1, "empty"),)
    assert [each.code for each in problems()] == ["no_rows"]


def test_latin_1_is_told_line_by_line() -> None:
    lines = [f"{HEADER}\n".encode(), f"{EK}\n".encode("latin-1")]
    with pytest.raises(RegisterFileError) as caught:
        read_lines(lines)
    assert caught.value.problems == (LineProblem(2, "not_utf8"),)


def test_quote_that_never_closes_is_told() -> None:
    assert problems(EK, '"99000002,Björken')[-1].code == "not_csv"


def test_list_of_problems_ends() -> None:
    found = problems(*("bad" for _ in range(MOST_PROBLEMS + 50)))
    assert len(found) == MOST_PROBLEMS + 1
    assert found[-1].code == "more"


@pytest.mark.parametrize(("language", "line"), [("sv", "Rad 2"), ("en", "Line 2")])
def test_every_problem_has_words(language: str, line: str) -> None:
    with pytest.raises(RegisterFileError) as caught:
        units("bad")
    assert line in caught.value.text(language)
    assert str(caught.value) == caught.value.text("en")


def test_error_survives_a_task_queue() -> None:
    error = RegisterFileError([LineProblem(2, "no_name")])
    assert pickle.loads(pickle.dumps(error)).problems == error.problems


def test_file_is_read_from_disk(tmp_path: Path) -> None:
    path = tmp_path / "register.csv"
    path.write_text(f"{HEADER}\n{EK}\n", encoding="utf-8")
    assert read_file(path)[0].code == "99000001"
    with pytest.raises(FileNotFoundError):
        read_file(tmp_path / "annan.csv")


def test_whole_real_register_is_read() -> None:
    if not REAL.exists():
        pytest.skip("the real register's file is not beside this checkout")
    found = read_file(REAL)
    assert len(found) == 7484
    assert sum(each.municipality == "Uppsala" for each in found) == 129
