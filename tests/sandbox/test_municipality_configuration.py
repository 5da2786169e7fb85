"""The worked examples in docs/conventions are what the generator writes today."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from skolsynk.core.rules import parse_rules
from skolsynk.sandbox.municipality import CONVENTIONS
from skolsynk.sandbox.municipality.__main__ import main
from skolsynk.sandbox.municipality.configuration import example, to_yaml

EXAMPLES = Path(__file__).resolve().parents[2] / "docs" / "conventions"


@pytest.mark.parametrize("convention", CONVENTIONS)
def test_each_convention_has_its_worked_example_in_step(convention: str) -> None:
    """If this fails: python -m skolsynk.sandbox.municipality"""
    assert (EXAMPLES / f"{convention}.yaml").read_text(encoding="utf-8") == to_yaml(example(convention))


@pytest.mark.parametrize("convention", CONVENTIONS)
def test_a_worked_example_reads_back_as_sound_rules_and_chosen_units(convention: str) -> None:
    document = yaml.safe_load((EXAMPLES / f"{convention}.yaml").read_text(encoding="utf-8"))
    assert parse_rules(document["rules"]).placement
    codes = [unit["code"] for unit in document["school_units"]]
    assert all(isinstance(code, str) for code in codes)
    for connection in document["connections"]:
        assert set(connection["selection"]["school_units"]) <= set(codes)


def test_there_is_no_example_of_a_convention_that_is_no_more() -> None:
    assert {path.stem for path in EXAMPLES.glob("*.yaml")} == set(CONVENTIONS)


def test_the_command_writes_every_example(tmp_path: Path) -> None:
    main([str(tmp_path / "examples")])
    assert len(list((tmp_path / "examples").glob("*.yaml"))) == len(CONVENTIONS)
