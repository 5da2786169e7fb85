"""Every finding has words in both languages that fit its arguments."""

from __future__ import annotations

import re
import string
from pathlib import Path

import pytest

from skolsynk.core.findings import CATALOGUE, DECISIONS, explain
from skolsynk.core.school import Finding, Severity

RULES = Path(__file__).parents[2] / "skolsynk" / "core" / "rules"


@pytest.mark.parametrize("code", CATALOGUE)
@pytest.mark.parametrize("language", ["sv", "en"])
def test_every_finding_says_what_why_and_what_to_do(code: str, language: str) -> None:
    told = explain(Finding(code, Severity.WARNING, "person", "1", "", ("Ekskolan", "7A")), language)
    assert told.severity is Severity.WARNING
    for text in (told.title, told.cause, told.fix):
        assert text
        assert "{" not in text


@pytest.mark.parametrize("code", CATALOGUE)
def test_both_languages_use_the_same_arguments(code: str) -> None:
    entry = CATALOGUE[code]
    fields = [{name for _, name, _, _ in string.Formatter().parse(text) if name} for text in entry[1:]]
    assert fields[0::2] == fields[1::2]


def test_roles_are_translated_and_absent_arguments_are_a_dash() -> None:
    told = Finding("two_roles", Severity.WARNING, "person", "1", "", ("pupil", "teacher"))
    assert explain(told, "sv").cause == "Reglerna säger både elev och lärare."
    assert explain(told, "en").cause == "The rules say both pupil and teacher."
    assert explain(told._replace(args=()), "en").cause == "The rules say both – and –."


def test_every_code_that_the_rules_tell_of_is_in_the_catalogue() -> None:
    source = "".join(path.read_text() for path in RULES.glob("*.py"))
    told = set(re.findall(r'(?:Doubt|Finding|_tell)\(\s*"(\w+)"', source)) | {"invalid_email", "missing_email"}
    assert told <= set(CATALOGUE)  # selection tells of more


def test_every_decision_has_words() -> None:
    assert set(DECISIONS) == {"suspended", "archived", "excluded", "nobody", "no_role"}
    assert all(swedish and english for swedish, english in DECISIONS.values())
