"""Why is this person, or is she not, at that vendor? The checks of selecting, asked one by one for one person."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date

from skolsynk.core.connection import Selection
from skolsynk.core.filters import blocks
from skolsynk.core.filters.kinds import ROLE_NAMES
from skolsynk.core.school import Fate, School, Step
from skolsynk.core.selection import checks
from skolsynk.core.selection.candidate import Candidate, candidate
from skolsynk.core.selection.checks import CHECKS, Check, Seen, units_of
from skolsynk.core.selection.groups import limit
from skolsynk.core.selection.names import extended_names, natural
from skolsynk.core.selection.render import lessons
from skolsynk.core.selection.scope import Scope, scope_of
from skolsynk.core.selection.views import Views
from skolsynk.core.ss12000.base import ResourceId
from skolsynk.core.vendor import Vendor

INCLUDED_IF = "included_if"


def explain_selection(
    school: School,
    selection: Selection,
    vendor: Vendor,
    user_id: ResourceId,
    today: date | None = None,
    lang: str = "sv",
) -> tuple[Step, ...]:
    """One step for each check, then one for each limit of the vendor and one for the groups.

    All steps passed: she is in the roster. Otherwise the last step, ``included_if``, says in words (``lang`` is "sv"
    or "en") what would have to hold. Of somebody with protected identity nothing more than that is told.
    Raises SelectionError as ``select`` does.
    """
    scope = scope_of(school, selection, vendor, today)
    user = school.users.get(user_id) if "User" in vendor.types else None
    if user is None:
        return (*_unknown(school, user_id), *_not_reached(1))
    seen = Seen(scope, candidate(scope, user), Views(scope))
    if checks.protected(seen):
        return (Step("protected", "failed", "include_protected", ""), *_not_reached(1))
    steps = tuple(_step(seen, check) for check in CHECKS)
    failed = [step for step in steps if step.outcome == "failed"]
    if failed:
        wanted = _and([WANTED[step.name](seen, lang) for step in failed], lang)
        return (*steps, Step(INCLUDED_IF, "not_reached", failed[0].rule, wanted))
    return (*steps, *_limits(scope, seen.person))


def _step(seen: Seen, check: Check) -> Step:
    miss = check.miss(seen) if check.asked(seen.scope) else None
    if miss:
        return Step(check.name, "failed", miss.rule, miss.evidence)
    return Step(check.name, "passed", "", SAW[check.name](seen) if check.name in SAW else "")


def _unknown(school: School, user_id: ResourceId) -> Iterator[Step]:
    """Somebody without a User resource: what the rules made of her, or that she is nowhere."""
    key = next((key for key, found in school.user_ids.items() if found == user_id), None)
    outcome = school.outcomes.get(key) if key is not None else None
    if outcome and outcome.fate is Fate.PROTECTED:
        yield Step("protected", "failed", "include_protected", "")
    else:
        yield Step("data", "failed", "", outcome.reason if outcome else "absent")


def _not_reached(start: int) -> Iterator[Step]:
    return (Step(check.name, "not_reached", "", "") for check in CHECKS[start:])


def _limits(scope: Scope, person: Candidate) -> Iterator[Step]:
    """What the vendor's limits cut from her, and the groups that bring her."""
    limited = limit(scope, {person.user.id: person.position})
    for cut in limited.cuts:
        yield Step(cut.code, "passed", cut.kept, ", ".join(cut.gone))
    names = extended_names(scope.school, scope.codes) if scope.vendor.unique_class_names else {}
    groups = [lesson.filled.group for lesson in lessons(scope, limited)]
    sent = sorted((names.get(group.id, group.display_name) for group in groups), key=natural)
    yield Step("group", "passed", "", ", ".join(sent))


SAW: Mapping[str, Callable[[Seen], str]] = {
    "role": lambda seen: ", ".join(seen.person.roles),
    "school_unit": units_of,
}


def _and(sentences: list[str], lang: str) -> str:
    return (" och " if lang == "sv" else " and ").join(sentences)


def _always(text_sv: str, text_en: str) -> Callable[[Seen, str], str]:
    return lambda _, lang: text_sv if lang == "sv" else text_en


def _want_role(seen: Seen, lang: str) -> str:
    names = ", ".join(ROLE_NAMES[role][lang != "sv"] for role in seen.person.roles)
    return f"rollen {names} väljs" if lang == "sv" else f"the role {names} is selected"


def _want_unit(seen: Seen, lang: str) -> str:
    units = units_of(seen)
    return f"skolenheten {units} väljs" if lang == "sv" else f"the school unit {units} is selected"


def _want_filter(seen: Seen, lang: str) -> str:
    _, failing = blocks.nearest(seen.scope.selection.filters, seen.views.of(seen.person))
    sentences = [each.sentence(lang) for each in failing]
    if not sentences:
        return "det tomma filterblocket tas bort" if lang == "sv" else "the empty filter block is removed"
    return _and(sentences, lang)


def _want_not_filter(seen: Seen, lang: str) -> str:
    index = blocks.taking_out(seen.scope.selection.not_filters, seen.views.of(seen.person))
    sentence = seen.scope.selection.not_filters[index or 0].sentence(lang)
    return f"inte: {sentence}" if lang == "sv" else f"not: {sentence}"


def _want_field(seen: Seen, lang: str) -> str:
    miss = checks.required_field(seen)
    fields = miss.evidence if miss else ""
    return f"uppgiften {fields} finns" if lang == "sv" else f"the field {fields} is filled in"


WANTED: Mapping[str, Callable[[Seen, str], str]] = {
    "data": _always("reglerna placerar personen", "the rules place the person"),
    "excluded": _always("undantaget tas bort eller går ut", "the exclusion is removed or runs out"),
    "role": _want_role,
    "school_unit": _want_unit,
    "filter": _want_filter,
    "not_filter": _want_not_filter,
    "required_field": _want_field,
}
