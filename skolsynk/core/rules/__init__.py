"""A tenant's way from directory to school: rules in, SS12000 resources and findings out."""

from __future__ import annotations

from skolsynk.core.rules.build import Built, build
from skolsynk.core.rules.explain import explain_person
from skolsynk.core.rules.problems import Problem, RulesError
from skolsynk.core.rules.ruleset import KINDS, Rules, field_paths, needs_groups, parse_rules, rules_to_json

__all__ = [
    "KINDS",
    "Built",
    "Problem",
    "Rules",
    "RulesError",
    "build",
    "explain_person",
    "field_paths",
    "needs_groups",
    "parse_rules",
    "rules_to_json",
]
