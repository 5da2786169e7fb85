"""Keeping one person from a vendor or from all: what it would do, a reason, and nothing overwritten."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from skolsynk.core.connection_json import selection_from_json
from skolsynk.store import connections, load
from skolsynk.store.models import AuditEvent, Connection, Run
from skolsynk.sync import drafts, exclusions, people, readmodel
from skolsynk.sync.dispatch import today_at
from skolsynk.sync.exclusions import Said, Whom
from tests.scenarios.theatre import Theatre, pupils
from tests.web.conftest import member, signed_in

Address = Callable[..., str]
EVERYWHERE = "overallt"


@pytest.fixture
def key(town: Theatre) -> str:
    return pupils(town)[0]


def version(town: Theatre, vendor: str = "sandbox") -> int:
    stored = connections.stored(town.tenant_id, vendor)
    assert stored
    return stored.version


def rules(town: Theatre) -> load.RulesFacts:
    found = load.rules(town.tenant_id)
    assert found
    return found


def form(number: int, **changed: str) -> dict[str, str]:
    return {"reason": "flyttar", "until": "", "version": str(number), **changed}


def excluded(town: Theatre, vendor: str = "sandbox") -> list[tuple[str, str, date | None]]:
    found = selection_from_json(town.connection(vendor).selection).exclusions
    return [(each.person, each.reason, each.until) for each in found]


def never(town: Theatre, key: str) -> list[Any]:
    document: Any = rules(town).json
    return [rule for rule in document.get("never", []) if rule.get("person") == key]


def test_the_page_says_what_it_would_do_before_it_is_done(
    as_editor: Client, address: Address, town: Theatre, key: str
) -> None:
    text = as_editor.get(address("person_exclude", key=key, scope="sandbox")).content.decode()
    assert "Personen tas bort." in text
    assert "skickas utan personen" in text
    assert "Undanta 1 person från Sandbox" in text
    assert excluded(town) == []


def test_what_a_vendor_has_not_got_is_not_said_to_be_removed(as_editor: Client, address: Address, key: str) -> None:
    text = as_editor.get(address("person_exclude", key=key, scope="binogi")).content.decode()
    assert "Personen tas bort." not in text
    assert "har inte fått den ännu" in text


def test_a_teachers_employments_are_counted(town: Theatre) -> None:
    model = readmodel.of(town.tenant_id)
    assert model
    teacher = model.people.rows_where(role="teacher").rows[0]
    today = today_at(town.at)
    found = people.look(town.tenant_id, teacher.key, today, "sv")
    assert found
    sandbox = next(each for each in found.vendors if each.slug == "sandbox")
    effect = people.effect_of_excluding(town.tenant_id, sandbox, found, today)
    assert effect.removed == {"User": 1, "Employment": len(teacher.units)}


def test_excluding_from_one_vendor_makes_a_version_and_a_plan(
    as_editor: Client, address: Address, town: Theatre, key: str
) -> None:
    until = today_at(timezone.now()) + timedelta(days=30)
    before = version(town)
    answer = as_editor.post(address("person_exclude", key=key, scope="sandbox"), form(before, until=until.isoformat()))
    assert (answer.status_code, answer.headers["location"]) == (303, address("person", key=key))
    assert excluded(town) == [(key, "flyttar", until)]
    assert version(town) == before + 1
    assert excluded(town, "binogi") == []
    assert Run.objects.filter(kind="plan", connection_id=town.connection().id).exists()
    assert AuditEvent.objects.get(what="person_excluded").about["person"] == key
    text = as_editor.get(address("person", key=key)).content.decode()
    assert "Undantagen från den här leverantören" in text
    assert "tas bort vid nästa körning" in text


def test_a_double_click_excludes_once(as_editor: Client, address: Address, town: Theatre, key: str) -> None:
    given = form(version(town))
    for _ in range(2):
        assert as_editor.post(address("person_exclude", key=key, scope="sandbox"), given).status_code == 303
    assert len(excluded(town)) == 1


def test_a_new_reason_takes_the_place_of_the_old_one(
    as_editor: Client, address: Address, town: Theatre, key: str
) -> None:
    path = address("person_exclude", key=key, scope="sandbox")
    as_editor.post(path, form(version(town)))
    assert "Det finns redan ett undantag: flyttar" in as_editor.get(path).content.decode()
    as_editor.post(path, form(version(town), reason="ångrade sig"))
    assert [each[1] for each in excluded(town)] == ["ångrade sig"]


def test_an_exclusion_by_address_is_known_and_taken_back(
    as_editor: Client, address: Address, town: Theatre, key: str
) -> None:
    mail = town.stage.town.directory.users[key]["primaryEmail"]
    row = Connection.objects.get(pk=town.connection().id)
    row.selection = {**row.selection, "exclusions": [{"person": mail.upper(), "reason": "från filen"}]}
    row.save()
    assert "från filen" in as_editor.get(address("person", key=key)).content.decode()
    readmit = {"action": "readmit", "scope": "sandbox", "version": str(version(town))}
    assert as_editor.post(address("person", key=key), readmit).status_code == 303
    assert excluded(town) == []
    assert AuditEvent.objects.filter(what="person_readmitted").count() == 1


def test_excluding_from_everywhere_makes_a_rule_and_runs(
    as_editor: Client, address: Address, town: Theatre, key: str
) -> None:
    path = address("person_exclude", key=key, scope=EVERYWHERE)
    assert "Undanta 1 person från alla leverantörer" in as_editor.get(path).content.decode()
    before = rules(town).number
    assert as_editor.post(path, form(before)).status_code == 303
    assert rules(town).number == before + 1
    assert never(town, key) == [{"kind": "person", "person": key, "reason": "flyttar"}]
    text = as_editor.get(address("person", key=key)).content.decode()
    assert "Undantagen från alla leverantörer" in text
    readmit = {"action": "readmit", "scope": EVERYWHERE, "version": str(before + 1)}
    as_editor.post(address("person", key=key), readmit)
    assert never(town, key) == []


def test_a_rule_for_everywhere_twice_is_one_version(
    as_editor: Client, address: Address, town: Theatre, key: str
) -> None:
    before = rules(town).number
    for _ in range(2):
        answer = as_editor.post(address("person_exclude", key=key, scope=EVERYWHERE), form(before))
        assert answer.status_code == 303
    assert rules(town).number == before + 1


def test_a_draft_of_the_rules_is_not_thrown_away(as_editor: Client, address: Address, town: Theatre, key: str) -> None:
    now = rules(town)
    drafts.put(town.tenant_id, "rules", {**dict(now.json), "never": []}, now.number, 0, "operator", town.at)  # type: ignore[call-overload]  # rules are a mapping
    answer = as_editor.post(address("person_exclude", key=key, scope=EVERYWHERE), form(now.number))
    assert answer.status_code == 409
    assert "håller på att ändra reglerna" in answer.content.decode()
    assert 'value="flyttar"' in answer.content.decode()
    assert rules(town).number == now.number
    assert drafts.get(town.tenant_id, "rules")
    text = as_editor.post(address("person_exclude", key=key, scope=EVERYWHERE), form(now.number)).content.decode()
    assert "driften" in text


def test_who_comes_second_is_told_and_keeps_the_words(
    as_editor: Client, address: Address, town: Theatre, key: str
) -> None:
    old, other = version(town), pupils(town, 2)[1]
    as_editor.post(address("person_exclude", key=other, scope="sandbox"), form(old))
    answer = as_editor.post(address("person_exclude", key=key, scope="sandbox"), form(old, reason="mitt skäl"))
    text = answer.content.decode()
    assert answer.status_code == 409
    assert "har ändrat leverantörens urval" in text
    assert 'value="mitt skäl"' in text
    assert f'value="{version(town)}"' in text
    assert [each[0] for each in excluded(town)] == [other]
    assert (
        as_editor.post(
            address("person_exclude", key=key, scope="sandbox"), form(version(town), reason="mitt skäl")
        ).status_code
        == 303
    )


def test_old_rules_are_told_of_too(as_editor: Client, address: Address, town: Theatre, key: str) -> None:
    other, old = pupils(town, 2)[1], rules(town).number
    as_editor.post(address("person_exclude", key=other, scope=EVERYWHERE), form(old))
    answer = as_editor.post(address("person_exclude", key=key, scope=EVERYWHERE), form(old))
    assert answer.status_code == 409
    assert "reglerna har ändrats" in answer.content.decode()
    assert never(town, key) == []


def test_taking_back_with_an_old_version_changes_nothing(
    as_editor: Client, address: Address, town: Theatre, key: str
) -> None:
    as_editor.post(address("person_exclude", key=key, scope="sandbox"), form(version(town)))
    for number in ("0", "x", "", "9" * 30):
        readmit = {"action": "readmit", "scope": "sandbox", "version": number}
        text = as_editor.post(address("person", key=key), readmit, follow=True).content.decode()
        assert "Inget sparades" in text
    assert len(excluded(town)) == 1


@pytest.mark.parametrize("wrong", [
    {"reason": ""}, {"reason": " "}, {"reason": "x" * 301}, {"until": "i morgon"}, {"until": "2020-01-01"},
    {"until": "9999-99-99"}, {"version": "x"}, {"version": ""}, {"version": "-1"}, {"reason": "\x00"},
])  # fmt: skip
def test_garbage_comes_back_and_nothing_is_saved(
    wrong: dict[str, str], as_editor: Client, address: Address, town: Theatre, key: str
) -> None:
    answer = as_editor.post(address("person_exclude", key=key, scope="sandbox"), form(version(town), **wrong))
    assert answer.status_code == 422
    assert "Inget har sparats" in answer.content.decode()
    assert excluded(town) == []


@pytest.mark.parametrize("scope", ["ne", "nobody", "<b>"])
def test_a_vendor_that_is_not_there_is_404(scope: str, as_editor: Client, address: Address, key: str) -> None:
    assert as_editor.get(address("person_exclude", key=key, scope=scope)).status_code == 404
    form_ = {"action": "readmit", "scope": scope, "version": "1"}
    assert as_editor.post(address("person", key=key), form_).status_code == 404


def test_nobody_is_excluded_who_is_not_there(as_editor: Client, address: Address) -> None:
    answer = as_editor.get(address("person_exclude", key="nobody", scope="sandbox"))
    assert answer.status_code == 404
    assert "Sök en person" in answer.content.decode()


def test_an_editor_of_some_units_excludes_at_vendors_and_not_by_rule(
    address: Address, town: Theatre, key: str, limited_to: str
) -> None:
    head = signed_in(member(town.tenant_id, "editor", (limited_to,)))
    assert head.get(address("person_exclude", key=key, scope="sandbox")).status_code == 200
    assert head.get(address("person_exclude", key=key, scope=EVERYWHERE)).status_code == 403
    assert head.post(address("person_exclude", key=key, scope=EVERYWHERE), form(1)).status_code == 403
    readmit = {"action": "readmit", "scope": EVERYWHERE, "version": "1"}
    assert head.post(address("person", key=key), readmit).status_code == 403
    assert never(town, key) == []


def test_who_is_nowhere_in_the_tenant_cannot_be_found_by_the_functions(town: Theatre, key: str) -> None:
    with pytest.raises(LookupError):
        exclusions.from_vendor(town.tenant_id, "ne", Whom(key, ""), Said("x", None), who="test", version=1, at=town.at)


def test_the_effect_on_somebody_who_is_not_in_the_directory_is_nothing(town: Theatre, key: str) -> None:
    found = people.look(town.tenant_id, key, today_at(town.at), "sv")
    assert found
    from dataclasses import replace

    gone = replace(found, part=None)
    assert people.effect_of_excluding(town.tenant_id, found.vendors[0], gone, today_at(town.at)) == ({}, 0)
