"""What a connection holds, as sentences; and what differs between two versions of it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence

from skolsynk.core.connection import Guards, Limit, Selection
from skolsynk.core.filters import Filter
from skolsynk.core.filters.near import Lost
from skolsynk.core.ss12000.user import UserFields
from skolsynk.sync.connections import Held
from skolsynk.sync.schedule_json import Schedule
from skolsynk.web.connections.labels import FIELDS, GROUP_TYPES, GUARDS, ROLES, small
from skolsynk.web.connections.profile import joined
from skolsynk.web.words import chosen, day, number, percent, speaks, words

CODE = re.compile(r"\b[1-9][0-9]{7}\b")
Names = Mapping[str, str]  # school unit code -> name
LIMITS = ("removed", "added", "changed", "removed_in_all")


def named(text: str, names: Names) -> str:
    """School unit codes in a text become names, where they are known."""
    return CODE.sub(lambda found: names.get(found[0], found[0]), text)


def sentence(each: Filter, names: Names) -> str:
    return named(each.sentence(speaks()), names)


def units_said(selection: Selection, names: Names) -> str:
    if not selection.school_units:
        return chosen("Ingen skolenhet är vald, så ingen skickas.", "No school unit is chosen, so nobody is sent.")
    if set(names) <= set(selection.school_units) and len(names) > 1:
        return chosen(f"Alla era {len(names)} skolenheter.", f"All your {len(names)} school units.")
    return joined(names.get(code, code) for code in selection.school_units)


def blocks_said(selection: Selection, names: Names) -> list[str]:
    """One sentence for each block; blocks are joined by OR, their conditions by AND."""
    both = chosen(" och ", " and ")
    return [both.join(sentence(each, names) for each in block) for block in selection.filters]


def lost_said(lost: Lost) -> str:
    """That nothing has a value, and what is near it."""
    text = chosen(f"Inget i katalogen heter ”{lost.value}”.", f"Nothing in the directory is “{lost.value}”.")
    near = ", ".join(lost.near)
    return text + (chosen(f" Menas {near}?", f" Did you mean {near}?") if near else "")


def fields_said(fields: UserFields) -> str:
    on = [small(FIELDS[name]) for name in fields._fields if getattr(fields, name)]
    return joined(on) or chosen("inga", "none")


def limit_said(limit: Limit) -> str:
    """mer än 5 % och fler än 10"""
    share, count = percent(limit.share), number(limit.count)
    return chosen(f"mer än {share} och fler än {count}", f"more than {share} and more than {count}")


def schedule_said(schedule: Schedule) -> str:
    every = chosen(f"Var {number(schedule.every_minutes)}:e minut", f"Every {number(schedule.every_minutes)} minutes")
    if schedule.every_minutes == 60:
        every = chosen("Varje timme", "Every hour")
    if (schedule.from_hour, schedule.to_hour) == (0, 24):
        return every + chosen(", dygnet runt.", ", day and night.")
    return every + chosen(
        f", mellan {schedule.from_hour}.00 och {schedule.to_hour}.00.",
        f", between {schedule.from_hour}:00 and {schedule.to_hour}:00.",
    )


def differences(before: Held, after: Held, names: Names) -> list[str]:
    """What another version changes, one sentence each; people are counted, never named."""
    return [
        *_of_lists(before.selection, after.selection, names),
        *_of_filters(before.selection, after.selection, names),
        *_of_exclusions(before.selection, after.selection),
        *_of_switches(before.selection, after.selection),
        *_of_guards(before.guards, after.guards),
        *_of_schedules(before.schedule, after.schedule),
    ]


def _plus(texts: Sequence[str], what: str) -> Iterator[str]:
    if texts:
        yield chosen(f"{what} tillkommer: {joined(texts)}.", f"{what} added: {joined(texts)}.")


def _minus(texts: Sequence[str], what: str) -> Iterator[str]:
    if texts:
        yield chosen(f"{what} tas bort: {joined(texts)}.", f"{what} removed: {joined(texts)}.")


def _of_lists(before: Selection, after: Selection, names: Names) -> Iterator[str]:
    spelt: tuple[tuple[str, str, Callable[[str], str]], ...] = (
        ("school_units", words("Skolenheter", "School units"), lambda code: names.get(code, code)),
        ("roles", words("Roller", "Roles"), lambda role: small(ROLES[role])),
        ("group_types", words("Grupptyper", "Kinds of groups"), lambda kind: small(GROUP_TYPES[kind])),
    )
    for name, what, spell in spelt:
        old, new = getattr(before, name), getattr(after, name)
        yield from _plus([spell(one) for one in new if one not in old], what)
        yield from _minus([spell(one) for one in old if one not in new], what)


def _of_filters(before: Selection, after: Selection, names: Names) -> Iterator[str]:
    for what, old, new in (
        (words("Villkor", "Conditions"), blocks_said(before, names), blocks_said(after, names)),
        (
            words("Undantag", "Exceptions"),
            [sentence(each, names) for each in before.not_filters],
            [sentence(each, names) for each in after.not_filters],
        ),
    ):
        yield from _plus([_quoted(text) for text in new if text not in old], what)
        yield from _minus([_quoted(text) for text in old if text not in new], what)
        if old != new and set(old) == set(new):
            yield chosen(f"{what} kommer i en annan ordning.", f"{what} come in another order.")


def _quoted(text: str) -> str:
    return chosen(f"”{text}”", f"“{text}”")


def _of_exclusions(before: Selection, after: Selection) -> Iterator[str]:
    new, old = set(after.exclusions) - set(before.exclusions), set(before.exclusions) - set(after.exclusions)
    if new:
        yield _people(len(new)) + chosen(" undantas.", " excluded.")
    if old:
        yield _people(len(old)) + chosen(" undantas inte längre.", " no longer excluded.")


def _people(count: int) -> str:
    if count == 1:
        return chosen("En person", "One person")
    return chosen(f"{number(count)} personer", f"{number(count)} people")


def _of_switches(before: Selection, after: Selection) -> Iterator[str]:
    switches = [
        (str(label), getattr(before.fields, name), getattr(after.fields, name)) for name, label in FIELDS.items()
    ]
    switches += [
        (chosen("Huvudmannen", "The school authority"), before.organisation, after.organisation),
        (
            chosen("Grupper av skolenheter", "Groups of school units"),
            before.school_unit_groups,
            after.school_unit_groups,
        ),
        (
            chosen("Personer med skyddad identitet", "People with protected identity"),
            before.include_protected,
            after.include_protected,
        ),
    ]
    for label, old, new in switches:
        if old != new:
            on, off = chosen(" skickas.", ": sent."), chosen(" skickas inte längre.", ": no longer sent.")
            yield label + (on if new else off)


def _of_guards(before: Guards, after: Guards) -> Iterator[str]:
    for name in LIMITS:
        old, new = getattr(before, name), getattr(after, name)
        if old != new:
            yield f"{GUARDS[name]}: {limit_said(old)} → {limit_said(new)}."
    if before.cumulative != after.cumulative:
        yield cumulative_said(after)
    if before.freeze_days != after.freeze_days:
        yield chosen(
            f"Dagar som trasiga uppgifter fryses: {before.freeze_days} → {after.freeze_days}.",
            f"Days for which broken data is frozen: {before.freeze_days} → {after.freeze_days}.",
        )
    if before.hold_first_live_push != after.hold_first_live_push:
        yield first_push_said(after)


def cumulative_said(guards: Guards) -> str:
    if guards.cumulative:
        return chosen(
            "Ändringar räknas ihop över 24 timmar och 7 dygn.", "Changes are added up over 24 hours and 7 days."
        )
    return chosen("Ändringar räknas bara inom en körning.", "Changes are counted within one run only.")


def first_push_said(guards: Guards) -> str:
    if guards.hold_first_live_push:
        return chosen("Den första skarpa sändningen väntar på godkännande.", "The first live push waits for approval.")
    return chosen(
        "Den första skarpa sändningen skickas utan att vänta.", "The first live push is sent without waiting."
    )


def _of_schedules(before: Schedule, after: Schedule) -> Iterator[str]:
    if schedule_said(before) != schedule_said(after):
        yield f"{schedule_said(before)} → {schedule_said(after)}"
    for pause in after.pauses:
        if pause not in before.pauses:
            yield chosen("Paus", "Pause") + f" {day(pause.first)} – {day(pause.last)}."
    for pause in before.pauses:
        if pause not in after.pauses:
            yield chosen("Pausen tas bort", "Pause removed") + f": {day(pause.first)} – {day(pause.last)}."
