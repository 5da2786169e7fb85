"""The form of a selection: rows come and go, numbers follow, garbage is kept and named, and saving makes a version."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from django.test import Client

from skolsynk.core.connection import Exclusion, Mode, Selection
from skolsynk.core.filters.kinds import KINDS, ClassNamed, PersonIn, SchoolYearBetween
from skolsynk.store import load
from skolsynk.store.models import AuditEvent, ConnectionVersion, ReadModelRow, Run
from skolsynk.sync import connections, readmodel
from tests.scenarios.theatre import Theatre
from tests.web.connections.pages import chosen

Address = Callable[..., str]
FRAGMENT = {"HX-Request": "true"}


def saved(town: Theatre, vendor: str = "sandbox") -> Selection:
    return connections.saved(town.connection(vendor)).selection


def form(town: Theatre, **more: Any) -> dict[str, Any]:
    """The saved selection as its form sends it."""
    whole = {**chosen(town), "roles": ["pupil", "teacher", "staff"], "group_types": ["Klass", "Undervisning"]}
    return {**whole, "fields_on": ["email", "school_year", "google_id"], **more}


def body(answer: Any) -> str:
    return " ".join(answer.content.decode().split())


@pytest.fixture
def path(address: Address) -> str:
    return address("connection_selection", vendor="sandbox")


def test_the_form_shows_units_with_their_people(town: Theatre, path: str, as_editor: Client) -> None:
    page = body(as_editor.get(path))
    model = readmodel.of(town.tenant_id)
    assert model
    for code in saved(town).school_units:
        assert f'value="{code}"' in page
        assert f"{model.unit_counts[code].pupils} elever" in page
    assert "Samma personer som i det sparade urvalet" in page


def test_the_form_sends_back_what_is_saved(town: Theatre, path: str, as_editor: Client) -> None:
    before = saved(town)
    answer = as_editor.post(path, form(town))
    assert answer.status_code == 303
    assert saved(town) == before
    assert ConnectionVersion.objects.filter(connection_id=town.connection().id).count() == 1


def test_saving_makes_a_version_a_plan_and_sends_nothing(
    town: Theatre, path: str, address: Address, as_editor: Client
) -> None:
    answer = as_editor.post(path, form(town, roles=["pupil"], reason="Bara elever"))
    assert answer.headers["location"] == address("connection", vendor="sandbox") + "#urval"
    assert saved(town).roles == ("pupil",)
    assert ConnectionVersion.objects.latest("pk").reason == "Bara elever"
    run = Run.objects.latest("created_at")
    assert (run.kind, run.state) == ("plan", "queued")
    assert "Sparat som version 2" in body(as_editor.get(address("connection", vendor="sandbox")))
    assert "Bara elever" not in str(list(AuditEvent.objects.values_list("about", flat=True)))


def test_sending_twice_saves_once(town: Theatre, path: str, as_editor: Client) -> None:
    for _ in range(2):
        assert as_editor.post(path, form(town, roles=["pupil"])).status_code == 303
    assert ConnectionVersion.objects.filter(connection_id=town.connection().id).count() == 2
    assert Run.objects.filter(kind="plan").count() == 1


def test_waiting_pauses(town: Theatre, path: str, as_editor: Client) -> None:
    as_editor.post(path, form(town, roles=["pupil"], wait="on"))
    assert town.connection().paused_until


def test_single_people_stay_excluded(town: Theatre, path: str, as_editor: Client) -> None:
    one = Exclusion("someone", "vill inte")
    connections.save_connection(
        town.tenant_id, "sandbox", selection=replace(saved(town), exclusions=(one,)), who="x", reason="",
        expected_version=1, at=town.at,
    )  # fmt: skip
    as_editor.post(path, form(town, version=2, roles=["pupil"]))
    assert saved(town).exclusions == (one,)


def test_filters_are_blocks_of_rows_and_exceptions(town: Theatre, path: str, as_editor: Client) -> None:
    rows = {
        "b0-0-kind": "school_year_between", "b0-0-lowest": "4", "b0-0-highest": "6",
        "b0-1-kind": "class_named", "b0-1-pattern": " 5* ",
        "b3-7-kind": "class_named", "b3-7-pattern": "7A",
        "n0-kind": "person_in", "n0-people": "a@b.example\n\n c@d.example ",
    }  # fmt: skip
    assert as_editor.post(path, form(town, **rows)).status_code == 303
    now = saved(town)
    assert now.filters == (
        (SchoolYearBetween(lowest=4, highest=6), ClassNamed(pattern="5*")),
        (ClassNamed(pattern="7A"),),
    )
    assert now.not_filters == (PersonIn(people=("a@b.example", "c@d.example")),)
    page = body(as_editor.get(path))
    assert 'value="5*"' in page
    assert "a@b.example" in page
    assert as_editor.post(path, form(town, version=2, **rows)).status_code == 303
    assert saved(town) == now


def test_every_kind_can_be_added_and_names_what_is_missing(town: Theatre, path: str, as_editor: Client) -> None:
    for cls in KINDS:
        added = as_editor.post(path, form(town, do="block", **{"add-block": cls.kind}))
        assert added.status_code == 200
        assert f'value="{cls.kind}"' in body(added)
        assert 'name="b0-0-' in body(added)
        refused = as_editor.post(path, form(town, **{"b0-0-kind": cls.kind}))
        assert refused.status_code == 422, cls.kind
        assert "Inget har sparats" in body(refused)
    assert saved(town).filters == ()


def test_rows_come_and_go_and_keep_what_was_typed(town: Theatre, path: str, as_editor: Client) -> None:
    typed = {"b0-0-kind": "class_named", "b0-0-pattern": "7 <b>", "reason": "halvfärdig"}
    more = as_editor.post(path, form(town, do="row:0", **typed, **{"add-b0": "role_in"}))
    assert "7 &lt;b&gt;" in body(more)
    assert "halvfärdig" in body(more)
    assert 'name="b0-1-roles"' in body(more)
    less = as_editor.post(path, form(town, do="drop:0:0", **typed, **{"b0-1-kind": "role_in", "b0-1-roles": "pupil"}))
    assert "7 &lt;b&gt;" not in body(less)
    assert 'name="b0-0-roles"' in body(less)
    nots = as_editor.post(path, form(town, do="not", **{"add-not": "class_named"}))
    assert 'name="n0-pattern"' in body(nots)
    gone = as_editor.post(path, form(town, do="drop_not:0", **{"n0-kind": "class_named"}))
    assert 'name="n0-pattern"' not in body(gone)


def test_all_units_or_none_are_ticked(town: Theatre, path: str, as_editor: Client) -> None:
    number = len(saved(town).school_units)
    none = body(as_editor.post(path, form(town, do="units_none")))
    assert none.count('name="school_units"') >= number
    assert "checked" not in none.split('id="id_school_units"')[1].split("</fieldset>")[0]
    every = body(as_editor.post(path, form(town, do="units_all", school_units=[])))
    assert every.split('id="id_school_units"')[1].split("</fieldset>")[0].count("checked") >= number


@pytest.mark.parametrize(
    "action",
    [
        "row:99",
        "row",
        "row:x",
        "drop:9:9",
        "drop:0",
        "drop_not:7",
        "block",
        "not",
        "copy",
        "nonsense",
        "row:" + "9" * 400,
    ],
)
def test_actions_that_mean_nothing_change_nothing(town: Theatre, path: str, as_editor: Client, action: str) -> None:
    answer = as_editor.post(path, form(town, do=action, roles=["pupil"], copy_from="nobody"))
    assert answer.status_code in (200, 422)
    assert saved(town).roles == ("pupil", "teacher", "staff")


@pytest.mark.parametrize(
    "wrong",
    [
        {"school_units": ["1"]}, {"school_units": ["99999999"]}, {"roles": ["king"]}, {"group_types": ["Zoo"]},
        {"fields_on": ["shoe_size"]}, {"reason": "x" * 501}, {"version": "x"}, {"version": "-1"}, {"version": ""},
        {"b0-0-kind": "school_year_between", "b0-0-lowest": "4", "b0-0-highest": "nio"},
        {"b0-0-kind": "school_year_between", "b0-0-lowest": "9", "b0-0-highest": "4"},
        {"b0-0-kind": "school_unit_in", "b0-0-school_units": ["99999999"]},
        {"b0-0-kind": "address_domain", "b0-0-domains": "inte en domän"},
        {"b0-0-kind": "container_under", "b0-0-org_unit": "Elever"},
        {"b0-0-kind": "in_group", "b0-0-group": "Ma", "b0-0-group_type": "Zoo"},
        {"b0-0-kind": "class_named", "b0-0-pattern": "x" * 201},
        {"n0-kind": "person_in", "n0-people": " , ; \n"},
    ],
)  # fmt: skip
def test_garbage_is_named_and_nothing_is_saved(
    town: Theatre, path: str, as_editor: Client, wrong: dict[str, Any]
) -> None:
    before = saved(town)
    answer = as_editor.post(path, form(town, **wrong))
    assert answer.status_code == 422
    assert "Inget har sparats" in body(answer)
    assert saved(town) == before
    english = as_editor.post(path, form(town, **wrong), headers={"accept-language": "en"})
    assert "Nothing was saved" in body(english)


def test_garbage_text_is_kept(town: Theatre, path: str, as_editor: Client) -> None:
    answer = as_editor.post(path, form(town, **{"b0-0-kind": "address_domain", "b0-0-domains": "inte en <domän>"}))
    assert "inte en &lt;domän&gt;" in body(answer)
    assert 'href="#id_b0-0-domains"' in body(answer)


def test_too_many_rows_are_cut(town: Theatre, path: str, as_editor: Client) -> None:
    many = {f"b{block}-{row}-kind": "role_in" for block in range(20) for row in range(20)}
    page = body(as_editor.post(path, form(town, do="nonsense", **many)))
    assert page.count('class="condition"') == 12 * 12


def test_who_comes_with_an_old_version_is_told_and_keeps_the_words(town: Theatre, path: str, as_editor: Client) -> None:
    connections.save_connection(
        town.tenant_id, "sandbox", selection=replace(saved(town), roles=("teacher",)), who="operator", reason="",
        expected_version=1, at=town.at,
    )  # fmt: skip
    answer = as_editor.post(path, form(town, group_types=["Klass"], reason="mina ord"))
    assert answer.status_code == 409
    page = body(answer)
    assert "Någon annan sparade under tiden" in page
    assert "Roller tas bort: elever och annan personal." in page
    assert "mina ord" in page
    assert saved(town).roles == ("teacher",)
    assert 'name="version" value="2"' in page
    assert as_editor.post(path, form(town, version=2, group_types=["Klass"])).status_code == 303
    assert saved(town).group_types == ("Klass",)


def test_protected_people_are_an_owners_decision_with_a_reason(
    town: Theatre, path: str, as_editor: Client, as_owner: Client
) -> None:
    as_editor.post(path, form(town, roles=["pupil"], include_protected="on"))
    assert not saved(town).include_protected
    refused = as_owner.post(path, form(town, version=2, include_protected="on"))
    assert refused.status_code == 422
    assert "Säg varför de får skickas" in body(refused)
    allowed = form(town, version=2, include_protected="on", reason="Prövat i varje fall")
    assert as_owner.post(path, allowed).status_code == 303
    assert saved(town).include_protected
    as_editor.post(path, form(town, version=3, roles=["teacher"]))
    assert saved(town).include_protected, "an editor's save leaves it as it was"


def test_a_live_connection_wants_a_reason(town: Theatre, path: str, as_editor: Client) -> None:
    town.switch(Mode.LIVE)
    assert as_editor.post(path, form(town, roles=["pupil"])).status_code == 422
    assert as_editor.post(path, form(town, roles=["pupil"], reason="därför")).status_code == 303


def test_emptying_is_asked_for_by_name(town: Theatre, path: str, as_editor: Client) -> None:
    refused = as_editor.post(path, form(town, school_units=[]))
    assert refused.status_code == 422
    assert "Ja, ingen ska skickas" in body(refused)
    assert saved(town).school_units
    assert as_editor.post(path, form(town, school_units=[], empty="on")).status_code == 303
    assert saved(town).school_units == ()


def test_copying_fills_the_form_and_saves_nothing(town: Theatre, path: str, as_editor: Client) -> None:
    narrow = replace(saved(town, "binogi"), roles=("pupil",), filters=((ClassNamed(pattern="7*"),),))
    connections.save_connection(
        town.tenant_id, "binogi", selection=narrow, who="x", reason="", expected_version=1, at=town.at
    )
    before = saved(town)
    page = body(as_editor.post(path, {"do": "copy", "copy_from": "binogi"}))
    assert "Urvalet är hämtat från Binogi" in page
    assert 'value="7*"' in page
    assert saved(town) == before


def test_counting_gives_numbers_and_saves_nothing(
    town: Theatre, address: Address, path: str, as_editor: Client
) -> None:
    before = saved(town)
    effect = address("connection_effect", vendor="sandbox")
    found = readmodel.effect_of_selection(town.tenant_id, "sandbox", replace(before, roles=("pupil",)))
    page = body(as_editor.post(effect, form(town, roles=["pupil"]), headers=FRAGMENT))
    assert f"<strong>{found.total}</strong>" in page
    assert f"−{found.leaving} ut" in page
    assert "<html" not in page
    plain = body(as_editor.post(path, form(town, do="count", roles=["pupil"])))
    assert f"<strong>{found.total}</strong>" in plain
    assert saved(town) == before


def test_a_value_that_nothing_has_is_told_with_what_is_near(town: Theatre, address: Address, as_editor: Client) -> None:
    model = readmodel.of(town.tenant_id)
    assert model
    real = next(row.name for row in model.classes if row.type == "Klass")
    effect = address("connection_effect", vendor="sandbox")
    rows = {
        "b0-0-kind": "class_named",
        "b0-0-pattern": f"{real}x",
        "n0-kind": "address_domain",
        "n0-domains": "no.example",
    }
    page = body(as_editor.post(effect, form(town, **rows), headers=FRAGMENT))
    assert f"Inget i katalogen heter ”{real}x”. Menas" in page
    assert "Inget i katalogen heter ”no.example”." in page
    fine = {"b0-0-kind": "class_named", "b0-0-pattern": real}
    assert "Inget i katalogen" not in body(as_editor.post(effect, form(town, **fine), headers=FRAGMENT))


def test_half_a_row_is_waited_for(town: Theatre, address: Address, as_editor: Client) -> None:
    effect = address("connection_effect", vendor="sandbox")
    answer = as_editor.post(effect, form(town, **{"b0-0-kind": "class_named"}), headers=FRAGMENT)
    assert answer.status_code == 200
    assert "Ett fält behöver fyllas i" in body(answer)


def test_counting_needs_no_reason(town: Theatre, address: Address, as_editor: Client) -> None:
    town.switch(Mode.LIVE)
    effect = address("connection_effect", vendor="sandbox")
    assert "<strong>" in body(as_editor.post(effect, form(town), headers=FRAGMENT))


def test_a_rearranged_fragment_brings_its_numbers(town: Theatre, path: str, as_editor: Client) -> None:
    page = body(as_editor.post(path, form(town, do="units_none"), headers=FRAGMENT))
    assert page.startswith('<form id="selection"')
    assert 'hx-swap-oob="innerMorph"' in page
    assert "<strong>0</strong>" in page


def test_another_tenants_people_are_not_counted(address: Address, as_stranger: Client, town: Theatre) -> None:
    effect = address("connection_effect", vendor="sandbox")
    assert as_stranger.post(effect, form(town)).status_code == 404


def test_without_a_read_model_nothing_is_counted_but_all_can_be_chosen(
    town: Theatre, path: str, as_editor: Client
) -> None:
    ReadModelRow.objects.all().delete()
    page = body(as_editor.get(path))
    assert next(iter(load.units(town.tenant_id).values())).name in page
    assert "inga kända personer" in page
    assert "<strong>" not in page.split('id="effect"')[1].split("</aside>")[0]
    assert as_editor.post(path, form(town, school_units=[])).status_code == 303, "nobody can say that it empties"
