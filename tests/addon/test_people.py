"""Finding a person: by name, mail, Google's id and UUID, within what the visitor may see; every look is noted."""

from __future__ import annotations

import json

import pytest

from skolsynk.core.findings import CATALOGUE, DECISIONS
from skolsynk.store import load
from skolsynk.store.models import AuditEvent, LedgerRow, Member
from skolsynk.sync import readmodel
from skolsynk.sync.dispatch import today_at
from tests.addon.conftest import SITE, Answer, Google, Hire
from tests.scenarios.theatre import Theatre, pupils, resource


@pytest.fixture(scope="module")
def two(_staged: Theatre) -> tuple[str, str]:
    """Google ids of one who leaves and one who becomes protected, both sent before."""
    left, protected = pupils(_staged, 2)
    return left, protected


@pytest.fixture
def changed(town: Theatre, two: tuple[str, str]) -> Theatre:
    """One has left and one has become protected, and the directory has been read again."""
    left, protected = two
    directory = town.stage.town.directory
    if directory.find_user(left):
        directory.delete_user(left)
        rules = load.rules(town.tenant_id)
        assert rules
        group = directory.find_group(json.loads(json.dumps(rules.json))["protected"][0]["group"])
        assert group
        members = [*directory.members[group["id"]], {"id": protected, "type": "USER", "role": "MEMBER"}]
        directory.set_members(group["id"], members)
    town.pass_time(hours=1)
    assert town.read().state == "done"
    readmodel.make(town.tenant_id, today_at(town.at))
    return town


def user(town: Theatre, key: str) -> dict[str, str]:
    made = town.stage.town.directory.users[key]
    return {
        "name": made["name"]["givenName"] + " " + made["name"]["familyName"], "email": made["primaryEmail"], "key": key,
        "id": resource(town, key), "shout": made["primaryEmail"].upper(),
    }  # fmt: skip


def looks() -> list[dict[str, object]]:
    return [event.about for event in AuditEvent.objects.filter(what="person_seen").order_by("pk")]


def search(google: Google, who: Member, text: str, **more: str) -> Answer:
    return google.call("person", who, inputs={"q": text}, **more)


def secrets_of(town: Theatre, key: str) -> list[str]:
    made = town.stage.town.directory.users[key]
    return [made["name"]["familyName"], made["name"]["givenName"], made["primaryEmail"], made["orgUnitPath"]]


@pytest.mark.parametrize("by", ["email", "key", "id", "shout"])
def test_one_person_is_explained_at_once(by: str, google: Google, hire: Hire, town: Theatre) -> None:
    key = pupils(town, 5)[4]
    who = hire("viewer")
    answer = search(google, who, f" {user(town, key)[by]} ")
    assert answer.card["name"] == "person"
    assert answer.card["header"] == {"title": user(town, key)["name"], "subtitle": user(town, key)["email"]}
    for word in ("Placerad av reglerna", "elev", "Sandbox · Testläge", "Finns där", "ny, godtagen"):
        assert word in answer.text
    assert answer.buttons()["Hela svaret i Skolsynk"]["openLink"]["url"].endswith(f"/personer/{key}/")
    assert looks() == [{"person": key, "protected": False}]
    assert AuditEvent.objects.get(what="person_seen").who == f"member:{who.pk}"


@pytest.mark.parametrize(
    ("fate", "words"), [("broken", "Utanför: uppgifter saknas"), ("decided", "Utanför: enligt beslut")]
)
def test_who_is_left_out_is_told_why(fate: str, words: str, google: Google, hire: Hire, town: Theatre) -> None:
    model = readmodel.of(town.tenant_id)
    assert model
    row = model.people.rows_where(fate=fate).rows[0]
    text = search(google, hire("viewer"), row.key).text
    assert words in text
    assert (CATALOGUE[row.reason].title_sv if fate == "broken" else DECISIONS[row.reason][0]) in text
    assert "Reglerna placerar inte personen" in text


def test_what_was_last_sent_is_what_the_vendor_has(google: Google, hire: Hire, town: Theatre) -> None:
    key = pupils(town, 5)[4]
    held = json.loads(town.held()[resource(town, key)])
    row = next(each for each in search(google, hire("viewer"), key).rows() if each.get("topLabel") == "Senast skickat")
    assert row["text"].endswith(f"{held['displayName']}, {held['userName']}")
    assert LedgerRow.objects.filter(resource_id=resource(town, key)).exists()


def test_many_are_listed_without_a_note_and_opened_with_one(google: Google, hire: Hire, town: Theatre) -> None:
    who = hire("viewer")
    answer = search(google, who, "an")
    assert answer.card["name"] == "hits"
    assert looks() == []
    rows = answer.rows()
    assert 1 < len(rows) <= 10
    model = readmodel.of(town.tenant_id)
    assert model
    found = model.people.find("an")
    assert f"Visar {len(rows)} av {found.total}." in answer.text
    action = rows[0]["onClick"]["action"]
    assert action["function"] == f"{SITE}/addon/person"
    parameters = {each["key"]: each["value"] for each in action["parameters"]}
    opened = google.call("person", who, parameters=parameters, inputs={"q": "an"})
    assert opened.card["name"] == "person"
    assert looks() == [{"person": found.rows[0].key, "protected": False}]


def test_english_is_english_all_through(google: Google, hire: Hire, town: Theatre) -> None:
    text = search(google, hire("viewer"), pupils(town, 5)[4], locale="en-GB").text
    for word in ("Placed by the rules", "pupil", "Test mode", "Is there", "new, accepted", "Find a person"):
        assert word in text
    assert "Hitta" not in text


@pytest.mark.parametrize("text", ["finns-inte-alls", "\0", "%", "00000000-0000-4000-8000-000000000000", "a\0b"])
def test_nobody_is_told_kindly(text: str, google: Google, hire: Hire) -> None:
    assert "Ingen hittades." in search(google, hire("viewer"), text).text
    assert "Ingen hittades." in google.call("person", hire("editor"), parameters={"key": text}).text
    assert looks() == []


@pytest.mark.parametrize("text", ["", "   "])
def test_nothing_typed_lists_nobody(text: str, google: Google, hire: Hire) -> None:
    answer = search(google, hire("viewer"), text)
    assert "Skriv vem du söker." in answer.text
    assert answer.rows() == []


@pytest.mark.parametrize("by", ["name", "email", "key", "id"])
@pytest.mark.parametrize("role", ["viewer", "editor"])
def test_who_is_limited_finds_nobody_of_other_units(
    role: str, by: str, google: Google, hire: Hire, town: Theatre
) -> None:
    other = pupils(town, 5)[4]
    limited = hire(role, "10000000")
    answer = search(google, limited, user(town, other)[by])
    assert "Ingen hittades." in answer.text
    assert "Ingen hittades." in google.call("person", limited, parameters={"key": other}).text
    assert looks() == []


def test_who_is_limited_finds_those_of_the_own_unit(google: Google, hire: Hire, town: Theatre, unit: str) -> None:
    key = pupils(town, 5, unit)[4]
    answer = search(google, hire("viewer", unit), key)
    assert answer.card["header"]["title"] == user(town, key)["name"]
    assert len(search(google, hire("editor", unit), "an").rows()) < 11


def test_another_tenant_finds_nobody(google: Google, elsewhere: Member, town: Theatre) -> None:
    key = pupils(town, 5)[4]
    for text in user(town, key).values():
        assert "inte läst eller sammanställd" in search(google, elsewhere, text).text
    assert "inte läst" in google.call("person", elsewhere, parameters={"key": key}).text
    assert looks() == []


@pytest.mark.parametrize("by", ["key", "id"])
@pytest.mark.parametrize("locale", ["sv", "en"])
def test_of_a_protected_person_nothing_is_shown_but_what_was_decided(
    locale: str, by: str, google: Google, hire: Hire, changed: Theatre, two: tuple[str, str]
) -> None:
    _, protected = two
    answer = search(google, hire("owner"), user(changed, protected)[by], locale=locale)
    assert answer.card["header"] == {
        "title": "Person med skyddade uppgifter" if locale == "sv" else "Person with protected identity"
    }
    for secret in secrets_of(changed, protected):
        assert secret not in answer.text
    assert looks() == [{"person": protected, "protected": True}]


@pytest.mark.parametrize("by", ["name", "email"])
def test_a_protected_person_is_found_by_exact_id_alone(
    by: str, google: Google, hire: Hire, changed: Theatre, two: tuple[str, str]
) -> None:
    _, protected = two
    answer = search(google, hire("owner"), user(changed, protected)[by])
    assert protected not in str(answer.card["sections"][:-1])
    assert protected not in [each["person"] for each in looks()]


@pytest.mark.parametrize("by", ["key", "id"])
def test_somebody_who_has_left_is_explained_by_what_was_sent(
    by: str, google: Google, hire: Hire, changed: Theatre, two: tuple[str, str]
) -> None:
    left, _ = two
    text = search(google, hire("viewer"), left if by == "key" else resource(changed, left)).text
    for wanted in ("Person som har lämnat", "Finns inte längre i Google", "Tas bort vid nästa körning", "ny, godtagen"):
        assert wanted in text, wanted
    assert looks() == [{"person": left, "protected": False}]
