"""Scopes agree in every place, or the check says where they do not."""

from __future__ import annotations

from pathlib import Path

import pytest

from skolsynk.sources.google import auth, oidc
from skolsynk.sync import addon_manifest
from skolsynk.sync.marketplace import addresses, document, scopes

MAIL = auth.Scope("mail", auth.PREFIX + "gmail.readonly", "nobody's business")
TEXT = document.PATH.read_text(encoding="utf-8")


def found() -> set[tuple[str, str]]:
    manifest = addon_manifest.SCOPES
    return {(one.code, one.about) for one in (*scopes.unexplained(manifest), *document.findings(manifest))}


@pytest.fixture
def page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the document to spoil."""
    copy = tmp_path / "marketplace.md"
    copy.write_text(TEXT, encoding="utf-8")
    monkeypatch.setattr(document, "PATH", copy)
    return copy


def test_code_manifest_and_document_name_the_same_scopes_with_the_same_words() -> None:
    assert found() == set()


def test_every_scope_that_is_asked_for_is_listed_with_a_reason_in_both_languages() -> None:
    asked = {
        *oidc.SCOPES,
        *(scope.url for scope in (*auth.ALWAYS, auth.GROUPS, *auth.OPTIONAL)),
        *addon_manifest.SCOPES,
    }
    rows = scopes.listed()
    assert {row.url for row in rows} == asked
    for row in rows:
        assert set(row.parts) <= set(scopes.PARTS)
        assert len(row.why.sv) > 40
        assert len(row.why.en) > 40


def test_a_new_scope_in_the_code_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(auth, "OPTIONAL", (*auth.OPTIONAL, MAIL))
    assert found() == {("scope_unexplained", MAIL.url)}


def test_a_new_scope_in_the_manifest_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(addon_manifest, "SCOPES", (*addon_manifest.SCOPES, MAIL.url))
    assert found() == {("scope_unexplained", MAIL.url)}


def test_a_scope_that_the_code_no_longer_asks_for_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(auth, "OPTIONAL", ())
    gone = auth.REPORTS.url
    assert {("scope_unused", gone), ("scope_extra", gone)} <= found()


def test_a_scope_that_sign_in_no_longer_asks_for_but_the_add_on_does_changes_its_row(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    email = auth.PREFIX + "userinfo.email"
    monkeypatch.setattr(oidc, "SCOPES", tuple(url for url in oidc.SCOPES if url != email))
    assert found() == {("document_differs", email)}


def test_a_row_that_the_document_lacks_is_told(page: Path) -> None:
    page.write_text("\n".join(line for line in TEXT.splitlines() if not line.startswith(f"| `{auth.GROUPS.url}`")))
    assert found() == {("scope_missing", auth.GROUPS.url)}


def test_a_row_that_the_document_has_too_much_is_told(page: Path) -> None:
    page.write_text(TEXT.replace("| `openid` |", f"| `{MAIL.url}` | directory | – | – |\n| `openid` |"))
    assert found() == {("scope_extra", MAIL.url)}


def test_a_reason_that_has_drifted_is_told(page: Path) -> None:
    page.write_text(TEXT.replace(scopes.WHY[auth.USERS.url].en, "Everything about everybody."))
    assert found() == {("document_differs", auth.USERS.url)}


def test_a_document_without_its_table_lacks_every_scope(page: Path) -> None:
    page.write_text(TEXT.replace(document.SCOPES, "<!-- gone:"))
    assert found() == {("scope_missing", row.url) for row in scopes.listed()}


@pytest.mark.parametrize("form", ["{}\n{}", "{},{}", '["{}", "{}"]', "- {}\n- {}\n", " {} {} "])
def test_lists_are_read_however_they_were_copied(form: str) -> None:
    assert document.scopes_in(form.format("openid", auth.USERS.url)) == ("openid", auth.USERS.url)


def test_the_document_names_every_address() -> None:
    rows = document.table(TEXT, document.ADDRESSES)
    assert rows == [(one.field, one.path) for one in (*addresses.listed(), *addresses.called())]
