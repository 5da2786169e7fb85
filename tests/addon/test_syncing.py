"""*Synka nu*: in test mode, for those who may on the site, once however often it is pressed."""

from __future__ import annotations

from datetime import timedelta

import pytest
from kombu.exceptions import OperationalError

from skolsynk.core.connection import Mode
from skolsynk.store import installations
from skolsynk.store.models import AuditEvent, Connection, Member, Run
from skolsynk.sync.tasks import execute
from tests.addon.conftest import SITE, Answer, Google, Hire
from tests.scenarios.theatre import SOME_DAY, Theatre


def pressed(google: Google, who: Member, vendor: str = "sandbox", locale: str = "sv") -> Answer:
    answer = google.call("sync", who, parameters={"vendor": vendor}, locale=locale)
    assert "updateCard" in answer.document["renderActions"]["action"]["navigations"][0]
    assert answer.card["name"] == "home"
    return answer


def waiting(town: Theatre) -> list[Run]:
    return list(Run.objects.filter(tenant_id=town.tenant_id, state="queued"))


def switched(town: Theatre, mode: Mode) -> None:
    Connection.objects.filter(tenant_id=town.tenant_id, vendor="sandbox").update(mode=mode.value)


def buttons(google: Google, who: Member) -> int:
    return google.call("home", who).text.count("Synka nu")


@pytest.mark.parametrize("role", ["editor", "owner"])
def test_a_press_queues_a_push_that_runs(
    role: str, google: Google, hire: Hire, town: Theatre, given: list[str]
) -> None:
    who = hire(role)
    action = google.call("home", who).buttons()["Synka nu"]["action"]
    assert action["function"] == f"{SITE}/addon/sync"
    answer = pressed(google, who, "sandbox")
    (run,) = waiting(town)
    assert answer.notice == "Sandbox: en körning till testmottagaren är beställd."
    assert answer.document["stateChanged"] is True
    assert (run.kind, run.mode, run.trigger, run.asked_by) == ("push", "test", "operator", f"member:{who.pk}")
    assert given == [str(run.pk)]
    event = AuditEvent.objects.get(what="push_asked")
    assert (event.who, event.about) == (f"member:{who.pk}", {"run": str(run.pk), "vendor": "sandbox"})
    assert town.do(run.pk).state == "done"


def test_where_the_app_was_removed_nothing_starts_and_the_card_says_why(
    google: Google, hire: Hire, town: Theatre, given: list[str]
) -> None:
    who = hire("owner")
    installations.ensure(town.tenant_id, SOME_DAY)
    installations.quarantine(town.tenant_id, SOME_DAY, SOME_DAY + timedelta(days=30), ())
    answer = pressed(google, who)
    assert "Installera Skolsynk igen" in str(answer.notice)
    assert (waiting(town), given) == ([], [])
    home = google.call("home", who, locale="en")
    assert "Everything has stopped" in home.text
    assert "Install Skolsynk again" in home.text


def test_a_second_press_changes_nothing_and_says_so(
    google: Google, hire: Hire, town: Theatre, given: list[str]
) -> None:
    who = hire("editor")
    pressed(google, who)
    again = pressed(google, who)
    assert again.notice == "Sandbox: en körning väntar redan."
    assert again.document["stateChanged"] is False
    assert pressed(google, who, locale="en").notice == "Sandbox: a run waits already."
    assert len(waiting(town)) == len(given) == AuditEvent.objects.filter(what="push_asked").count() == 1


@pytest.mark.parametrize(
    ("mode", "words"),
    [(Mode.LIVE, "Sandbox är i skarpt läge"), (Mode.OFF, "Sandbox är avstängd")],
)
def test_out_of_test_mode_there_is_no_button_and_a_forged_press_is_refused(
    mode: Mode, words: str, google: Google, hire: Hire, town: Theatre, given: list[str]
) -> None:
    owner = hire("owner")
    assert buttons(google, owner) == 2
    switched(town, mode)
    assert buttons(google, owner) == 1  # Binogi's
    answer = pressed(google, owner)
    assert words in answer.notice
    assert "Inget har startats." in answer.notice
    assert answer.document["stateChanged"] is False
    assert waiting(town) == []
    assert given == []
    assert not AuditEvent.objects.filter(what="push_asked").exists()


@pytest.mark.parametrize("limited", [("viewer", False), ("viewer", True), ("editor", True)])
def test_who_may_not_push_on_the_site_may_not_here(
    limited: tuple[str, bool], google: Google, hire: Hire, town: Theatre, unit: str, given: list[str]
) -> None:
    role, some = limited
    who = hire(role, *((unit,) if some else ()))
    assert buttons(google, who) == 0
    assert pressed(google, who).notice == "Du får se men inte starta körningar. Inget har startats."
    assert waiting(town) == []
    assert given == []


@pytest.mark.parametrize("vendor", ["", "nobody", "gleerups", "sandbox\0", "SANDBOX", "1"])
def test_a_vendor_that_is_not_there_is_refused(
    vendor: str, google: Google, hire: Hire, town: Theatre, given: list[str]
) -> None:
    assert pressed(google, hire("owner"), vendor).notice == "Leverantören finns inte här. Inget har startats."
    assert waiting(town) == []


def test_another_tenants_owner_starts_nothing_here(
    google: Google, elsewhere: Member, town: Theatre, given: list[str]
) -> None:
    assert "finns inte här" in pressed(google, elsewhere).notice
    assert waiting(town) == []


def test_a_broker_that_is_away_does_not_lose_the_run(
    google: Google, hire: Hire, town: Theatre, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(**_: object) -> None:
        raise OperationalError

    monkeypatch.setattr(execute, "delay", away)
    assert pressed(google, hire("editor")).document["stateChanged"] is True
    assert len(waiting(town)) == 1
