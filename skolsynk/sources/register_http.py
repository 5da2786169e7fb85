"""GET for the register's API: connections kept open, certificates checked, answers bounded, patience limited."""

from __future__ import annotations

import random
import ssl
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import NamedTuple

import pycurl

from skolsynk.sources.register_errors import RegisterError

_AGAIN = frozenset({408, 425, 429, 500, 502, 503, 504})
_UNTRUSTED = frozenset({pycurl.E_PEER_FAILED_VERIFICATION, pycurl.E_SSL_CACERT_BADFILE, pycurl.E_SSL_ISSUER_ERROR})
_LONGEST_PAUSE_S = 120.0


@dataclass(frozen=True)
class Calling:
    """How the API is called. ``tries`` = 5 with ``first_pause_s`` = 1 waits at most 15 s in all, unless told longer."""

    in_flight: int = 6
    tries: int = 5
    first_pause_s: float = 1.0
    timeout_s: float = 60.0
    connect_timeout_s: float = 10.0
    most_mb: int = 10
    look_every_s: float = 0.2
    ca_file: str = ""
    jitter: Callable[[], float] = random.random


class HttpAnswer(NamedTuple):
    status: int
    body: bytes
    retry_after_s: float
    location: str


class _TooLarge(Exception):
    """More than the limit has come."""


@dataclass
class Caller:
    """Connections of one read, one for each thread. Leaving it closes them; ``stop`` ends every wait."""

    calling: Calling
    _stopped: threading.Event = field(default_factory=threading.Event)
    _mine: threading.local = field(default_factory=threading.local)
    _curls: list[pycurl.Curl] = field(default_factory=list)

    def __enter__(self) -> Caller:
        return self

    def __exit__(self, *_: object) -> None:
        for curl in self._curls:
            curl.close()

    def stop(self) -> None:
        """Let no call wait for its next try any more."""
        self._stopped.set()

    def get(self, url: str, *, absent_is_fine: bool = False) -> HttpAnswer:
        """The answer 200, or 404 if that is fine; tried again while it may help. Raises RegisterError."""
        attempt = 0
        while True:
            found, wait_s = self._try(url, absent_is_fine)
            if isinstance(found, HttpAnswer):
                return found
            if not found.transient or attempt + 1 >= self.calling.tries or self._stopped.is_set():
                raise found
            grown = self.calling.first_pause_s * 2**attempt
            self._stopped.wait(max(wait_s, grown * (0.5 + self.calling.jitter() / 2)))
            attempt += 1

    def _try(self, url: str, absent_is_fine: bool) -> tuple[HttpAnswer | RegisterError, float]:
        try:
            answer = self._once(url)
        except _TooLarge:
            return RegisterError("too_large", url, {"limit": str(self.calling.most_mb)}), 0.0
        except pycurl.error as error:
            return _failed(error, url), 0.0
        return _judged(answer, url, absent_is_fine), answer.retry_after_s

    def _curl(self) -> pycurl.Curl:
        curl: pycurl.Curl | None = getattr(self._mine, "curl", None)
        if curl is None:
            curl = self._mine.curl = self._opened()
            self._curls.append(curl)
        return curl

    def _opened(self) -> pycurl.Curl:
        curl = pycurl.Curl()
        curl.setopt(pycurl.NOSIGNAL, 1)
        curl.setopt(pycurl.SSL_VERIFYPEER, 1)
        curl.setopt(pycurl.SSL_VERIFYHOST, 2)
        curl.setopt(pycurl.FOLLOWLOCATION, 0)
        curl.setopt(pycurl.ACCEPT_ENCODING, "")
        curl.setopt(pycurl.USERAGENT, "skolsynk")
        curl.setopt(pycurl.HTTPHEADER, ["Accept: application/json"])
        curl.setopt(pycurl.CONNECTTIMEOUT_MS, int(self.calling.connect_timeout_s * 1000))
        curl.setopt(pycurl.TIMEOUT_MS, int(self.calling.timeout_s * 1000))
        trusted = self.calling.ca_file or _system_ca_file()
        if trusted:
            curl.setopt(pycurl.CAINFO, trusted)
        return curl

    def _once(self, url: str) -> HttpAnswer:
        curl, body, headers = self._curl(), bytearray(), _Headers()
        limit = self.calling.most_mb * 1_000_000

        def take(piece: bytes) -> int:
            body.extend(piece)
            return len(piece) if len(body) <= limit else 0

        curl.setopt(pycurl.URL, url)
        curl.setopt(pycurl.WRITEFUNCTION, take)
        curl.setopt(pycurl.HEADERFUNCTION, headers.take)
        try:
            curl.perform()
        except pycurl.error as error:
            if len(body) > limit:
                raise _TooLarge from error
            raise
        status = curl.getinfo(pycurl.RESPONSE_CODE)
        return HttpAnswer(status, bytes(body), _seconds(headers.get("retry-after", "")), headers.get("location", ""))


def _system_ca_file() -> str:
    """The system's CA bundle, which the wheel of libcurl does not know of; "" leaves libcurl's own, if it has one."""
    paths = ssl.get_default_verify_paths()
    known = (paths.cafile, paths.openssl_cafile, "/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/cert.pem")
    return next((path for path in known if path and Path(path).is_file()), "")


class _Headers(dict[str, str]):
    def take(self, line: bytes) -> None:
        name, colon, value = line.decode("latin-1").partition(":")
        if colon:
            self[name.strip().lower()] = value.strip()


def _seconds(retry_after: str) -> float:
    """How long a Retry-After asks for, 0 where it asks for nothing; a date counts from now."""
    if retry_after.isdecimal():
        return min(float(retry_after), _LONGEST_PAUSE_S)
    try:
        until = parsedate_to_datetime(retry_after)
    except ValueError:
        return 0.0
    left = (until.replace(tzinfo=until.tzinfo or UTC) - datetime.now(UTC)).total_seconds()
    return min(max(left, 0.0), _LONGEST_PAUSE_S)


def _failed(error: pycurl.error, url: str) -> RegisterError:
    number, *words = error.args
    reason = str(words[0]) if words and words[0] else f"libcurl {number}"
    if number == pycurl.E_URL_MALFORMAT:
        return RegisterError("bad_address", url)
    return RegisterError("untrusted" if number in _UNTRUSTED else "unreachable", url, {"reason": reason})


def _judged(answer: HttpAnswer, url: str, absent_is_fine: bool) -> HttpAnswer | RegisterError:
    status = {"status": str(answer.status)}
    if answer.status == 200 or (answer.status == 404 and absent_is_fine):
        return answer
    if answer.status in _AGAIN:
        return RegisterError("busy", url, status)
    if 300 <= answer.status < 400:
        return RegisterError("redirect", url, {"target": answer.location[:200] or "?"})
    return RegisterError("refused", url, status)
