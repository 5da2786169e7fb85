"""Ids as CSV: what leaves comes back the same, and nobody gets somebody else's id."""

from __future__ import annotations

import uuid

import pytest

from skolsynk.store import load
from skolsynk.sync import identities
from skolsynk.sync.identities import IdentityError
from tests.scenarios.theatre import Theatre, pupils

HEAD = "kind,source_key,id,name,unit\n"
NEW = "0f8fad5b-d9cb-469f-a165-70867728950e"


def import_csv(stage: Theatre, text: str) -> identities.Report:
    return identities.import_csv(stage.tenant_id, text, who="test", at=stage.at)


def exported(stage: Theatre) -> str:
    return "\n".join(",".join(row) for row in identities.export_rows(stage.tenant_id))


def address(stage: Theatre, key: str) -> str:
    newest = load.latest_snapshot(stage.tenant_id)
    assert newest
    return next(person.user_name for person in newest[1].people if person.key == key)


def test_an_export_imports_as_unchanged(stage: Theatre) -> None:
    text = exported(stage)
    report = import_csv(stage, "\ufeff" + text)
    assert (report.imported, report.unchanged) == (0, text.count("\n"))
    assert exported(stage) == text


def test_a_person_is_named_by_address_too_in_any_case(stage: Theatre) -> None:
    key = pupils(stage)[0]
    report = import_csv(stage, f"{HEAD}person, {address(stage, key).upper()} , {NEW.upper()},,\n")
    assert report == identities.Report(1, 0)
    assert load.identity(stage.tenant_id).people[key] == NEW


def test_an_imported_class_without_members_yet_is_stood_by_the_next_build(stage: Theatre) -> None:
    unit = next(iter(load.units(stage.tenant_id)))
    import_csv(stage, f"{HEAD}class,{unit}:9Z,{NEW},9Z,{unit}\n")
    assert stage.plan().state in ("done", "held")
    assert NEW in {record.id for record in load.identity(stage.tenant_id).classes}


def test_an_imported_id_is_sent_even_when_a_school_was_made_before(own_stage: Theatre) -> None:
    own_stage.read()
    minted = next(key for key, payload in own_stage.roster().items() if b'"userName"' in payload)
    person = next(k for k, identifier in load.identity(own_stage.tenant_id).people.items() if identifier == minted)
    import_csv(own_stage, f"{HEAD}person,{person},{NEW},,\n")
    own_stage.push()
    assert NEW in own_stage.held()
    assert minted not in own_stage.held()


def test_an_id_that_belongs_to_somebody_else_is_not_taken(stage: Theatre) -> None:
    one, other = pupils(stage, 2)
    taken = load.identity(stage.tenant_id).people[other]
    before = exported(stage)
    with pytest.raises(IdentityError, match="already belongs to person"):
        import_csv(stage, f"{HEAD}person,{one},{taken},,\nperson,new,{NEW},,\n")
    assert exported(stage) == before


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("", "it has nothing"),
        ("kind,id\n", "it has kind, id"),
        ("kind;source_key;id\n", "the header must have"),
        (f"{HEAD}pupil,1,{NEW},,", "line 2: kind must be one of"),
        (f"{HEAD}person,,{NEW},,", "line 2: source_key is missing"),
        (f"{HEAD}person,1,not-a-uuid,,", "line 2: id is not a UUID"),
        (f"{HEAD}person,1", "line 2: id is not a UUID"),
        (f"{HEAD}person,nobody@bjorkvik.example,{NEW},,", "nobody in the newest read"),
        (f"{HEAD}person,1,{NEW},,\nperson,2,{NEW},,", "id stands 2 times"),
        (f"{HEAD}person,1,{NEW},,\nperson,1,{uuid.UUID(int=5)},,", "source_key stands 2 times: person 1"),
        (f"{HEAD}person,{'1' * 501},{NEW},,", "source_key must be text of at most 500"),
        (f"{HEAD}class,a,{NEW},,", "a class needs name and unit"),
        (f"{HEAD}class,a,{NEW},9Z,123", "unit must be a school unit code"),
        (f'{HEAD}person,"a\nb",{NEW},,', "line 3: source_key must be text"),
        (f"{HEAD}person,a\x00b,{NEW},,", ""),
        (f"{HEAD}person,{'x' * 200_000},{NEW},,", "not CSV: field larger"),
    ],
)
def test_a_file_that_cannot_be_used_changes_nothing(stage: Theatre, text: str, what: str) -> None:
    before = exported(stage)
    with pytest.raises(IdentityError) as caught:
        import_csv(stage, text)
    assert what in str(caught.value)
    assert "nothing was changed" in str(caught.value)
    assert exported(stage) == before


def test_more_columns_than_ours_are_passed_over(stage: Theatre) -> None:
    assert import_csv(stage, f"x,kind,source_key,id\n1,person,1,{NEW},too,many\n").imported == 1


def test_ids_are_one_tenants_own(stage: Theatre) -> None:
    assert all(row[0] in identities.KINDS for row in list(identities.export_rows(stage.tenant_id))[1:])
    assert list(identities.export_rows(stage.tenant_id + 1000)) == [identities.HEADER]


def test_a_tenant_that_was_never_read_can_import(own_stage: Theatre) -> None:
    assert import_csv(own_stage, f"{HEAD}person,1,{NEW},,\n").imported == 1
