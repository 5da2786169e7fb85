"""The rules' pages: rows, drafts with their effect, two people at once, saving, versions, and one person tried."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from skolsynk.core.rules import Rules, parse_rules, rules_to_json
from skolsynk.core.rules.edit import with_rule
from skolsynk.store.models import AuditEvent, Draft, ReadModelRow, RulesVersion, Run, SnapshotRow
from skolsynk.sync import drafts, readmodel, rules
from tests.scenarios.theatre import Theatre, pupils
from tests.web.conftest import member, signed_in
from tests.web.rules.pages import AT, TITLE, drafted, seen

Address = Callable[..., str]
FRAGMENT = {"HX-Request": "true"}
GARBAGE = [
    "",
    "x",
    "remove",
    "remove:role",
    "remove:role:99",
    "remove:rolle:0",
    "remove:role:-1",
    "fly:role:0",
    "up:role:²",
]


def body(answer: Any) -> str:
    return " ".join(answer.content.decode().split())


def desk(town: Theatre) -> rules.Desk:
    return rules.desk(town.tenant_id)


def nobody(town: Theatre) -> Rules:
    """A draft under which no pupil is one."""
    return drafted(town, {"kind": "org_unit", "org_unit": "/Elever"}, "never")


def pupil(town: Theatre) -> readmodel.PersonRow:
    model = readmodel.of(town.tenant_id)
    assert model
    found = model.people.row(pupils(town)[0])
    assert found
    return found


# The rows


def test_every_rule_is_a_sentence_with_its_people(town: Theatre, address: Address, as_viewer: Client) -> None:
    page = body(as_viewer.get(address("rules")))
    assert "Alla i organisationsenheten <b>/Elever</b> och under den är <b>elever</b>." in page
    assert re.search(r"\d+ personer", page)
    assert "Version 1 gäller" in page
    assert "Ta bort" not in page
    assert "Lägg till regel" not in page


def test_editors_get_buttons_and_limited_people_look_only(
    town: Theatre, address: Address, as_editor: Client, as_limited: Client, limited_to: str
) -> None:
    assert "Ta bort" in body(as_editor.get(address("rules")))
    assert "Ta bort" not in body(as_limited.get(address("rules")))
    limited = signed_in(member(town.tenant_id, "editor", (limited_to,)))
    assert limited.post(address("rules"), {"seen": seen(town), "do": "remove:role:0"}).status_code == 403
    assert limited.get(address("rules_add", section="role", kind="org_unit")).status_code == 403
    assert desk(town).draft is None


def test_removing_and_moving_make_a_draft(town: Theatre, address: Address, as_editor: Client) -> None:
    before = desk(town).rules
    answer = as_editor.post(address("rules"), {"seen": seen(town), "do": "down:role:0"})
    assert (answer.status_code, answer.headers["location"]) == (303, address("rules"))
    assert desk(town).rules.role[:2] == (before.role[1], before.role[0])
    page = as_editor.post(address("rules"), {"seen": seen(town), "do": "up:role:1"}, headers=FRAGMENT)
    assert "<html" not in body(page)
    assert "Regeln är flyttad" in body(page)
    assert desk(town).draft is None, "it is as it was, and needs no draft"
    as_editor.post(address("rules"), {"seen": seen(town), "do": "remove:role:0"})
    assert desk(town).rules.role == before.role[1:]
    assert "Utkast med en ändring" in body(as_editor.get(address("rules")))


@pytest.mark.parametrize("action", GARBAGE)
def test_garbage_moves_nothing(town: Theatre, address: Address, as_editor: Client, action: str) -> None:
    assert as_editor.post(address("rules"), {"seen": seen(town), "do": action}).status_code == 404
    assert desk(town).draft is None


def test_a_draft_shows_whom_it_moves_and_where(town: Theatre, address: Address, as_editor: Client) -> None:
    nobody(town)
    page = body(as_editor.get(address("rules")))
    assert "Om utkastet sparas" in page
    assert "Mer än hälften av alla går ut." in page
    model = readmodel.of(town.tenant_id)
    assert model
    number = model.people.rows_where(fate="placed", role="pupil").total
    assert f"−{number}" in page
    first = model.people.rows_where(fate="placed", role="pupil", limit=1).rows[0]
    assert first.name in page
    assert "Sandbox" in page


def test_protected_people_are_in_no_sample(town: Theatre, address: Address, as_editor: Client) -> None:
    hidden = pupil(town)
    drafted(town, {"kind": "people", "people": [hidden.key]}, "protected")
    page = body(as_editor.get(address("rules")))
    assert hidden.name not in page
    assert hidden.email not in page
    assert "−1" in page


def test_limited_people_see_numbers_of_their_own_unit(
    town: Theatre, address: Address, as_limited: Client, limited_to: str
) -> None:
    nobody(town)
    effect = as_limited.get(address("rules")).context["effect"]
    assert set(effect.numbers.by_unit) <= {limited_to}


def test_a_section_is_searched_and_paged(town: Theatre, address: Address, as_editor: Client) -> None:
    wanted = desk(town).rules
    for number in range(60):
        given = parse_rules({"never": [{"kind": "org_unit", "org_unit": f"/Elever/Slutat {number}"}]}).never[0]
        wanted = with_rule(wanted, "never", given)
    rules.write(town.tenant_id, desk(town), wanted, who="x", at=AT)
    total = len(wanted.never)
    assert f"Visa alla {total} regler" in body(as_editor.get(address("rules")))
    page = body(as_editor.get(address("rules_section", section="never") + "?page=2"))
    assert f"{total} regler" in page
    assert "Slutat 59" in page
    found = body(as_editor.get(address("rules_section", section="never") + "?q=slutat+17"))
    assert "En regel" in found
    assert f"remove:never:{total - 60 + 17}" in found
    assert "Ingen regel stämmer" in body(as_editor.get(address("rules_section", section="never") + "?q=zzz"))
    assert as_editor.get(address("rules_section", section="rolle")).status_code == 404


@pytest.mark.parametrize("name", ["rules", "rules_versions"])
def test_pages_ask_the_database_a_constant_number_of_questions(
    town: Theatre, address: Address, as_editor: Client, name: str, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for key in pupils(town, 8):
        drafted(town, {"kind": "person", "person": key, "reason": "prov"}, "never")
    with django_assert_max_num_queries(30):
        assert as_editor.get(address(name)).status_code == 200


# One rule


def test_a_rule_is_added_by_its_form(town: Theatre, address: Address, as_editor: Client) -> None:
    path = address("rules_add", section="role", kind="org_unit")
    assert "/Elever" in body(as_editor.get(path))
    answer = as_editor.post(path, {"seen": seen(town), **TITLE})
    assert answer.status_code == 303
    assert rules_to_json(replace(Rules(), role=desk(town).rules.role[-1:]))["role"] == [TITLE]
    again = as_editor.post(path, {"seen": "1", **TITLE})
    assert again.status_code == 303, "a second click is harmless"
    assert len(desk(town).changes) == 1


def test_a_rule_is_changed_by_its_form(town: Theatre, address: Address, as_editor: Client) -> None:
    path = address("rules_edit", section="role", at=0)
    page = as_editor.get(path)
    mark = page.context["place"].mark
    sent = {"seen": seen(town), "mark": mark, "org_unit": "/Elever", "role": "nobody", "employment_role": ""}
    assert as_editor.post(path, sent).status_code == 303
    (change,) = desk(town).changes
    assert change.verb == "changed"
    assert as_editor.post(path, sent).status_code == 303, "a second click is harmless"
    assert as_editor.get(address("rules_edit", section="role", at=99)).status_code == 404
    assert as_editor.get(address("rules_edit", section="rolle", at=0)).status_code == 404
    assert as_editor.get(address("rules_add", section="role", kind="nosuch")).status_code == 404


def test_mistakes_come_back_with_what_was_typed(town: Theatre, address: Address, as_editor: Client) -> None:
    path = address("rules_add", section="role", kind="org_unit")
    answer = as_editor.post(path, {"seen": seen(town), "org_unit": "Elever<b>", "role": "pupil"})
    assert answer.status_code == 422
    assert "Ska vara en sökväg som börjar med /." in body(answer)
    assert 'value="Elever&lt;b&gt;"' in body(answer)
    assert desk(town).draft is None


def test_the_second_of_two_editors_is_told_and_keeps_her_words(
    town: Theatre, address: Address, as_editor: Client
) -> None:
    path = address("rules_edit", section="role", at=1)
    page = as_editor.get(path)
    place = page.context["place"]
    sent = {"seen": seen(town), "mark": place.mark, "kind": place.kind, "org_unit": "/Personalen", "role": "staff"}
    other = signed_in(member(town.tenant_id, "owner"))
    other.post(address("rules"), {"seen": seen(town), "do": "remove:role:0"})
    answer = as_editor.post(path, sent)
    assert answer.status_code == 409
    told = body(answer)
    assert "Utkastet har ändrats, av Owner" in told
    assert 'value="/Personalen"' in told
    assert f'action="{address("rules_edit", section="role", at=0)}"' in told, "the same rule stands first now"
    assert desk(town).rules.role[0].label == "org_unit /Personal"
    sent["seen"] = seen(town)
    assert as_editor.post(address("rules_edit", section="role", at=0), sent).status_code == 303
    assert desk(town).rules.role[0].label == "org_unit /Personalen"
    gone = as_editor.post(address("rules_edit", section="role", at=50), {**sent, "seen": "gammalt", "mark": ""})
    assert gone.status_code == 409
    assert 'value="/Personalen"' in body(gone)


def test_a_rule_that_is_gone_is_offered_as_a_new_one(town: Theatre, address: Address, as_editor: Client) -> None:
    path = address("rules_edit", section="role", at=0)
    sent = {"seen": seen(town), "mark": as_editor.get(path).context["place"].mark, "org_unit": "/X", "role": "staff"}
    drafted(town)
    now = desk(town)
    rules.write(town.tenant_id, now, replace(now.rules, role=now.rules.role[1:]), who="x", at=AT)
    answer = as_editor.post(path, sent)
    assert answer.status_code == 409
    assert f'action="{address("rules_add", section="role", kind="org_unit")}"' in body(answer)


def test_moving_a_rule_in_a_draft_that_has_moved_on_moves_nothing(
    town: Theatre, address: Address, as_editor: Client
) -> None:
    old = seen(town)
    drafted(town)
    before = desk(town)
    for headers in ({}, FRAGMENT):
        answer = as_editor.post(address("rules"), {"seen": old, "do": "remove:role:0"}, headers=headers)
        assert answer.status_code == 409
        assert "Någon hann före" in body(answer)
    assert desk(town) == before


def test_rows_of_values_come_from_the_directory(town: Theatre, address: Address, as_editor: Client) -> None:
    path = address("rules_add", section="role", kind="field")
    answer = as_editor.post(path, {"seen": seen(town), "do": "rows", "field": "organizations.title"})
    assert answer.status_code == 200
    page = body(answer)
    assert 'value="Lärare"' in page
    assert re.search(r'name="offered" value="\d+ Lärare"', page)
    assert desk(town).draft is None


@pytest.mark.parametrize(
    ("section", "kind", "sent", "told"),
    [
        ("role", "org_unit", {"org_unit": "/Elever", "role": "pupil"}, "Regeln avgör inget för någon."),
        ("protected", "org_unit", {"org_unit": "/"}, "Regeln gäller alla"),
        ("never", "org_unit", {"org_unit": "/Elevr"}, "Menas /Elever"),
        ("role", "field", {"field": "organizations.titel", "values-0-key": "x", "values-0-to": "staff"},
         "Menas organizations.title"),
        ("role", "field", {"field": "organizations.title", "values-0-key": "Lärae", "values-0-to": "staff"},
         "Menas Lärare"),
        ("placement", "org_unit_pattern", {"pattern": "^/(?P<unit>Personal)"}, "ingen av era skolenheter"),
        ("school_year", "class_name", {"pattern": "^(?P<year>x)"}, "ingen årskurs"),
        ("classes", "group", {"match": "email", "pattern": "^zz(?P<name>.)", "teachers": "staff"},
         "Inget i katalogen stämmer."),
        ("role", "org_unit", {"org_unit": "/Elever"}, "Fyll i det som saknas"),
    ],
)  # fmt: skip
def test_what_is_typed_is_tried_before_it_is_in_the_draft(
    town: Theatre, address: Address, as_editor: Client, section: str, kind: str, sent: dict[str, str], told: str
) -> None:
    path = address("rules_preview", section=section, kind=kind)
    answer = as_editor.post(path, {"seen": seen(town), **sent}, headers=FRAGMENT)
    assert answer.status_code == 200
    assert told in body(answer)
    assert desk(town).draft is None


def test_a_preview_is_about_the_rule_in_its_place(town: Theatre, address: Address, as_editor: Client) -> None:
    path = address("rules_preview", section="role", kind="org_unit")
    sent = {"seen": seen(town), "org_unit": "/Elever", "role": "nobody", "at": "0"}
    answer = as_editor.post(path, sent, headers=FRAGMENT)
    assert answer.context["effect"].numbers.leaving > 30
    for at in ("99", "x", "-1", "²"):
        assert as_editor.post(path, {**sent, "at": at}).status_code == 200
    assert as_editor.post(address("rules_preview", section="role", kind="nosuch"), sent).status_code == 404


def test_a_person_is_kept_by_id_and_shown_by_name(town: Theatre, address: Address, as_editor: Client) -> None:
    someone = pupil(town)
    path = address("rules_add", section="never", kind="person")
    as_editor.post(path, {"seen": seen(town), "person": someone.email, "reason": "prov"})
    kept: Any = desk(town).rules.never[-1]
    assert kept.person == someone.key
    assert f"{someone.name} ({someone.email})" in body(as_editor.get(address("rules")))
    at = len(desk(town).rules.never) - 1
    assert f'value="{someone.email}"' in body(as_editor.get(address("rules_edit", section="never", at=at)))


def test_limited_people_learn_no_names_of_others(
    town: Theatre, address: Address, limited_to: str, as_editor: Client
) -> None:
    model = readmodel.of(town.tenant_id)
    assert model
    someone = pupil(town)
    drafted(town, {"kind": "person", "person": someone.key, "reason": "prov"}, "never")
    elsewhere = signed_in(member(town.tenant_id, "viewer", ("10000000",)))
    page = body(elsewhere.get(address("rules")))
    assert someone.name not in page
    assert "<b>En person</b> skickas aldrig" in page


def test_opening_a_list_of_protected_people_is_logged(town: Theatre, address: Address, as_editor: Client) -> None:
    drafted(town, {"kind": "people", "people": ["hemlig@bjorkvik.example"]}, "protected")
    assert "hemlig" not in body(as_editor.get(address("rules")))
    at = len(desk(town).rules.protected) - 1
    for path in (address("rules_edit", section="protected", at=at), address("rules_text")):
        assert "hemlig@bjorkvik.example" in body(as_editor.get(path))
    assert AuditEvent.objects.filter(what="protected_list_seen").count() == 2


# The draft


def test_the_draft_is_thrown_away(town: Theatre, address: Address, as_editor: Client) -> None:
    drafted(town)
    old = seen(town)
    drafted(town, {"kind": "org_unit", "org_unit": "/Elever/X"}, "never")
    answer = as_editor.post(address("rules_draft"), {"seen": old, "do": "discard"}, follow=True)
    assert "Utkastet har ändrats" in body(answer)
    assert desk(town).draft
    answer = as_editor.post(address("rules_draft"), {"seen": seen(town), "do": "discard"}, follow=True)
    assert "Utkastet är kastat" in body(answer)
    assert desk(town).draft is None
    assert "Det finns inget utkast" in body(as_editor.post(address("rules_draft"), {"do": "discard"}, follow=True))


def test_a_draft_behind_is_carried_over(town: Theatre, address: Address, as_editor: Client) -> None:
    drafted(town)
    Draft.objects.update(base=0)
    page = body(as_editor.get(address("rules")))
    assert "Någon har sparat andra regler" in page
    assert "För över till version 1" in page
    refused = as_editor.post(address("rules_review"), {"seen": seen(town), "reason": "prov"})
    assert refused.status_code == 409
    assert desk(town).number == 1
    answer = as_editor.post(address("rules_draft"), {"seen": seen(town), "do": "carry"}, follow=True)
    assert "Utkastet bygger nu på version 1" in body(answer)
    assert not desk(town).behind


def test_a_draft_that_cannot_be_read_is_put_right_or_thrown_away(
    town: Theatre, address: Address, as_editor: Client
) -> None:
    drafts.put(town.tenant_id, "rules", {"rolle": [{"kind": "x"}]}, 1, 0, "x", AT)
    page = body(as_editor.get(address("rules")))
    assert "Utkastet går inte att läsa" in page
    assert "Ta bort:" not in page
    assert "rolle" in body(as_editor.get(address("rules_text")))
    for name, kwargs in (
        ("rules_review", {}),
        ("rules_begin", {}),
        ("rules_add", {"section": "role", "kind": "org_unit"}),
    ):
        assert "Inget har ändrats" in body(as_editor.get(address(name, **kwargs)))
        assert as_editor.post(address(name, **kwargs), {"seen": seen(town), **TITLE}).status_code == 409
    assert as_editor.post(address("rules"), {"seen": seen(town), "do": "remove:role:0"}).status_code == 409
    as_editor.post(address("rules_draft"), {"seen": seen(town), "do": "discard"})
    assert desk(town).draft is None


def test_a_field_that_was_not_read_must_be_read_first(
    town: Theatre, address: Address, as_editor: Client, delayed: list[str]
) -> None:
    given = {"kind": "field", "field": "externalIds.account", "values": {"x": {"role": "staff"}}}
    parsed = parse_rules({"role": [given]}).role[0]
    at = town.at.replace(year=2027)
    rules.write(town.tenant_id, desk(town), with_rule(desk(town).rules, "role", parsed), who="x", at=at)
    assert "externalIds.account" in body(as_editor.get(address("rules")))
    assert "Katalogen behöver läsas igen" in body(as_editor.get(address("rules_review")))
    assert as_editor.post(address("rules_review"), {"seen": seen(town), "reason": "prov"}).status_code == 409
    answer = as_editor.post(address("rules_draft"), {"do": "read"}, follow=True)
    assert "Katalogen läses nu" in body(answer)
    assert Run.objects.get(pk=delayed[0]).kind == "read"


# Saving


@pytest.fixture
def delayed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    found: list[str] = []

    def keep(*, run_id: str) -> None:
        found.append(run_id)

    monkeypatch.setattr("skolsynk.sync.tasks.execute.delay", keep)
    return found


def test_saving_asks_why_and_shows_what_follows(
    town: Theatre, address: Address, as_editor: Client, delayed: list[str]
) -> None:
    drafted(town)
    page = body(as_editor.get(address("rules_review")))
    assert "<ins>Alla i organisationsenheten <b>/Personal/Rektorer</b>" in page
    assert "En plan görs för" in page
    sent = {"seen": seen(town), "reason": "rektorer är rektorer"}
    assert as_editor.post(address("rules_review"), {**sent, "reason": " "}).status_code == 422
    assert desk(town).number == 1
    answer = as_editor.post(address("rules_review"), sent, follow=True)
    told = body(answer)
    assert "Reglerna är sparade som version 2." in told
    assert "rektorer är rektorer" in told
    assert address("changes_of", vendor="sandbox", mode="test") in told
    assert "Skolan räknas om" in told
    assert [Run.objects.get(pk=run).kind for run in delayed] == ["school"]
    again = as_editor.post(address("rules_review"), sent, follow=True)
    assert "inget utkast att spara" in body(again)
    assert RulesVersion.objects.filter(tenant_id=town.tenant_id).count() == 2


def test_saving_what_somebody_edited_meanwhile_saves_nothing_and_keeps_the_reason(
    town: Theatre, address: Address, as_editor: Client
) -> None:
    drafted(town)
    old = seen(town)
    drafted(town, {"kind": "org_unit", "org_unit": "/Elever/X"}, "never")
    answer = as_editor.post(address("rules_review"), {"seen": old, "reason": "mitt skäl"})
    assert answer.status_code == 409
    assert 'value="mitt skäl"' in body(answer)
    assert desk(town).number == 1
    assert not RulesVersion.objects.filter(number=2).exists()


def test_viewers_save_nothing(town: Theatre, address: Address, as_viewer: Client) -> None:
    drafted(town)
    assert as_viewer.get(address("rules_review")).status_code == 403
    assert as_viewer.post(address("rules_review"), {"seen": seen(town), "reason": "x"}).status_code == 403


# Versions


def test_versions_are_listed_opened_and_restored(
    town: Theatre, address: Address, as_editor: Client, as_viewer: Client, delayed: list[str]
) -> None:
    drafted(town)
    as_editor.post(address("rules_review"), {"seen": seen(town), "reason": "prov"})
    listed = body(as_viewer.get(address("rules_versions")))
    assert "Version 2" in listed
    assert "prov" in listed
    page = body(as_viewer.get(address("rules_version", number=1)))
    assert "Återställ den här versionen" in page
    assert "Gör version 1 till utkast" not in page
    path = address("rules_version", number=1)
    assert "Gör version 1 till utkast" in body(as_editor.get(path))
    assert as_editor.post(path, {"seen": "gammalt"}).status_code == 409
    answer = as_editor.post(path, {"seen": seen(town)})
    assert (answer.status_code, answer.headers["location"]) == (303, address("rules_review"))
    assert desk(town).number == 2
    as_editor.post(address("rules_review"), {"seen": seen(town), "reason": "ångrade oss"})
    assert (desk(town).number, desk(town).draft) == (3, None)
    assert as_editor.get(address("rules_version", number=9)).status_code == 404
    assert as_editor.get(address("rules_version", number=2**40)).status_code == 404


def test_a_version_that_can_no_longer_be_read_says_so(town: Theatre, address: Address, as_editor: Client) -> None:
    RulesVersion.objects.create(tenant_id=town.tenant_id, number=2, rules={"rolle": 1}, author="x", created_at=AT)
    RulesVersion.objects.create(
        tenant_id=town.tenant_id, number=3, rules=rules_to_json(desk(town).before), author="x", created_at=AT
    )
    assert "går inte att läsa längre" in body(as_editor.get(address("rules_version", number=2)))
    assert as_editor.post(address("rules_version", number=2), {"seen": seen(town)}).status_code == 404
    assert as_editor.get(address("rules_versions")).status_code == 200


# Beginning


def test_suggestions_become_the_draft(town: Theatre, address: Address, as_editor: Client) -> None:
    RulesVersion.objects.all().delete()
    ReadModelRow.objects.all().delete()
    assert "Det finns inga regler än" in body(as_editor.get(address("rules")))
    page = as_editor.get(address("rules_begin"))
    ticked = [offer.id for _, offers in page.context["sections"] for offer in offers if offer.ticked]
    assert ticked
    assert as_editor.post(address("rules_begin"), {"seen": seen(town)}).status_code == 422
    answer = as_editor.post(address("rules_begin"), {"seen": seen(town), "accept": ticked}, follow=True)
    told = body(answer)
    assert "Inget gäller förrän utkastet sparas." in told
    assert re.search(r"\d+ av \d+ konton får en plats", told)
    assert "Kommer in" in told
    now = desk(town)
    assert now.saved is None
    assert len(now.changes) == len(ticked)


def test_a_preset_becomes_the_draft(town: Theatre, address: Address, as_editor: Client) -> None:
    answer = as_editor.post(address("rules_begin"), {"seen": seen(town), "preset": "org_unit_classes"})
    assert answer.status_code == 303
    assert desk(town).rules.classes[0].kind == "org_unit_leaf"
    assert as_editor.post(address("rules_begin"), {"seen": seen(town), "preset": "nosuch"}).status_code == 422
    assert as_editor.post(address("rules_begin"), {"seen": "gammalt", "preset": "mixed"}).status_code == 409


def test_the_first_rules_are_saved_as_version_one(
    town: Theatre, address: Address, as_editor: Client, delayed: list[str]
) -> None:
    RulesVersion.objects.all().delete()
    ReadModelRow.objects.all().delete()
    as_editor.post(address("rules_begin"), {"seen": seen(town), "preset": "org_unit_classes"})
    assert "Era första regler" in body(as_editor.get(address("rules_review")))
    answer = as_editor.post(address("rules_review"), {"seen": seen(town), "reason": "vi börjar"}, follow=True)
    assert "version 1" in body(answer)
    assert len(delayed) == 1


def test_before_the_first_read_every_page_says_what_to_do(town: Theatre, address: Address, as_editor: Client) -> None:
    RulesVersion.objects.all().delete()
    ReadModelRow.objects.all().delete()
    SnapshotRow.objects.all().delete()
    for name in ("rules", "rules_begin", "rules_person"):
        page = body(as_editor.get(address(name)))
        assert "Katalogen är inte läst än" in page, name
        assert address("start") in page
    path = address("rules_preview", section="role", kind="org_unit")
    told = body(as_editor.post(path, {"seen": seen(town), "org_unit": "/x", "role": "pupil"}, headers=FRAGMENT))
    assert "först när katalogen är läst" in told
    assert "inga regler är sparade" in body(as_editor.get(address("rules_versions"))).lower()


# As text


def test_text_goes_into_the_draft(town: Theatre, address: Address, as_editor: Client) -> None:
    path = address("rules_text")
    text = as_editor.get(path).context["form"].initial["text"]
    assert "org_unit: /Elever" in text
    answer = as_editor.post(path, {"seen": seen(town), "text": text}, follow=True)
    assert "säger samma sak" in body(answer)
    assert desk(town).draft is None
    more = text + "\n" if "never:" in text else text
    more = more.replace("never:", "never:\n- kind: org_unit\n  org_unit: /Elever/Y\n", 1)
    checked = body(as_editor.post(path, {"seen": seen(town), "text": more, "do": "check"}))
    assert "Texten går att använda" in checked
    assert desk(town).draft is None
    assert as_editor.post(path, {"seen": seen(town), "text": more}).status_code == 303
    assert desk(town).rules.never[0].label == "org_unit /Elever/Y"
    assert as_editor.post(path, {"seen": "1", "text": more.replace("/Elever/Y", "/Elever/Z")}).status_code == 409


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("rolle: []", "rolle"),
        ("role: [{kind: org_unit, org_unit: Elever, role: kung}]", "role[0].org_unit"),
        ("role: [", "rad"),
        ("a: 1\na: 2", "står två gånger"),
        ("- 1", "hela texten"),
        ("x" * 600_000, "500000"),
    ],
)
def test_text_that_cannot_be_used_is_kept_with_every_problem(
    town: Theatre, address: Address, as_editor: Client, text: str, told: str
) -> None:
    answer = as_editor.post(address("rules_text"), {"seen": seen(town), "text": text})
    assert answer.status_code == 422
    assert told in body(answer)
    assert text[:10] in answer.content.decode()
    assert desk(town).draft is None


def test_json_is_text_too(town: Theatre, address: Address, as_editor: Client) -> None:
    answer = as_editor.post(address("rules_text"), {"seen": seen(town), "text": '{"never": [{"kind": "suspended"}]}'})
    assert answer.status_code == 303
    assert rules_to_json(desk(town).rules) == {"never": [{"kind": "suspended"}]}


# One person


def test_a_person_is_found_and_tried_side_by_side(town: Theatre, address: Address, as_viewer: Client) -> None:
    someone = pupil(town)
    drafted(town, {"kind": "person", "person": someone.key, "reason": "prov"}, "never")
    path = address("rules_person")
    found = as_viewer.post(path, {"q": someone.email})
    told = body(found)
    assert "Med utkastet" in told
    assert "Med reglerna som gäller" in told
    assert "En regel undantar personen" in told
    assert "Utkastet ändrar det som gäller" in told
    event = AuditEvent.objects.filter(what="person_explained").latest("pk")
    assert event.about == {"person": someone.key, "protected": False}
    many = body(as_viewer.post(path, {"q": "a"}, headers=FRAGMENT))
    assert "<html" not in many
    assert "personer" in many
    assert "Ingen stämmer" in body(as_viewer.post(path, {"q": "zzzzzz"}))
    assert "inte i katalogen" in body(as_viewer.post(path, {"key": "nosuch"}))
    assert as_viewer.post(path, {"q": ""}).status_code == 200


def test_somebody_at_another_unit_is_not_found(town: Theatre, address: Address) -> None:
    someone = pupil(town)
    elsewhere = signed_in(member(town.tenant_id, "viewer", ("10000000",)))
    assert "Ingen stämmer" in body(elsewhere.post(address("rules_person"), {"q": someone.email}))
    told = body(elsewhere.post(address("rules_person"), {"key": someone.key}))
    assert someone.name not in told
    assert "inte i katalogen" in told


def test_a_protected_person_is_tried_without_name_or_evidence(
    town: Theatre, address: Address, as_viewer: Client
) -> None:
    someone = pupil(town)
    drafted(town, {"kind": "people", "people": [someone.key]}, "protected")
    told = body(as_viewer.post(address("rules_person"), {"key": someone.key}, headers=FRAGMENT))
    assert "Person med skyddade personuppgifter" in told
    for secret in (someone.name, someone.email, *someone.classes, someone.container):
        assert secret not in told
    assert AuditEvent.objects.filter(what="person_explained").latest("pk").about["protected"] is True
