"""What holds for every plan, over random schools, ledgers, guards, approvals, refusals, frozen and protected people."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import TypeVar

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from skolsynk.core.connection import Guards, Limit
from skolsynk.core.ledger import Answer, Held, Verb
from skolsynk.core.plan import (
    ApprovedChange,
    Facts,
    Plan,
    Refused,
    Spent,
    choose,
    make_plan,
    make_unprovision_plan,
    summary,
)
from skolsynk.core.roster import Item, Roster
from skolsynk.core.ss12000.base import ResourceId, fingerprint
from tests.core.plan.model import Books, Receiver, contents, done, ids_referred_to, push
from tests.core.plan.worlds import ANYTHING, KEY, OPEN, Mixer, code, facts, ledger_of, roster

T = TypeVar("T")
SEEDS = st.integers(0, 2**32)
many = settings(max_examples=400, deadline=None, suppress_health_check=list(HealthCheck))
fewer = settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))


@dataclass
class Case:
    random: random.Random
    receiver: Receiver
    books: Books
    roster: Roster
    facts: Facts
    mixer: Mixer

    def plan(self, **other: object) -> Plan:
        return make_plan(self.roster, self.books.rows, replace(self.facts, **other), self.books.payloads_of)  # type: ignore[arg-type]  # any field


def vendor_with(items: dict[ResourceId, Item], rng: random.Random, unknown: float) -> tuple[Receiver, Books]:
    """A vendor holding ``items``; of a part of them the ledger has lost sight, in all the ways it can."""
    receiver = Receiver(contents(items))
    books = Books(dict(ledger_of(items)), {key: item.payload for key, item in items.items()})
    for key, item in items.items():
        if rng.random() >= unknown:
            continue
        books.rows[key] = Held(item.type, None, item.unit)
        used = any(key in ids_referred_to(body) for body in receiver.bodies.values())
        fate = rng.choice(["same", "other", "create", "absent create", "absent delete"])
        if fate == "other" and item.type == "StudentGroup":
            body = item.payload.replace(b'"7A"', b'"7Z"')
            receiver.bodies[key] = body
        if fate in ("create", "absent create") and not used:
            del books.payloads[key]
        if fate.startswith("absent") and not used:
            del receiver.bodies[key]
    return receiver, books


def some(rng: random.Random, ids: list[ResourceId], share: float) -> list[ResourceId]:
    return [key for key in sorted(ids) if rng.random() < share]


def any_guards(rng: random.Random) -> Guards:
    limits = [ANYTHING, Limit(0.0, 0), Limit(0.0, 1), Limit(0.3, 1), Limit(0.05, 10)]
    removed, added, changed, in_all = (rng.choice(limits) for _ in range(4))
    return Guards(removed, added, changed, in_all, rng.random() < 0.5, 14, rng.random() < 0.5)


def any_spent(rng: random.Random) -> Spent:
    buckets = [(code(at), kind) for at in range(3) for kind in ("User", "StudentGroup", "Employment")]
    counts = [{bucket: rng.randrange(4) for bucket in buckets if rng.random() < 0.2} for _ in range(3)]
    return Spent(*counts)


def any_refusals(rng: random.Random, wanted: dict[ResourceId, Item], books: Books) -> dict[ResourceId, Refused]:
    refused: dict[ResourceId, Refused] = {}
    for key in some(rng, list(wanted), 0.08):
        verb = Verb.UPDATE if key in books.rows else Verb.CREATE
        mark = fingerprint(wanted[key].payload, KEY) if rng.random() < 0.8 else b"another"
        refused[key] = Refused(wanted[key].type, verb, mark)
    for key in some(rng, [key for key in books.rows if key not in wanted], 0.08):
        refused[key] = Refused(books.rows[key].type, Verb.DELETE, None)
    return refused


def any_case(seed: int, *, unknown: float = 0.1, refusals: bool = True, people: bool = True) -> Case:
    rng = random.Random(seed)
    mixer = Mixer(seed)
    had = mixer.roster_items() if rng.random() < 0.95 else {}
    receiver, books = vendor_with(had, rng, unknown if rng.random() < 0.5 else 0.0)
    wanted = mixer.roster_items() if rng.random() < 0.95 else {}
    left = [key for key, item in had.items() if item.type == "User" and key not in wanted]
    broken = some(rng, left, 0.3 if people else 0.0)
    protected = some(rng, left, 0.2 if people else 0.0)
    case_facts = facts(
        live=rng.random() < 0.7,
        guards=any_guards(rng),
        today=date(2026, rng.choice([3, 8]), 2),
        refused=any_refusals(rng, wanted, books) if refusals else {},
        spent_day=any_spent(rng),
        spent_week=any_spent(rng),
        broken_since={key: date(2026, 2, rng.randrange(10, 28)) for key in some(rng, broken, 0.5)},
        decided=dict.fromkeys(some(rng, left, 0.3), "decision"),
        first_push=rng.random() < 0.1,
    )
    case = Case(rng, receiver, books, roster(wanted, dict.fromkeys(broken, "no_unit"), protected), case_facts, mixer)
    if rng.random() < 0.6:
        held = [hold.change for hold in case.plan().held]
        yes = [ApprovedChange(c.verb, c.type, c.id, c.fingerprint) for c in held if rng.random() < 0.5]
        case.facts = replace(case.facts, approvals=frozenset(yes))
    return case


def differing(case: Case) -> set[ResourceId]:
    items, rows = case.roster.items, case.books.rows
    changed = {key for key in items if key not in rows or rows[key].fingerprint != fingerprint(items[key].payload, KEY)}
    return changed | {key for key in rows if key not in items}


@many
@given(SEEDS)
def test_flowing_changes_never_leave_a_dangling_reference(seed: int) -> None:
    case = any_case(seed)
    case.receiver.apply_all(case.plan().flowing)


@many
@given(SEEDS)
def test_without_guards_the_receiver_ends_as_the_roster_byte_for_byte(seed: int) -> None:
    case = any_case(seed, refusals=False, people=False)
    if not case.roster.items:
        return
    case.receiver.apply_all(case.plan(guards=OPEN, spent_day=Spent({}, {}, {}), today=date(2026, 3, 2)).flowing)
    assert case.receiver.bodies == contents(case.roster.items)


@many
@given(SEEDS)
def test_any_mix_of_answers_converges_when_the_vendor_is_well_again(seed: int) -> None:
    case = any_case(seed, people=False, refusals=False)
    if not case.roster.items:
        return
    calm = {"guards": OPEN, "today": date(2026, 3, 2)}

    def moody() -> tuple[Answer, bool]:
        answer = case.random.choice([Answer.DONE, Answer.DONE, Answer.REJECTED, Answer.UNKNOWN, Answer.FAILED])
        return answer, answer is Answer.DONE or (answer is Answer.UNKNOWN and case.random.random() < 0.5)

    for _ in range(3):
        push(case.plan(refused=dict(case.books.refused), **calm).flowing, case.receiver, case.books, moody)
        case.roster = roster(case.mixer.roster_items()) if case.random.random() < 0.5 else case.roster
    if not case.roster.items:
        return
    case.books.refused.clear()
    for _ in range(3):
        push(case.plan(refused=dict(case.books.refused), **calm).flowing, case.receiver, case.books, done)
    assert case.receiver.bodies == contents(case.roster.items)
    plan = case.plan(refused={}, **calm)
    assert (plan.flowing, plan.held, plan.unproven) == ((), (), 0)


@many
@given(SEEDS)
def test_held_and_flowing_are_the_difference_and_share_nothing(seed: int) -> None:
    case = any_case(seed, people=False)
    case.facts = replace(case.facts, refused={})
    plan = case.plan()
    flowing = {change.id for change in plan.flowing}
    held = {hold.change.id for hold in plan.held}
    assert len(flowing) + len(held) == len(plan.flowing) + len(plan.held)
    assert not flowing & held
    assert flowing | held == differing(case)


@many
@given(SEEDS)
def test_protected_people_never_remain_at_the_vendor(seed: int) -> None:
    case = any_case(seed)
    case.receiver.apply_all(case.plan().flowing)
    assert not case.roster.protected & case.receiver.bodies.keys()
    for body in case.receiver.bodies.values():
        assert not case.roster.protected & ids_referred_to(body)


@many
@given(SEEDS)
def test_frozen_people_keep_their_body_and_their_place(seed: int) -> None:
    case = any_case(seed, unknown=0.0)
    before = dict(case.receiver.bodies)
    plan = case.plan()
    case.receiver.apply_all(plan.flowing)
    for key in plan.frozen:
        if case.books.rows[key].type in ("User", "Employment", "SchoolUnit"):
            assert case.receiver.bodies[key] == before[key]
    for place, body in before.items():
        kept = {person for person in ids_referred_to(body) & plan.frozen.keys() if person in case.roster.broken}
        if kept and place in case.roster.items:
            assert kept <= ids_referred_to(case.receiver.bodies[place])


@many
@given(SEEDS)
def test_approving_all_leaves_nothing_held(seed: int) -> None:
    case = any_case(seed, refusals=False, unknown=0.0)
    plan = case.plan()
    again = case.plan(approvals=choose(plan, "all") | case.facts.approvals)
    assert again.held == ()
    assert again.trips == ()


@many
@given(SEEDS)
def test_whatever_is_chosen_flows_with_all_it_needs(seed: int) -> None:
    case = any_case(seed, refusals=False)
    case.facts = replace(case.facts, approvals=frozenset())
    plan = case.plan()
    if not plan.held:
        return
    one = case.random.choice(plan.held).change
    by, value = case.random.choice(
        [("ids", one.id), ("unit", one.unit), ("type", one.type), ("cause", one.cause), ("all_but_removals", "")]
    )
    chosen = choose(plan, by, value)
    again = case.plan(approvals=chosen)
    still = {hold.change.id for hold in again.held}
    if all(row.fingerprint is not None for row in case.books.rows.values()):
        assert not still & {approved.id for approved in chosen}
    case.receiver.apply_all(again.flowing)


@many
@given(SEEDS)
def test_order_of_input_does_not_matter(seed: int) -> None:
    case = any_case(seed)
    plan = case.plan()

    def shuffled(mapping: Mapping[ResourceId, T]) -> dict[ResourceId, T]:
        keys = list(mapping)
        case.random.shuffle(keys)
        return {key: mapping[key] for key in keys}

    case.roster = replace(case.roster, items=shuffled(case.roster.items), broken=shuffled(case.roster.broken))
    case.books.rows = shuffled(case.books.rows)
    case.facts = replace(case.facts, refused=shuffled(case.facts.refused))
    assert case.plan() == plan


@many
@given(SEEDS)
def test_unapproved_flow_stays_inside_every_limit(seed: int) -> None:
    case = any_case(seed)
    plan = case.plan()
    rows = Counter((row.unit, row.type) for row in case.books.rows.values())
    free = case.facts.first_push or not rows

    def count(wanted: Verb) -> Counter[tuple[str, str]]:
        return Counter((c.unit, c.type) for c in plan.flowing if c.verb is wanted and not c.approved)

    guards = case.facts.guards
    for bucket, number in count(Verb.DELETE).items():
        assert not guards.removed.exceeded(number, rows[bucket]) or bucket[1] == "StudentGroup"
    for bucket, number in count(Verb.CREATE).items():
        assert free or not guards.added.exceeded(number, rows[bucket])
    removed = sum(c.removals for c in plan.flowing if not c.approved)
    assert not guards.removed_in_all.exceeded(removed, len(case.books.rows))


@fewer
@given(SEEDS)
def test_a_run_that_changes_nothing_asks_for_no_payloads(seed: int) -> None:
    mixer = Mixer(seed)
    items = mixer.roster_items()
    books = Books(dict(ledger_of(items)))
    plan = make_plan(roster(items), books.rows, facts(), books.payloads_of)
    assert (plan.flowing, plan.held, plan.unchanged, books.calls) == ((), (), len(items), [])


@fewer
@given(SEEDS)
def test_payloads_are_asked_for_in_few_calls(seed: int) -> None:
    case = any_case(seed)
    case.books.calls.clear()
    case.plan()
    asked = [key for call in case.books.calls for key in call]
    assert len(case.books.calls) <= 6
    assert len(asked) == len(set(asked))


@fewer
@given(SEEDS)
def test_unprovision_empties_the_vendor_in_order_as_far_as_approved(seed: int) -> None:
    case = any_case(seed, unknown=0.0)
    plan = make_unprovision_plan(case.books.rows, facts())
    assert plan.flowing == ()
    assert len(plan.held) == len(case.books.rows)
    yes = choose(plan, "all")
    part = frozenset(approved for approved in yes if case.random.random() < 0.7)
    half = make_unprovision_plan(case.books.rows, facts(approvals=part))
    receiver = Receiver(dict(case.receiver.bodies))
    receiver.apply_all(half.flowing)
    case.receiver.apply_all(make_unprovision_plan(case.books.rows, facts(approvals=yes)).flowing)
    assert case.receiver.bodies == {}


@fewer
@given(SEEDS)
def test_the_summary_counts_everything_once(seed: int) -> None:
    plan = any_case(seed).plan()
    figures = summary(plan)
    total = figures["total"]
    assert isinstance(total, dict)
    assert total["held"] == len(plan.held)
    assert total["created"] + total["updated"] + total["deleted"] == len(plan.flowing)
    assert (total["frozen"], total["refused"], total["unchanged"]) == (
        len(plan.frozen),
        len(plan.refused),
        plan.unchanged,
    )
    by_type, by_unit = figures["by_type"], figures["by_unit"]
    assert isinstance(by_type, dict)
    assert isinstance(by_unit, dict)
    for counts in (by_type, by_unit):
        assert {word: sum(each[word] for each in counts.values()) for word in total} == total
