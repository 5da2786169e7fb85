"""A fake Google over real HTTP on loopback: tokens, sign-in, Directory, Reports, watch and Marketplace licences."""

from __future__ import annotations

from skolsynk.sandbox.google.accounts import (
    LICENCE_SCOPE,
    READ_SCOPES,
    Consumer,
    OAuthClient,
    ServiceAccount,
    new_service_account,
)
from skolsynk.sandbox.google.faults import Fault
from skolsynk.sandbox.google.quota import Quota
from skolsynk.sandbox.google.server import FakeGoogle

__all__ = [
    "LICENCE_SCOPE",
    "READ_SCOPES",
    "Consumer",
    "FakeGoogle",
    "Fault",
    "OAuthClient",
    "Quota",
    "ServiceAccount",
    "new_service_account",
]
