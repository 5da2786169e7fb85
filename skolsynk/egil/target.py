"""Where a push goes and how patient it is: the vendor's address, key, certificates and time-outs as values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

VERSION = "0.1.0"


def user_agent(contact: str = "") -> str:
    """Product and version, and the address where a receiver's operator finds whom to ask (RFC 9110 section 10.1.5)."""
    return f"Skolsynk/{VERSION} (+{contact})" if contact else f"Skolsynk/{VERSION} (EGIL)"


@dataclass(frozen=True, slots=True)
class Target:
    """One receiver as one connection in one mode sees it.

    ``pinned_keys``: base64 SHA-256 digests of acceptable server public keys (RFC 7469 section 2.4, SPKI).
    Raises ValueError on an address that cannot be one and on headers with line breaks; the message never
    repeats a header's value, since that is the key.
    """

    base_url: str
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    media_type: str = "application/scim+json"
    ca_file: str | None = None  # PEM bundle; None: the system's
    put_on_collection: bool = False  # old receivers take PUT without an id in the address
    concurrency: int = 8  # requests in flight inside one resource type
    connect_timeout_s: float = 30.0
    timeout_s: float = 90.0  # at least 60: a limited receiver may keep a request for 30 s
    stop_grace_s: float = 20.0  # how long open requests may take when somebody asks to stop
    pinned_keys: tuple[str, ...] = ()
    proxy: str | None = None  # None: as the environment says, but never for loopback; "": none
    user_agent: str = field(default_factory=user_agent)

    def __post_init__(self) -> None:
        parts = urlsplit(self.base_url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError(f"the address must start with http:// or https:// and name a host: {self.base_url!r}")
        for name, value in self.headers.items():
            if not name or any(sign in name + value for sign in "\r\n\0"):
                raise ValueError(f"the header {name!r} has a line break or no name")
        if self.concurrency < 1:
            raise ValueError("concurrency must be at least 1")

    @property
    def is_loopback(self) -> bool:
        host = urlsplit(self.base_url).hostname or ""
        return host in ("localhost", "::1") or host.startswith("127.")

    def address(self, endpoint: str, resource_id: str = "") -> str:
        """``<base>/<Endpoint>[/<id>]``; a slash at the end of the base makes no double slash."""
        collection = f"{self.base_url.rstrip('/')}/{endpoint}"
        return f"{collection}/{resource_id}" if resource_id else collection


@dataclass(frozen=True, slots=True)
class Patience:
    """How often and how long a push tries. Seconds; tests make them short.

    Source: reference practice of EGIL senders and receivers; a limited receiver gives 429 without
    Retry-After only after 30 s of delay, so waiting must grow.
    """

    tries: int = 5  # of one change, network failures and 5xx
    limited_tries: int = 10  # of one change, answers 429
    base_s: float = 2.0
    longest_s: float = 60.0
    longest_retry_after_s: float = 300.0  # asked to wait longer than this: the push stops and the next run goes on
    breaker: int = 5  # consecutive failures (network, or 5xx to the end) that stop the push

    def back_off(self, failures: int, chance: float) -> float:
        """Seconds before the next try after so many failures; ``chance`` 0..1 spreads senders apart."""
        longest = min(self.longest_s, self.base_s * 2.0 ** min(failures - 1, 16))
        return longest * (0.5 + 0.5 * chance)
