"""What a failed call to Google means: whether to ask again, and what to tell people."""

from __future__ import annotations

import http.client
import ssl
from collections.abc import Mapping
from typing import NamedTuple

import httplib2
import orjson
from google.auth.exceptions import RefreshError, TransportError
from googleapiclient.errors import HttpError

from skolsynk.sources.base import SourceError
from skolsynk.sources.google.auth import token_error
from skolsynk.sources.google.texts import incomplete, misconfigured, transient

RETRY_403 = frozenset(("userRateLimitExceeded", "rateLimitExceeded", "quotaExceeded", "backendError"))
API_OFF = frozenset(("accessNotConfigured", "domainCannotUseApis", "SERVICE_DISABLED"))
LONGEST_RETRY_AFTER_S = 120.0
CALL_ERRORS = (HttpError, RefreshError, TransportError, OSError, httplib2.HttpLib2Error, http.client.HTTPException)


class Failure(NamedTuple):
    error: SourceError
    retry: bool
    limited: bool = False  # everybody who shares the quota should hold back
    retry_after: float = 0.0  # seconds, as Google asked
    status: int = 0  # of an answer that is Google's own error, 0 otherwise


class Told(NamedTuple):
    """The error in an answer's body; all "" when the body is not Google's JSON."""

    reason: str
    domain: str
    message: str


def told_by(content: bytes) -> Told:
    try:
        error = orjson.loads(content)["error"]
        first = (error.get("errors") or [{}])[0]
        reason = first.get("reason") or error.get("status") or ""
        return Told(str(reason), str(first.get("domain", "")), str(error.get("message", "")))
    except (ValueError, KeyError, TypeError, AttributeError, IndexError):
        return Told("", "", "")


def failure_of(error: Exception, what: str) -> Failure:
    """``what``: the kind of thing asked for, in the words of the texts."""
    if isinstance(error, HttpError):
        return _answered(int(error.resp.status), told_by(error.content), error.resp, what)
    if isinstance(error, RefreshError):
        meant = token_error(error)
        return Failure(meant, bool(error.retryable))
    if isinstance(error, ssl.SSLCertVerificationError):
        return Failure(transient("no_answer", what=what, reason="certificate"), retry=False)
    return Failure(transient("no_answer", what=what, reason=type(error).__name__), retry=True)


def _answered(status: int, told: Told, headers: Mapping[str, str], what: str) -> Failure:
    wait = _retry_after(headers)
    if status == 429 or (status == 403 and (told.reason in RETRY_403 or told.domain == "usageLimits")):
        return Failure(transient("quota", reason=told.reason or str(status)), True, limited=True, retry_after=wait)
    if status >= 500:
        return Failure(transient("google_down", what=what, status=str(status)), retry=True, retry_after=wait)
    if status == 401:
        return Failure(misconfigured("unauthorised"), retry=False)
    if not told.reason:
        # HTML or plain text below 500 comes from something between us and the API: no answer to our question.
        return Failure(incomplete("not_json", what=what), retry=status >= 400)
    return Failure(_refused(status, told, what), retry=False, status=status)


def _refused(status: int, told: Told, what: str) -> SourceError:
    if status == 403:
        if told.reason in API_OFF or "cannot use apis" in told.message.lower():
            return misconfigured("api_off", reason=told.reason)
        if told.reason in ("insufficientPermissions", "ACCESS_TOKEN_SCOPE_INSUFFICIENT"):
            return misconfigured("scope_missing", scopes=what)
        return misconfigured("not_admin", what=what)
    if status == 404:
        return misconfigured("customer_not_found", what=what)
    if status == 400 and "page" in told.message.lower():
        return transient("page_expired", what=what)
    return misconfigured("request_refused", what=what, status=str(status), reason=told.reason)


def _retry_after(headers: Mapping[str, str]) -> float:
    """Seconds of a Retry-After header; 0.0 without one or for a date."""
    value = headers.get("retry-after", "")
    return min(float(value), LONGEST_RETRY_AFTER_S) if value.isdecimal() else 0.0
