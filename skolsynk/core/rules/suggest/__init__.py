"""Rules that a directory seems to follow, with reasons and head counts: a newcomer accepts rather than writes.

``suggest`` looks at org units, fields and groups; ``combine`` makes whole rules of what it found. Both are pure and
linear in people. A source should read the snapshot with all fields that may tell something (organizations,
externalIds, customSchemas) and with groups.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from skolsynk.core.register import RegisteredUnit
from skolsynk.core.rules.problems import RulesError
from skolsynk.core.rules.ruleset import KINDS, parse_rules
from skolsynk.core.rules.suggest.draft import Draft, Json, Suggestion
from skolsynk.core.rules.suggest.fields import suggest_from_fields
from skolsynk.core.rules.suggest.groups import suggest_from_groups
from skolsynk.core.rules.suggest.survey import Survey
from skolsynk.core.rules.suggest.tree import suggest_from_tree
from skolsynk.core.rules.suggest.years import suggest_from_names
from skolsynk.core.snapshot import Snapshot

__all__ = ["ENOUGH", "Suggestion", "combine", "suggest"]

ENOUGH = 0.5
"""The confidence from which ``combine`` takes a suggestion."""

_SECTIONS = tuple(KINDS)
_ADDS_CLASSES, _ADDS_PLACEMENT, _ADDS_ROLES = 0.05, 0.01, 0.2


Kinds = Mapping[str, Collection[str]]
"""{section: kinds of rules}"""


def suggest(snapshot: Snapshot, units: Sequence[RegisteredUnit], only: Kinds | None = None) -> tuple[Suggestion, ...]:
    """What rules the directory seems to follow, section by section, the surest and widest first.

    ``units`` are the school units that the tenant has chosen. Each rule is JSON that ``parse_rules`` takes; a
    rule that adds little to a surer one of its section is there with a confidence below ENOUGH. With ``only``, nothing
    but these kinds is looked for in the sections that it names.
    """
    survey = Survey(snapshot, units)
    tree, fields, groups = (
        [each for each in found if _is_wanted(each.suggestion, only or {}) and _is_sound(each.suggestion)]
        for found in (suggest_from_tree(survey), suggest_from_fields(survey), suggest_from_groups(survey))
    )
    drafts = [*tree, *fields, *groups]
    classes = list(_weigh(_of(drafts, "classes"), _ADDS_CLASSES * len(survey.keys)))
    kept = [
        *_weigh(_of(drafts, "placement"), _ADDS_PLACEMENT * len(survey.keys)),
        *_weigh_roles(_of([*tree, *fields], "role"), _of(groups, "role")),
        *classes,
        *_of(drafts, "groups"),
        *_of(drafts, "school_year"),
        *(each for each in suggest_from_names(survey, _names(classes)) if _is_wanted(each.suggestion, only or {})),
        *_of(drafts, "never"),
        *_of(drafts, "protected"),
    ]
    found = [*(each.suggestion for each in kept), *_accounts(snapshot)]
    return tuple(sorted(found, key=lambda each: _SECTIONS.index(each.section)))


def combine(suggestions: Iterable[Suggestion]) -> Json:
    """Whole rules, as JSON, of the suggestions that are sure enough, in the order given.

    Which rule goes before which is decided by the rules' own order of precedence: field, group, tree, nearest.
    """
    rules: dict[str, list[Json]] = {section: [] for section in _SECTIONS}
    for each in suggestions:
        if each.confidence >= ENOUGH and each.rule not in rules[each.section]:
            rules[each.section].append(each.rule)
    rules["never"] += [rule for rule in _ALWAYS if rule not in rules["never"]]
    return {section: found for section, found in rules.items() if found}


_ALWAYS: tuple[Json, Json] = ({"kind": "suspended"}, {"kind": "archived"})


def _is_wanted(suggestion: Suggestion, only: Kinds) -> bool:
    return suggestion.section not in only or suggestion.rule["kind"] in only[suggestion.section]


def _is_sound(suggestion: Suggestion) -> bool:
    """Names can be longer than a pattern may be; what cannot be a rule is no suggestion."""
    try:
        parse_rules({suggestion.section: [suggestion.rule]})
    except RulesError:
        return False
    return True


def _of(drafts: Iterable[Draft], section: str) -> list[Draft]:
    """One section's drafts that catch somebody, or could: the surest first, then the widest."""
    found = [each for each in drafts if each.suggestion.section == section]
    return sorted(found, key=lambda each: (-each.suggestion.confidence, -each.suggestion.people))


def _weigh(drafts: Sequence[Draft], enough: float) -> Iterator[Draft]:
    """Doubt those that catch fewer than ``enough`` people whom none before them catches."""
    caught: set[str] = set()
    for each in drafts:
        new = len(each.caught - caught)
        if new and new >= enough:
            caught |= each.caught
            yield each
        else:
            yield each._replace(suggestion=_doubted(each.suggestion))


def _weigh_roles(first: Sequence[Draft], groups: Sequence[Draft]) -> Iterator[Draft]:
    """Groups go before the tree, so one for all pupils or all staff only repeats it; one for fewer people tells more.

    Small groups first: the first of two groups that disagree wins, and principals teach more often than not.
    """
    yield from first
    said = frozenset[str]().union(*(each.caught for each in first))
    for each in sorted(groups, key=lambda draft: draft.suggestion.people):
        rule = each.suggestion.rule
        general = rule["role"] in ("pupil", "staff") and "employment_role" not in rule
        adds = len(each.caught - said) >= _ADDS_ROLES * len(each.caught)
        yield each if adds or not general else each._replace(suggestion=_doubted(each.suggestion))


def _doubted(suggestion: Suggestion) -> Suggestion:
    return suggestion._replace(
        confidence=round(suggestion.confidence / 2, 2),
        reason_sv=f"{suggestion.reason_sv} Säkrare regler fångar redan nästan alla.",
        reason_en=f"{suggestion.reason_en} Surer rules already catch nearly all.",
    )


def _names(classes: Iterable[Draft]) -> Counter[str]:
    """Names of classes from the rules that are sure enough."""
    found = Counter[str]()
    for each in classes:
        if each.suggestion.confidence >= ENOUGH:
            found.update(each.class_names)
    return found


def _accounts(snapshot: Snapshot) -> Iterator[Suggestion]:
    suspended = sum(person.suspended for person in snapshot.people)
    archived = sum(person.archived for person in snapshot.people)
    yield Suggestion(
        "never", dict(_ALWAYS[0]), "Avstängda konton skickas inte.", "Suspended accounts are not sent.", suspended, 1.0
    )
    yield Suggestion(
        "never", dict(_ALWAYS[1]), "Arkiverade konton skickas inte.", "Archived accounts are not sent.", archived, 1.0
    )
