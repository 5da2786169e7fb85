"""Who may ask the fake Google for tokens: service accounts with their keys, web clients, people without a Workspace."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

GOOGLE_TOKEN_AUDIENCE = "https://oauth2.googleapis.com/token"  # noqa: S105 - an address, not a secret
READ_SCOPES = tuple(
    f"https://www.googleapis.com/auth/{name}"
    for name in (
        "admin.directory.user.readonly",
        "admin.directory.orgunit.readonly",
        "admin.directory.group.readonly",
        "admin.directory.customer.readonly",
        "admin.directory.domain.readonly",
        "admin.directory.userschema.readonly",
        "admin.directory.rolemanagement.readonly",
        "admin.reports.audit.readonly",
    )
)
LICENCE_SCOPE = "https://www.googleapis.com/auth/appsmarketplace.license"
CLOUD_SCOPE = "https://www.googleapis.com/auth/cloud-platform"
OWN_SCOPES = frozenset((LICENCE_SCOPE, CLOUD_SCOPE))  # what an account may do as itself


@dataclass
class ServiceAccount:
    """``delegated``: customer id -> scopes that the customer's administrator has let this account use.

    ``signed_by``: accounts that may have IAM sign as this one (role Service Account Token Creator).
    """

    email: str
    private: rsa.RSAPrivateKey
    public_keys: dict[str, rsa.RSAPublicKey]
    delegated: dict[str, set[str]] = field(default_factory=dict)
    signed_by: set[str] = field(default_factory=set)

    @classmethod
    def of(cls, key_file: Mapping[str, str]) -> ServiceAccount:
        """The account of a key file made by ``new_service_account`` (or of any RSA key file)."""
        private = opened(key_file["private_key"])
        return cls(key_file["client_email"], private, {key_file["private_key_id"]: private.public_key()})


class OAuthClient(NamedTuple):
    """A web client for sign-in. No ``redirect_uris`` = any address on loopback."""

    client_id: str
    client_secret: str
    redirect_uris: tuple[str, ...] = ()


class Consumer(NamedTuple):
    """Somebody with a Google account of their own: no customer, no ``hd``."""

    id: str
    email: str
    given_name: str
    family_name: str


@lru_cache(maxsize=64)
def opened(pem: str) -> rsa.RSAPrivateKey:
    """The key of a PEM; checking its numbers takes a while."""
    private = serialization.load_pem_private_key(pem.encode(), password=None)
    if not isinstance(private, rsa.RSAPrivateKey):
        raise TypeError("service account keys are RSA keys")
    return private


def new_key() -> tuple[rsa.RSAPrivateKey, str]:
    """A throw-away RSA key and its PEM."""
    private = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = private.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return private, pem.decode()


def new_service_account(
    name: str = "skolsynk", project: str = "skolsynk-example", token_uri: str = ""
) -> dict[str, str]:
    """A key file as Google's console would give it, for an account that only the fake knows."""
    _, pem = new_key()
    return {
        "type": "service_account",
        "project_id": project,
        "private_key_id": hashlib.sha256(pem.encode()).hexdigest()[:40],
        "private_key": pem,
        "client_email": f"{name}@{project}.iam.gserviceaccount.example",
        "client_id": str(uuid.uuid4().int)[:21],
        "token_uri": token_uri or GOOGLE_TOKEN_AUDIENCE,
    }
