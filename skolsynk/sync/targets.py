"""Where one connection's requests go in one mode: the vendor's file, the operator's settings, the connection's own.

The most particular word wins: the connection's endpoint, then settings, then the vendor's file (test only:
a live address always comes from the operator).
"""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import redis
from django.conf import settings

import vendors
from skolsynk.core.connection import Mode
from skolsynk.core.vendor import Vendor
from skolsynk.egil.buckets import Bucket, bucket_name
from skolsynk.egil.pace import AdaptivePace, Pace, UnlimitedPace
from skolsynk.egil.redis_bucket import BucketUnreachableError, RedisBucket
from skolsynk.egil.target import Patience, Target, user_agent
from skolsynk.store import load
from skolsynk.store.buckets import DbBucket
from skolsynk.sync import preferences
from skolsynk.sync.errors import Later, Misconfigured, no_address, no_key, unknown_vendor


@functools.cache
def all_vendors() -> Mapping[str, Vendor]:
    return vendors.discover()


def vendor(slug: str) -> Vendor:
    """The vendor's file. Raises: Misconfigured when there is none."""
    found = all_vendors().get(slug)
    if found is None:
        raise unknown_vendor(slug)
    return found


def address_of(connection: load.ConnectionFacts, mode: Mode) -> str:
    """The address in this mode, or "" when nobody has given one."""
    endpoint = load.endpoint(connection.id, mode)
    given = settings.VENDOR_SETTINGS.get(connection.vendor.replace("-", "_"), {})
    published = vendor(connection.vendor).test_address if mode is Mode.TEST else ""
    return endpoint.address or given.get(mode.value, "") or published


def target(connection: load.ConnectionFacts, mode: Mode) -> Target:
    """Raises: Misconfigured without an address or a key, or with an address that cannot be one."""
    described = vendor(connection.vendor)
    endpoint = load.endpoint(connection.id, mode)
    address = address_of(connection, mode)
    if not address:
        raise no_address(described.name, mode.value)
    key = _key(connection, endpoint)
    if not key:
        raise no_key(described.name, mode.value)
    try:
        return Target(
            base_url=address,
            headers={endpoint.header or described.api_key_header: key},
            media_type=endpoint.media_type or described.media_type,
            ca_file=endpoint.ca_file or None,
            put_on_collection=described.put_on_collection,
            user_agent=user_agent(preferences.of(connection.tenant_id).contact or settings.CONTACT),
            concurrency=int(endpoint.limits.get("concurrency") or described.concurrency),
        )
    except ValueError as error:
        text = f"{described.name}, {mode.value}: {error}"
        raise Misconfigured("bad_address", f"{text}. Inget har skickats.", f"{text}. Nothing was sent.") from error


def rate_of(connection: load.ConnectionFacts, mode: Mode) -> float | None:
    """Requests per second; None without a limit (an operator's own 0)."""
    limits = load.endpoint(connection.id, mode).limits
    rate = limits.get("requests_per_second", vendor(connection.vendor).requests_per_second)
    return float(rate) or None


def patience() -> Patience:
    """How often and how long a push tries."""
    return Patience()


def pace(connection: load.ConnectionFacts, mode: Mode) -> Pace:
    """Inside the vendor's limit, shared by all who use the same vendor and credential."""
    rate = rate_of(connection, mode)
    if rate is None:
        return UnlimitedPace()
    key = _key(connection, load.endpoint(connection.id, mode))
    return AdaptivePace(_bucket(bucket_name(connection.vendor, key), rate), rate)


def _bucket(name: str, rate: float) -> Bucket:
    if settings.REDIS_URL:
        return RedisBucket(redis.Redis.from_url(settings.REDIS_URL), name, rate)
    return DbBucket(name, rate)


def _key(connection: load.ConnectionFacts, endpoint: load.EndpointFacts) -> str:
    shared = settings.VENDOR_SETTINGS.get(connection.vendor.replace("-", "_"), {}).get("key", "")
    return endpoint.api_key or shared


@contextmanager
def bucket_told() -> Iterator[None]:
    """Redis away while the vendor's limit is shared through it: the run ends in words, and is tried again."""
    try:
        yield
    except BucketUnreachableError as error:
        raise Later(
            "bucket_unreachable",
            "Den gemensamma hastighetsgränsen (Redis) går inte att nå. Det som hann skickas är bokfört; "
            "nästa körning tar vid.",
            "The shared rate limit (Redis) cannot be reached. What was sent is recorded; the next run goes on.",
        ) from error
