from __future__ import annotations

from pathlib import Path

import pytest
from django.conf import settings
from hypothesis import given
from hypothesis import strategies as st

from skolsynk.store import keys
from skolsynk.store.crypto import CannotOpenError, KeyErasedError, KeyRing, TenantKey, key_id
from skolsynk.store.models import Tenant
from tests.store import builders

KEY = TenantKey(bytes(32))
OLD, NEW = bytes(range(32)), bytes(range(1, 33))


@given(st.binary(max_size=2000), st.binary(max_size=60))
def test_what_is_sealed_can_be_opened_for_the_same_row_only(plain: bytes, row: bytes) -> None:
    sealed = KEY.seal(plain, row)
    assert KEY.open(sealed, row) == plain
    with pytest.raises(CannotOpenError):
        KEY.open(sealed, row + b"x")


@given(st.binary(min_size=1, max_size=100), st.integers(0, 10_000))
def test_a_changed_bit_is_noticed(plain: bytes, place: int) -> None:
    sealed = bytearray(KEY.seal(plain, b"row"))
    sealed[place % len(sealed)] ^= 1
    with pytest.raises(CannotOpenError):
        KEY.open(bytes(sealed), b"row")


@pytest.mark.parametrize("sealed", [b"", b"short", bytes(12), bytes(27)])
def test_what_was_never_sealed_cannot_be_opened(sealed: bytes) -> None:
    with pytest.raises(CannotOpenError):
        KEY.open(sealed, b"row")


def test_the_same_value_is_sealed_differently_each_time() -> None:
    assert KEY.seal(b"x", b"row") != KEY.seal(b"x", b"row")


def test_search_tokens_fold_case_and_differ_between_tenants() -> None:
    assert KEY.search_token("Åsa") == KEY.search_token("ÅSA")
    assert KEY.search_token("Åsa") != TenantKey(bytes(31) + b"1").search_token("Åsa")
    assert KEY.mac_key != bytes(32)


def test_another_deployment_key_cannot_unwrap_and_says_which_is_missing() -> None:
    wrapped_by, wrapped = KeyRing([OLD]).wrap(b"d" * 32, b"C1")
    with pytest.raises(CannotOpenError, match=key_id(OLD)):
        KeyRing([NEW]).unwrap(wrapped_by, wrapped, b"C1")
    with pytest.raises(CannotOpenError, match="another tenant's"):
        KeyRing([OLD]).unwrap(wrapped_by, wrapped, b"C2")


def test_a_ring_without_keys_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one"):
        KeyRing([])


@pytest.mark.django_db
def test_rotation_wraps_every_tenant_anew_and_keeps_what_they_sealed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "SKOLSYNK_KEYS", (OLD,))
    tenant = builders.world().tenant
    sealed = keys.tenant_key(tenant).seal(b"secret", b"row")
    monkeypatch.setattr(settings, "SKOLSYNK_KEYS", (NEW, OLD))
    assert keys.rewrap_all() == 1
    assert keys.rewrap_all() == 0
    monkeypatch.setattr(settings, "SKOLSYNK_KEYS", (NEW,))
    assert Tenant.objects.get().key_id == key_id(NEW)
    assert keys.tenant_key(tenant).open(sealed, b"row") == b"secret"


@pytest.mark.django_db
def test_erasing_a_tenants_key_makes_its_rows_unreadable_and_no_other_tenants() -> None:
    one, other = builders.world("C1"), builders.world("C2")
    keys.erase_tenant_key(one.tenant)
    with pytest.raises(KeyErasedError):
        keys.tenant_key(one.tenant)
    keys.tenant_key(other.tenant)
    assert keys.rewrap_all() == 0


def test_the_demo_makes_one_key_beside_its_database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "SKOLSYNK_KEYS", ())
    monkeypatch.setattr(settings, "SKOLSYNK_VAR", tmp_path / "var")
    first = keys.ring().current
    assert keys.ring().current == first
    assert (tmp_path / "var/key").stat().st_mode & 0o777 == 0o600
    assert [file.name for file in (tmp_path / "var").iterdir()] == ["key"]
