from __future__ import annotations

import uuid
from datetime import date, timedelta

import pytest

from skolsynk.core import codec
from skolsynk.core.identity import ClassRecord, IdentityNews
from skolsynk.core.school import Finding, School, Severity
from skolsynk.core.ss12000.base import ResourceId
from skolsynk.core.ss12000.organisation import Organisation
from skolsynk.store import load, save
from skolsynk.store.models import SchoolRow, SnapshotRow
from tests.store.builders import AT, TODAY, new_id, snapshot, world

pytestmark = pytest.mark.django_db


def a_class(number: int, name: str = "7A", members: tuple[ResourceId, ...] = ()) -> ClassRecord:
    return ClassRecord(new_id(number), "group:g1", "12345678", name, 1, members, TODAY)


def school(findings: int = 0) -> School:
    found = tuple(Finding("no_unit", Severity.ERROR, "person", f"p{n}", "") for n in range(findings))
    return School(AT, Organisation(new_id(9), "Björkvik"), {}, {}, {}, {}, {}, {}, {}, {}, found)


def test_the_newest_snapshot_comes_back_whole_and_few_are_kept() -> None:
    tenant = world().tenant
    for day in range(5):
        save.snapshot(tenant, snapshot(AT + timedelta(days=day), people=day), keep=3)
    newest = load.latest_snapshot(tenant)
    assert newest is not None
    assert newest[1] == snapshot(AT + timedelta(days=4), people=4)
    assert SnapshotRow.objects.count() == 3
    assert SnapshotRow.objects.latest("at").counts == {"people": 4, "groups": 1, "containers": 2, "outside": 49}


def test_names_are_not_readable_in_a_stored_snapshot() -> None:
    save.snapshot(world().tenant, snapshot())
    blob = bytes(SnapshotRow.objects.get().blob)
    assert b"bjorkvik" not in blob
    assert blob[:4] != b"\x28\xb5\x2f\xfd"  # not merely compressed


def test_before_the_first_read_there_is_no_snapshot() -> None:
    tenant = world().tenant
    assert load.latest_snapshot(tenant) is None
    assert load.latest_snapshot_id(tenant) is None


def test_another_tenants_snapshot_cannot_be_reached() -> None:
    one, other = world("C1"), world("C2")
    snapshot_id = save.snapshot(one.tenant, snapshot())
    assert load.snapshot(one.tenant, snapshot_id) == snapshot()
    with pytest.raises(SnapshotRow.DoesNotExist):
        load.snapshot(other.tenant, snapshot_id)
    assert load.school(other.tenant, snapshot_id, 1, TODAY) is None


def test_a_snapshot_of_another_layout_counts_as_none(monkeypatch: pytest.MonkeyPatch) -> None:
    tenant = world().tenant
    save.snapshot(tenant, snapshot())
    monkeypatch.setattr(codec, "SNAPSHOT_LAYOUT", "Person(key,shoe_size)")
    assert load.latest_snapshot(tenant) is None


def test_a_school_is_found_for_exactly_its_snapshot_rules_and_day(monkeypatch: pytest.MonkeyPatch) -> None:
    tenant = world().tenant
    snapshot_id = save.snapshot(tenant, snapshot())
    save.school(tenant, snapshot_id, 4, TODAY, school(findings=2))
    assert load.school(tenant, snapshot_id, 4, TODAY) == school(findings=2)
    assert load.school(tenant, snapshot_id, 5, TODAY) is None
    assert load.school(tenant, snapshot_id, 4, date(2026, 1, 31)) is None
    assert SchoolRow.objects.get().counts == {"no_unit": 2}
    monkeypatch.setattr(codec, "SCHOOL_LAYOUT", "User(shoe_size)")
    assert load.school(tenant, snapshot_id, 4, TODAY) is None


def test_few_schools_are_kept_and_one_made_again_replaces_itself() -> None:
    tenant = world().tenant
    snapshot_id = save.snapshot(tenant, snapshot())
    for number in (1, 2, 3, 3):
        save.school(tenant, snapshot_id, number, TODAY, school())
    assert sorted(SchoolRow.objects.values_list("rules_version", flat=True)) == [2, 3]


def test_identity_comes_back_as_it_was_minted() -> None:
    tenant = world().tenant
    news = IdentityNews(
        people={"p1": new_id(1)},
        groups={"g1": new_id(2)},
        units={"12345678": new_id(3)},
        classes=(a_class(4, members=(new_id(1), new_id(7))),),
        organisation=new_id(5),
        unit_groups={"Ekskolan": new_id(6)},
    )
    save.identity_news(tenant, news, TODAY)
    save.identity_news(tenant, news, TODAY)
    identity = load.identity(tenant)
    assert (identity.people, identity.groups, identity.units) == (news.people, news.groups, news.units)
    assert (identity.classes, identity.organisation) == (news.classes, news.organisation)
    assert identity.unit_groups == news.unit_groups
    assert isinstance(identity.namespace, uuid.UUID)


def test_what_is_known_is_never_minted_again() -> None:
    tenant = world().tenant
    save.identity_news(tenant, IdentityNews(people={"p1": new_id(1)}), TODAY)
    save.identity_news(tenant, IdentityNews(people={"p1": new_id(2)}), TODAY)
    assert load.identity(tenant).people == {"p1": new_id(1)}


def test_classes_may_swap_names_and_sources_in_one_build() -> None:
    tenant = world().tenant
    save.identity_news(tenant, IdentityNews(classes=(a_class(1, "7A"), a_class(2, "8A"))), TODAY)
    moved = (a_class(1, "8A", (new_id(3),)), a_class(2, "9A"), a_class(4, "7A"))
    save.identity_news(tenant, IdentityNews(classes=moved), TODAY)
    assert load.identity(tenant).classes == moved


def test_broken_people_keep_their_first_day_until_they_are_well() -> None:
    tenant = world().tenant
    save.identity_news(tenant, IdentityNews(people={"p1": new_id(1), "p2": new_id(2)}), TODAY)
    later = TODAY + timedelta(days=3)
    save.broken(tenant, {new_id(1): "no_unit"}, TODAY)
    save.broken(tenant, {new_id(1): "bad_email", new_id(2): "no_unit"}, later)
    assert load.broken_since(tenant) == {new_id(1): TODAY, new_id(2): later}
    save.broken(tenant, {new_id(2): "no_unit"}, later)
    assert load.broken_since(tenant) == {new_id(2): later}


def test_two_tenants_do_not_share_identity() -> None:
    one, other = world("C1"), world("C2")
    save.identity_news(one.tenant, IdentityNews(people={"p1": new_id(1)}), TODAY)
    assert load.identity(other.tenant).people == {}
    assert load.identity(one.tenant).namespace != load.identity(other.tenant).namespace
