"""Sealing: what a tenant's data key protects, and how the deployment's keys protect the data key.

A deployment key wraps each tenant's 32-byte data key; the data key seals rows. Every sealed value is bound to the
row that it belongs to (associated data), so that one row's value cannot be laid into another. Erasing a tenant's
wrapped key erases all that it sealed, in backups as well.

AES-256-GCM with random 96-bit nonces (NIST SP 800-38D); HKDF-SHA256 (RFC 5869) for what must not share the key.
"""

from __future__ import annotations

import hashlib
import hmac
import os
from collections.abc import Sequence

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

KEY_BYTES = 32
NONCE_BYTES = 12


class CannotOpenError(Exception):
    """A sealed value that this key cannot open: another key's, another row's, or damaged."""


class KeyErasedError(Exception):
    """The tenant's data key has been erased, and with it everything it sealed."""


class TenantKey:
    """One tenant's data key, ready for use. Costs a few microseconds a call; made once a process and key."""

    __slots__ = ("_aead", "_search_key", "mac_key")

    def __init__(self, key: bytes) -> None:
        self._aead = AESGCM(key)
        self.mac_key = _derived(key, b"fingerprint")  # 32 bytes, for core.ss12000.base.fingerprint
        self._search_key = _derived(key, b"search")

    def seal(self, plain: bytes, row: bytes) -> bytes:
        """Nonce and ciphertext; ``row`` says which row and column it is for and must be given again to open it."""
        nonce = os.urandom(NONCE_BYTES)
        return nonce + self._aead.encrypt(nonce, plain, row)

    def open(self, sealed: bytes, row: bytes) -> bytes:
        """Raises CannotOpenError."""
        try:
            return self._aead.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], row)
        except (InvalidTag, ValueError) as error:
            kind = row.partition(b":")[0].decode(errors="replace")
            raise CannotOpenError(f"A sealed value of {kind!r} cannot be opened with this key for this row.") from error

    def search_token(self, text: str) -> str:
        """The same token for the same folded text: finds a person without keeping a name in the clear."""
        return hmac.new(self._search_key, text.casefold().encode(), hashlib.sha256).hexdigest()[:32]


class KeyRing:
    """The deployment's keys: the first wraps, each may unwrap."""

    def __init__(self, keys: Sequence[bytes]) -> None:
        if not keys:
            raise ValueError("A key ring needs at least one key.")
        self._by_id = {key_id(key): AESGCM(key) for key in keys}
        self.current = key_id(keys[0])

    def wrap(self, data_key: bytes, owner: bytes) -> tuple[str, bytes]:
        """``(id of the wrapping key, wrapped key)``; ``owner`` binds it to one tenant."""
        nonce = os.urandom(NONCE_BYTES)
        return self.current, nonce + self._by_id[self.current].encrypt(nonce, data_key, owner)

    def unwrap(self, wrapped_by: str, wrapped: bytes, owner: bytes) -> bytes:
        """Raises KeyErasedError for an erased key, CannotOpenError for one that no key of the ring wrapped."""
        if not wrapped:
            raise KeyErasedError("The tenant's key has been erased; what it protected cannot be read again.")
        aead = self._by_id.get(wrapped_by)
        if aead is None:
            raise CannotOpenError(
                f"SKOLSYNK_KEYS lacks the key {wrapped_by}, which wrapped this tenant's key. "
                f"It has: {', '.join(self._by_id)}."
            )
        try:
            return aead.decrypt(wrapped[:NONCE_BYTES], wrapped[NONCE_BYTES:], owner)
        except InvalidTag as error:
            raise CannotOpenError(f"A tenant's key wrapped by {wrapped_by} is damaged or another tenant's.") from error


def new_data_key() -> bytes:
    return os.urandom(KEY_BYTES)


def key_id(key: bytes) -> str:
    """Eight characters that name a deployment key without telling it."""
    return hashlib.blake2b(key, digest_size=4, person=b"skolsynk-key-id").hexdigest()


def _derived(key: bytes, purpose: bytes) -> bytes:
    return HKDF(SHA256(), KEY_BYTES, salt=None, info=b"skolsynk " + purpose).derive(key)
