"""What the documents say is what the program does: names, tables and every example."""

from __future__ import annotations

import re
from dataclasses import fields
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from scripts.screenshots import SHOTS
from skolsynk.core.connection import Exclusion, Guards, Limit, Selection
from skolsynk.core.filters.kinds import KINDS as FILTER_KINDS
from skolsynk.core.findings import CATALOGUE
from skolsynk.core.rules import parse_rules
from skolsynk.core.rules.build import build
from skolsynk.core.rules.ruleset import KINDS as RULE_KINDS
from skolsynk.core.ss12000.user import UserFields
from skolsynk.environment import SETTINGS
from skolsynk.sandbox.municipality import CONVENTIONS
from skolsynk.sandbox.municipality.configuration import example
from skolsynk.sync import configuration, schedule_json, targets
from tests.scenarios.conventions import new_identity, snapshot_of, units_of
from tests.scenarios.test_conventions import people_found, people_true

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
GUIDE = (ROOT / "docs" / "configuration.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```yaml\n(.*?)^```", GUIDE, re.MULTILINE | re.DOTALL)
COMMANDS = sorted(path.stem for path in (ROOT / "skolsynk/sync/management/commands").glob("[a-z]*.py"))


def test_readme_has_exactly_the_settings_that_there_are() -> None:
    _, _, after = README.partition("<!-- settings:")
    rows = [line.strip("|").split("|") for line in after.partition("\n## ")[0].splitlines() if line.startswith("| `")]
    found = [tuple(cell.strip() for cell in row) for row in rows]
    assert found == [(f"`{each.name}`", each.default or "–", each.meaning) for each in SETTINGS]


def test_readme_has_exactly_the_commands_that_there_are() -> None:
    table = README.partition("## Commands")[2].partition("\n## ")[0]
    cells = "".join(re.split(r"(?<!\\)\|", line)[1] for line in table.splitlines() if line.startswith("| `"))
    found = {words.split()[0] for words in re.findall(r"`([^`]+)`", cells)}
    assert found == set(COMMANDS)


def test_every_link_in_the_documents_leads_to_a_file_of_ours() -> None:
    for page in (ROOT / "README.md", *(ROOT / "docs").glob("*.md")):
        for target in re.findall(r"\]\(([^)#:]+)\)", page.read_text(encoding="utf-8")):
            assert (page.parent / target).exists(), (page.name, target)


@pytest.mark.parametrize("language", ["sv", "en"])
def test_the_guides_show_exactly_the_pictures_that_the_script_takes(language: str) -> None:
    text = (ROOT / "docs" / f"guide.{language}.md").read_text(encoding="utf-8")
    shown = re.findall(rf"\(images/{language}/([a-z_]+)\.png\)", text)
    taken = ["signin", *(shot.name for shot in SHOTS if shot.guide)]
    assert sorted(shown) == sorted(taken)
    assert sorted(file.stem for file in (ROOT / "docs" / "images" / language).glob("*.png")) == sorted(taken)


def test_the_guides_have_the_same_chapters() -> None:
    swedish, english = (
        re.findall(r"^(#+) ", (ROOT / "docs" / f"guide.{language}.md").read_text(encoding="utf-8"), re.MULTILINE)
        for language in ("sv", "en")
    )
    assert swedish == english


@cache
def keys_of_the_file() -> frozenset[str]:
    """Every key that a configuration may have, from the code that reads it."""
    names = {*configuration.TOP_LEVEL, "name", "customer_id", "organisation_number", "subject", "school_org_units"}
    names |= {"code", "vendor", "selection", "guards", "schedule", "kind", *schedule_json.KEYS, "from", "to", "filters"}
    for kind in (Selection, Exclusion, Guards, Limit, *FILTER_KINDS):
        names |= {each.name for each in fields(kind)}
    for kinds in RULE_KINDS.values():
        for rule in kinds.values():
            names |= {each.name for each in fields(rule)}
    return frozenset(names | set(UserFields._fields))


def named(word: str) -> bool:
    return re.search(rf"`([^`\n]*\.)?{re.escape(word)}\b[^`\n]*`", GUIDE) is not None


@pytest.mark.parametrize("key", sorted(keys_of_the_file()))
def test_the_guide_names_every_key(key: str) -> None:
    assert named(key)


def test_the_guide_names_every_kind_guard_finding_and_vendor() -> None:
    words = [kind for kinds in RULE_KINDS.values() for kind in kinds] + list(RULE_KINDS)
    words += [each.kind for each in FILTER_KINDS]
    words += [*Guards.__dataclass_fields__, *CATALOGUE, *targets.all_vendors(), *CONVENTIONS]
    assert [word for word in words if not named(word) and f"[{word}](conventions/{word}.yaml)" not in GUIDE] == []


@pytest.mark.parametrize("section", sorted(RULE_KINDS))
def test_the_guide_shows_an_example_of_every_rule_kind(section: str) -> None:
    shown = {rule["kind"] for block in BLOCKS for rule in (yaml.safe_load(block).get("rules") or {}).get(section, ())}
    assert shown == set(RULE_KINDS[section])


def test_the_guide_tells_the_guards_defaults() -> None:
    for name, default in ((name, getattr(Guards(), name)) for name in Guards.__dataclass_fields__):
        shown = f"{default.share:.0%}".replace("%", " %") + f", {default.count}" if isinstance(default, Limit) else None
        assert f"| `{name}` | {shown or str(default).lower()} |" in GUIDE, name


def test_the_guide_tells_each_findings_severity_and_title() -> None:
    for code, entry in CATALOGUE.items():
        assert f"| `{code}` | {entry.severity.value} | {entry.title_en} |" in GUIDE


def parse(document: object) -> configuration.Configuration:
    return configuration.parse(configuration.write_yaml(document), targets.all_vendors(), lambda code: True)  # type: ignore[arg-type]  # a mapping, or refused


@pytest.mark.parametrize("block", BLOCKS, ids=lambda block: block.split("\n")[1].strip(" :-{")[:24])
def test_every_example_in_the_guide_is_accepted(block: str) -> None:
    """What an excerpt leaves out is taken from the first example, which is whole."""
    whole: dict[str, Any] = yaml.safe_load(BLOCKS[0])
    excerpt = configuration.read_yaml(block)
    assert isinstance(excerpt, dict)
    parse({**whole, **excerpt})


@pytest.mark.parametrize("convention", CONVENTIONS)
def test_each_convention_is_accepted_and_finds_exactly_the_people_it_should(convention: str) -> None:
    text = (ROOT / "docs" / "conventions" / f"{convention}.yaml").read_text(encoding="utf-8")
    wanted = configuration.parse(text, targets.all_vendors(), lambda code: True)
    town = example(convention)
    rules = parse_rules(wanted.document["rules"])
    made = build(snapshot_of(town), rules, units_of(town), new_identity(), wanted.name, town.town.today).school
    assert people_found(town, made) == people_true(town)
    assert len(people_true(town)) > 200
