"""Everything a receiver lists at one endpoint: whole or not at all.

For rebuilding a ledger. Source: EGIL profile (GET list per type is recommended, paging optional), RFC 7644
section 3.4.2.4 (startIndex is 1-based).
"""

from __future__ import annotations

from collections.abc import Mapping

import orjson

from skolsynk.egil.answers import words_of
from skolsynk.egil.curl import CurlTransport
from skolsynk.egil.target import Target
from skolsynk.egil.transport import Request, Response, Transport

LARGEST_PAGE = 256 * 1024 * 1024  # the reference receiver gives all resources in one answer


class ListingError(Exception):
    """The list could not be read to its end, so there is no list. The message names address, status and words."""


def ask(transport: Transport, url: str, largest: int = LARGEST_PAGE) -> Response:
    """One GET, waited for until its time-out."""
    transport.submit(Request(1, "GET", url, None, keep=largest, largest=largest))
    while True:
        for response in transport.poll(1.0):
            return response


def fetch_all(target: Target, endpoint: str, transport: Transport | None = None) -> tuple[Mapping[str, object], ...]:
    """Every resource of e.g. ``Users`` as the receiver gives it, page by page until ``totalResults``.

    Raises: ListingError on any failure, and when pages disagree: a partial list looks like deletes.
    """
    carrier = transport or CurlTransport(target, lines=1)
    try:
        return _pages(carrier, target.address(endpoint))
    finally:
        carrier.close()


def _pages(transport: Transport, url: str) -> tuple[Mapping[str, object], ...]:
    found: dict[str, Mapping[str, object]] = {}
    expected: int | None = None
    while expected is None or len(found) < expected:
        address = f"{url}?startIndex={len(found) + 1}" if found else url
        total, page = _page(address, ask(transport, address))
        if expected not in (None, total):
            raise ListingError(f"GET {address}: the list changed while it was read ({expected}, then {total})")
        expected = total
        before = len(found)
        found.update((_id(address, resource), resource) for resource in page)
        if len(found) - before != len(page):
            raise ListingError(f"GET {address}: a resource is listed twice")
        if not page and len(found) < total:
            raise ListingError(f"GET {address}: the list ends at {len(found)} of {total} resources")
    if len(found) > expected:
        raise ListingError(f"GET {url}: {len(found)} resources, but totalResults says {expected}")
    return tuple(found.values())


def _page(address: str, response: Response) -> tuple[int, list[Mapping[str, object]]]:
    if response.fault is not None or response.status != 200:
        raise ListingError(f"GET {address}: status {response.status}: {words_of(response)}")
    try:
        answer = orjson.loads(response.body)
    except orjson.JSONDecodeError as error:
        raise ListingError(f"GET {address}: the answer is not JSON: {words_of(response)}") from error
    total = answer.get("totalResults") if isinstance(answer, dict) else None
    if type(total) is not int:
        raise ListingError(f"GET {address}: the answer has no totalResults")
    page = answer.get("Resources") or []
    if not isinstance(page, list) or not all(isinstance(resource, dict) for resource in page):
        raise ListingError(f"GET {address}: Resources is not a list of objects")
    return total, page


def _id(address: str, resource: Mapping[str, object]) -> str:
    # Identifiers are the sender's: externalId is ours, id is the receiver's copy of it.
    for name in ("externalId", "id"):
        value = resource.get(name)
        if isinstance(value, str) and value:
            return value
    raise ListingError(f"GET {address}: a resource has neither externalId nor id")
