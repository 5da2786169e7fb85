"""Every address of the room, as ``test_every_page`` visits it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from skolsynk.core.rules import Rules, parse_rules
from skolsynk.core.rules.edit import with_rule
from skolsynk.sync import rules
from tests.scenarios.theatre import Theatre
from tests.web.examples import Example

AT = datetime(2026, 11, 16, 9, 0, tzinfo=UTC)
TITLE = {"kind": "org_unit", "org_unit": "/Personal/Rektorer", "role": "staff", "employment_role": "Rektor"}
WHERE = {"section": "role", "kind": "org_unit"}


def seen(town: Theatre) -> str:
    return rules.desk(town.tenant_id).seen


def drafted(town: Theatre, rule: Mapping[str, Any] = TITLE, section: str = "role") -> Rules:
    """A draft with one rule more."""
    desk = rules.desk(town.tenant_id)
    parsed = parse_rules({section: [rule]})
    wanted = with_rule(desk.rules, section, getattr(parsed, section)[0])
    assert rules.write(town.tenant_id, desk, wanted, who="test", at=AT)
    return wanted


def sent(town: Theatre) -> Mapping[str, Any]:
    return {"seen": seen(town), **{name: value for name, value in TITLE.items() if name != "kind"}}


PAGES = {
    "rules": Example(write="editor", post=lambda town: {"seen": seen(town), "do": "remove:role:0"}),
    "rules_section": Example({"section": "placement"}),
    "rules_begin": Example(
        read="editor", write="editor", post=lambda town: {"seen": seen(town), "preset": "mixed"}, limited=False
    ),
    "rules_add": Example(WHERE, read="editor", write="editor", post=sent, limited=False),
    "rules_edit": Example({"section": "role", "at": 0}, read="editor", write="editor", post=sent, limited=False),
    "rules_preview": Example(WHERE, read=None, write="editor", post=sent, limited=False, whole_page=False),
    "rules_person": Example(write="viewer", post={"q": "a"}),
    "rules_review": Example(
        read="editor",
        write="editor",
        post=lambda town: {"seen": seen(town), "reason": "för provet"},
        limited=False,
        prepare=drafted,
    ),
    "rules_draft": Example(
        read=None,
        write="editor",
        post=lambda town: {"seen": seen(town), "do": "discard"},
        limited=False,
        prepare=drafted,
    ),
    "rules_text": Example(
        read="editor",
        write="editor",
        post=lambda town: {"seen": seen(town), "text": "never: [{kind: suspended}]"},
        limited=False,
    ),
    "rules_versions": Example(),
    "rules_version": Example({"number": 1}),
}
