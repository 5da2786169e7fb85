"""Texts in two languages, numbers and times as people here write them."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from django.template import Context, Template
from django.utils import timezone, translation

from skolsynk.web import words

TEMPLATES = Path(__file__).resolve().parent.parent.parent / "templates"
TEXT = re.compile(r"{%\s*t\s+(\"[^\"]*\"|'[^']*')\s+(\"[^\"]*\"|'[^']*')")
VISIBLE = re.compile(r"<(?![^<>]*translate=.no)[^<>]*>[^<>{}]*[A-Za-zÅÄÖåäö]{3,}[^<>{}]*<")


def shown(template: str, language: str = "sv", **values: object) -> str:
    with translation.override(language):
        return Template(template).render(Context(values))


def test_a_text_is_shown_in_the_readers_language() -> None:
    later = words.words("Skolenheter", "School units")
    with translation.override("sv"):
        assert str(later) == "Skolenheter"
    with translation.override("en-gb"):
        assert str(later) == "School units"


def test_values_in_a_text_are_escaped_and_numbers_spaced() -> None:
    template = '{% t "{n} elever i {unit}" "{n} pupils in {unit}" n=n unit=unit %}'
    assert shown(template, n=1284, unit="<b>") == "1\xa0284 elever i &lt;b&gt;"
    assert shown(template, "en", n=1284, unit="A & B") == "1,284 pupils in A &amp; B"


@pytest.mark.parametrize(("n", "sv", "en"), [(1, "1 elev", "1 pupil"), (0, "0 elever", "0 pupils")])
def test_one_and_many(n: int, sv: str, en: str) -> None:
    template = '{% tn n "{n} elev" "{n} elever" "{n} pupil" "{n} pupils" %}'
    assert (shown(template, n=n), shown(template, "en", n=n)) == (sv, en)


@pytest.mark.parametrize(
    ("value", "sv", "en"),
    [(0.4, "0,4 s", "0.4 s"), (45, "45 s", "45 s"), (180, "3 min", "3 min"), (7500, "2 h 5 min", "2 h 5 min"),
     (3600 * 72, "3 dygn", "3 days")],
)  # fmt: skip
def test_durations(value: float, sv: str, en: str) -> None:
    assert shown("{{ v|seconds }}", v=value).replace("\xa0", " ") == sv
    assert shown("{{ v|seconds }}", "en", v=value).replace("\xa0", " ") == en


@pytest.mark.parametrize(("share", "text"), [(0.12, "12 %"), (0.034, "3,4 %"), (0.05, "5 %"), (0, "0 %")])
def test_shares(share: float, text: str) -> None:
    assert shown("{{ v|percent }}", v=share).replace("\xa0", " ") == text


def test_moments_are_told_in_swedish_time_and_near_ones_by_name() -> None:
    noon = timezone.localtime().replace(hour=12, minute=5)
    assert ">i dag\xa012.05</time>" in shown("{{ v|moment }}", v=noon)
    assert ">yesterday\xa012:05</time>" in shown("{{ v|moment }}", "en", v=noon - timedelta(days=1))
    assert ">1\xa0juli\xa02020\xa009.30</time>" in shown("{{ v|moment }}", v=datetime(2020, 7, 1, 7, 30, tzinfo=UTC))
    assert 'datetime="2020-07-01"' in shown("{{ v|day }}", v=date(2020, 7, 1))
    assert shown("{{ v|moment }}{{ v|day }}{{ v|number }}", v=None) == ""


def test_no_text_of_a_template_is_the_same_in_both_languages_by_mistake() -> None:
    """Whoever forgets to translate writes the same words twice; short ones and names may be the same."""
    same = []
    for file in TEMPLATES.rglob("*.html"):
        for sv, en in TEXT.findall(file.read_text()):
            if sv[1:-1] == en[1:-1] and len(re.findall(r"[a-zåäö]{3,}", re.sub(r"{.*?}", "", sv))) > 1:
                same.append(f"{file.name}: {sv}")
    assert same == []


def test_no_template_says_anything_in_one_language_only() -> None:
    alone = []
    for file in TEMPLATES.rglob("*.html"):
        if file.name in ("broken.html", "home.html"):  # both languages beside each other, and the older way
            continue
        text = re.sub(r"{%.*?%}|{{.*?}}|{#.*?#}|<code>.*?</code>|<kbd>.*?</kbd>", "", file.read_text(), flags=re.DOTALL)
        alone += [
            f"{file.name}: {found}"
            for found in VISIBLE.findall(text)
            if not re.search(r">\s*(Skolsynk|In English|På svenska|HTTP|CSV|XLSX|JSON|YAML|UUID|Google)", found)
        ]
    assert alone == []
