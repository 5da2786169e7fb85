"""Classes keep their ids by their members: over renames, school-year changes, splits, merges and absences."""

from __future__ import annotations

import uuid
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from skolsynk.core.identity import Candidate, ClassRecord, Identity, settle_classes
from skolsynk.core.ss12000.base import ResourceId, new_id

NAMESPACE = uuid.UUID("6f0f4b8e-2f7f-4c80-9d4e-0c5f5d2f6a11")
EK = "12345671"
JUNE, AUGUST = date(2026, 6, 1), date(2026, 8, 20)


def pupils(first: int, last: int) -> tuple[ResourceId, ...]:
    return tuple(ResourceId(f"pupil-{number:03}") for number in range(first, last))


def klass(name: str, first: int, last: int, source: str = "", unit: str = EK) -> Candidate:
    """Each name has its own org unit, unless ``source`` says otherwise."""
    return Candidate(unit, name, source or f"container:{name}", pupils(first, last))


def remember(identity: Identity, news: tuple[ClassRecord, ...]) -> Identity:
    records = {record.id: record for record in (*identity.classes, *news)}
    return Identity(identity.namespace, classes=tuple(records.values()))


def live(*days: list[Candidate], until: date = AUGUST) -> list[dict[str, ResourceId]]:
    """Ids by name, for each day in turn; the last is ``until``, the others are in June."""
    identity, seen = Identity(NAMESPACE), []
    for number, candidates in enumerate(days):
        today = until if number == len(days) - 1 else JUNE + timedelta(days=number)
        ids, news = settle_classes(identity, candidates, today)
        seen.append(dict(zip((each.name for each in candidates), ids, strict=True)))
        identity = remember(identity, news)
    return seen


def test_the_first_class_of_a_name_has_the_first_generations_id() -> None:
    ids, news = settle_classes(Identity(NAMESPACE), [klass("7A", 0, 25)], JUNE)
    minted = new_id(NAMESPACE, f"class:{EK}:7A:1")
    assert ids == (minted,)
    assert news == (ClassRecord(minted, "container:7A", EK, "7A", 1, pupils(0, 25), JUNE),)


def test_an_unchanged_class_is_no_news_within_a_week_and_seen_again_after_it() -> None:
    _, news = settle_classes(Identity(NAMESPACE), [klass("7A", 0, 25)], JUNE)
    identity = remember(Identity(NAMESPACE), news)
    assert settle_classes(identity, [klass("7A", 0, 25)], JUNE + timedelta(days=6))[1] == ()
    later = settle_classes(identity, [klass("7A", 0, 25)], JUNE + timedelta(days=7))[1]
    assert later == (news[0]._replace(last_seen=JUNE + timedelta(days=7)),)


def test_a_rehearsal_of_an_earlier_day_does_not_turn_back_when_a_class_was_seen() -> None:
    _, news = settle_classes(Identity(NAMESPACE), [klass("7A", 0, 25)], AUGUST)
    later = settle_classes(remember(Identity(NAMESPACE), news), [klass("7A", 0, 24)], JUNE)[1]
    assert [record.last_seen for record in later] == [AUGUST]


def test_at_the_school_year_change_ids_follow_the_pupils_up_and_the_new_7a_is_another() -> None:
    before = [klass("7A", 0, 25), klass("8A", 100, 125), klass("9A", 200, 225)]
    after = [klass("7A", 300, 325), klass("8A", 1, 26), klass("9A", 99, 124)]
    june, august = live(before, after)
    assert august["8A"] == june["7A"]
    assert august["9A"] == june["8A"]
    assert august["7A"] not in june.values()


def test_a_group_that_is_used_again_for_next_years_pupils_does_not_keep_the_id() -> None:
    before = [klass("7A", 0, 25, "group:seven"), klass("8A", 100, 125, "group:eight")]
    after = [klass("7A", 300, 325, "group:seven"), klass("8A", 0, 25, "group:eight")]
    june, august = live(before, after)
    assert august["8A"] == june["7A"]
    assert august["7A"] not in june.values()


def test_a_group_that_is_emptied_in_june_and_filled_with_others_in_august_is_another_class() -> None:
    empty = [klass("7A", 0, 0, "group:seven"), klass("8A", 0, 0, "group:eight")]
    after = [klass("7A", 300, 325, "group:seven"), klass("8A", 0, 25, "group:eight")]
    june, july, august = live([klass("7A", 0, 25, "group:seven"), klass("8A", 100, 125, "group:eight")], empty, after)
    assert july == june
    assert august["8A"] == june["7A"]
    assert august["7A"] not in june.values()


def test_a_class_that_was_empty_from_the_beginning_is_itself_when_it_gets_pupils() -> None:
    june, august = live([klass("7A", 0, 0)], [klass("7A", 0, 25)])
    assert august == june


def test_two_classes_that_swap_names_keep_their_ids_by_their_pupils() -> None:
    june, august = live([klass("7A", 0, 25), klass("7B", 30, 55)], [klass("7B", 0, 25), klass("7A", 30, 55)])
    assert (august["7A"], august["7B"]) == (june["7B"], june["7A"])


def test_when_a_class_is_split_the_half_with_its_name_keeps_the_id() -> None:
    june, august = live([klass("7A", 0, 30)], [klass("7A", 0, 15), klass("7B", 15, 30)])
    assert august["7A"] == june["7A"]
    assert august["7B"] not in june.values()


def test_when_two_classes_merge_the_one_whose_name_stays_keeps_the_id() -> None:
    june, august = live([klass("7A", 0, 15), klass("7B", 15, 30)], [klass("7A", 0, 30)])
    assert august["7A"] == june["7A"]


def test_when_two_classes_merge_under_a_new_name_it_is_a_new_class() -> None:
    june, august = live([klass("7A", 0, 15), klass("7B", 15, 30)], [klass("7AB", 0, 30)])
    assert august["7AB"] not in june.values()


def test_a_class_that_loses_most_of_its_pupils_for_a_day_is_the_same_class() -> None:
    june, broken, august = live([klass("7A", 0, 25)], [klass("7A", 0, 1)], [klass("7A", 0, 25)])
    assert june == broken == august


def test_a_class_that_vanishes_and_returns_keeps_its_id() -> None:
    june, gone, august = live([klass("7A", 0, 25)], [], [klass("7A", 0, 25, "container:ny")])
    assert gone == {}
    assert august == june


def test_a_class_that_returns_after_400_days_is_new_and_its_old_id_is_never_minted_again() -> None:
    june, august = live([klass("7A", 0, 25)], [klass("7A", 0, 25)], until=JUNE + timedelta(days=401))
    assert august["7A"] == new_id(NAMESPACE, f"class:{EK}:7A:2") != june["7A"]


def test_a_class_that_moves_to_another_school_unit_is_another() -> None:
    june, august = live([klass("7A", 0, 25)], [klass("7A", 0, 25, unit="12345672")])
    assert august["7A"] != june["7A"]


def test_an_imported_class_is_known_by_its_name_until_its_members_are_known() -> None:
    imported = ClassRecord(ResourceId("från en annan avsändare"), "", EK, "7a", 1, (), JUNE)
    ids, news = settle_classes(Identity(NAMESPACE, classes=(imported,)), [klass("7A", 0, 25)], JUNE)
    assert ids == (imported.id,)
    assert (news[0].name, news[0].source_key, news[0].members) == ("7A", "container:7A", pupils(0, 25))


def test_another_class_under_the_same_name_and_source_is_not_the_old_one() -> None:
    june, august = live([klass("7A", 0, 25)], [klass("7A", 100, 125)])
    assert august["7A"] != june["7A"]


def test_of_two_records_that_fit_the_one_of_the_same_source_is_taken() -> None:
    records = tuple(
        ClassRecord(ResourceId(name), f"container:{name}", EK, name, 1, pupils(0, 10), JUNE) for name in ("7A", "7B")
    )
    ids, _ = settle_classes(Identity(NAMESPACE, classes=records), [klass("7B", 0, 10)], JUNE)
    assert ids == ("7B",)


members = st.frozensets(st.integers(0, 30), max_size=12).map(
    lambda numbers: tuple(sorted(ResourceId(f"pupil-{number:03}") for number in numbers))
)
school_day = st.dictionaries(
    st.tuples(st.sampled_from([EK, "12345672"]), st.sampled_from(["7A", "7B", "8A", "9A"])),
    st.tuples(members, st.sampled_from(["group:x", "group:y", "container:z"])),
    max_size=8,
).map(lambda day: [Candidate(unit, name, source, who) for (unit, name), (who, source) in day.items()])


@given(st.lists(school_day, max_size=6))
def test_over_any_days_ids_are_one_to_one_and_independent_of_order(days: list[list[Candidate]]) -> None:
    identity = Identity(NAMESPACE)
    for number, candidates in enumerate(days):
        today = JUNE + timedelta(days=90 * number)
        ids, news = settle_classes(identity, candidates, today)
        assert len(set(ids)) == len(candidates)
        shuffled = candidates[::-1]
        backwards = Identity(NAMESPACE, classes=identity.classes[::-1])
        again, same_news = settle_classes(backwards, shuffled, today)
        assert (again[::-1], same_news) == (ids, news)
        before = {record.id: record for record in identity.classes}
        for each, class_id in zip(candidates, ids, strict=True):
            assert class_id not in before or before[class_id].unit == each.unit
        identity = remember(identity, news)
        assert len({record.id for record in identity.classes}) == len(identity.classes)
        assert settle_classes(identity, candidates, today) == (ids, ())


@given(school_day)
def test_a_day_after_the_same_day_changes_nothing(candidates: list[Candidate]) -> None:
    ids, news = settle_classes(Identity(NAMESPACE), candidates, JUNE)
    assert settle_classes(remember(Identity(NAMESPACE), news), candidates, JUNE) == (ids, ())
