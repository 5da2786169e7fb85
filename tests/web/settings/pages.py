"""Every address of the room, as ``test_every_page`` visits it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from skolsynk.store import members
from skolsynk.store.members import Access
from skolsynk.sync import transfer
from tests.scenarios.theatre import SOME_DAY, Theatre
from tests.web.examples import Example

ADDRESS = "rektor@bjorkvik.example"


def invited(town: Theatre) -> members.MemberFacts:
    """A person to look at: let in, not yet signed in."""
    found = members.by_email(town.tenant_id, ADDRESS)
    return found or members.admit(town.tenant_id, ADDRESS, Access("viewer"), by="demo", at=SOME_DAY)


def the_invited(town: Theatre) -> Mapping[str, Any]:
    return {"member": invited(town).id}


def changing(town: Theatre) -> Mapping[str, Any]:
    return {"action": "change", "was": "viewer", "role": "editor", "reach": "all"}


def file(town: Theatre) -> Mapping[str, Any]:
    return {"text": transfer.written(town.tenant_id)}


def applied(town: Theatre) -> Mapping[str, Any]:
    text = transfer.written(town.tenant_id)
    return {"text": text, "base": transfer.check(town.tenant_id, text).base, "reason": "Prov"}


def subject(town: Theatre) -> Mapping[str, Any]:
    return {"subject": town.stage.town.admin_email, "was": town.stage.town.admin_email}


KEPT = {
    "receipt_days": "90", "run_days": "365", "event_days": "730", "purge_days": "14",
    "contact": "skola@bjorkvik.example",
}  # fmt: skip

PAGES = {
    "settings": Example(),
    "settings_mine": Example(read=None, write="viewer", post={"language": "en"}),
    "settings_sign_me_out": Example(read=None, write="viewer"),
    "settings_people": Example(
        write="owner", post={"email": "ny@bjorkvik.example", "role": "viewer", "reach": "all"}, limited=False
    ),
    "settings_person": Example(the_invited, read="owner", write="owner", post=changing, limited=False, prepare=invited),
    "settings_retention": Example(write="owner", post={**KEPT, "was": "180 400 730 30 "}, limited=False),
    "settings_source": Example(write="owner", post=subject, limited=False),
    "settings_source_try": Example(read=None, write="editor", limited=False),
    "settings_configuration": Example(write="owner", post=file, limited=False),
    "settings_configuration_file": Example(read="editor", limited=False, whole_page=False),
    "settings_configuration_apply": Example(read=None, write="owner", post=applied, limited=False),
}
