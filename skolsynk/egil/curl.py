"""Transport over libcurl's multi interface: one thread, reused connections, no redirects.

libcurl was chosen by measurement (docs/benchmarks.md). It takes its own CA set and pins public keys.
"""

from __future__ import annotations

import ssl
import time
from collections.abc import Sequence
from pathlib import Path

import pycurl

from skolsynk.egil.target import Target
from skolsynk.egil.transport import Fault, FaultKind, Request, Response

GATHER_ABOVE = 4  # with more than this many open, answers come close together …
GATHER_S = 0.0003  # … so a short pause lets one call take several: a third less CPU at 64 in flight

TLS_ERRORS = frozenset(
    {
        pycurl.E_SSL_CACERT,
        pycurl.E_SSL_CACERT_BADFILE,
        pycurl.E_SSL_CERTPROBLEM,
        pycurl.E_SSL_CIPHER,
        pycurl.E_SSL_CRL_BADFILE,
        pycurl.E_SSL_ISSUER_ERROR,
        pycurl.E_SSL_INVALIDCERTSTATUS,
        pycurl.E_SSL_ENGINE_INITFAILED,
        pycurl.E_USE_SSL_FAILED,
    }
)
KINDS = {
    pycurl.E_COULDNT_RESOLVE_HOST: FaultKind.RESOLVE,
    pycurl.E_COULDNT_RESOLVE_PROXY: FaultKind.RESOLVE,
    pycurl.E_COULDNT_CONNECT: FaultKind.CONNECT,
    pycurl.E_OPERATION_TIMEDOUT: FaultKind.TIMEOUT,
    pycurl.E_SSL_PINNEDPUBKEYNOTMATCH: FaultKind.PIN,
    pycurl.E_WRITE_ERROR: FaultKind.TOO_LARGE,  # our own refusal in _Line.receive
    pycurl.E_URL_MALFORMAT: FaultKind.ADDRESS,
    pycurl.E_UNSUPPORTED_PROTOCOL: FaultKind.ADDRESS,
    **dict.fromkeys(TLS_ERRORS, FaultKind.TLS),
}


class CaSetMissingError(Exception):
    """The CA file that should be trusted is not there: nothing can be verified, so nothing is sent."""


def system_ca_file() -> str:
    """The system's CA bundle; the wheel of libcurl knows none. Raises CaSetMissingError."""
    paths = ssl.get_default_verify_paths()
    for path in (paths.cafile, paths.openssl_cafile, "/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/cert.pem"):
        if path and Path(path).is_file():
            return path
    raise CaSetMissingError("no CA bundle was found on this system; install ca-certificates or name a CA file")


def ca_file_for(target: Target) -> str | None:
    """The bundle to verify with; None for plain http. Raises CaSetMissingError."""
    if not target.base_url.startswith("https"):
        return None
    if target.ca_file and not Path(target.ca_file).is_file():
        raise CaSetMissingError(f"the CA file {target.ca_file} does not exist")
    return target.ca_file or system_ca_file()


class _Line:
    """One easy handle, used again and again, and the answer it is receiving."""

    def __init__(self, curl: pycurl.Curl) -> None:
        self.curl = curl
        self.method = ""
        self.request = Request(0, "", "")
        self._parts: list[bytes] = []
        self._size = 0
        curl.setopt(pycurl.WRITEFUNCTION, self.receive)

    def start(self, request: Request) -> None:
        self.request = request
        self._parts = []
        self._size = 0

    def receive(self, chunk: bytes) -> int:
        """Keep the first bytes; a number other than the chunk's own makes libcurl give up."""
        if self._size < self.request.keep:
            self._parts.append(chunk[: self.request.keep - self._size])
        self._size += len(chunk)
        return len(chunk) if self._size <= self.request.largest else 0

    def body(self) -> bytes:
        return b"".join(self._parts)


class CurlTransport:
    """Shapes: at most ``lines`` requests open; each line is one easy handle."""

    def __init__(self, target: Target, lines: int | None = None) -> None:
        self._target = target
        self._headers = _headers_by_method(target)
        self._multi = pycurl.CurlMulti()
        count = lines or target.concurrency
        self._multi.setopt(pycurl.M_MAX_HOST_CONNECTIONS, count)
        self._multi.setopt(pycurl.M_MAXCONNECTS, count)
        self._ca_file = ca_file_for(target)
        self._free = [_Line(self._easy()) for _ in range(count)]
        self._busy: dict[pycurl.Curl, _Line] = {}

    def submit(self, request: Request) -> None:
        line = self._free.pop()
        curl = line.curl
        if line.method != request.method:
            self._set_method(curl, request.method)
            line.method = request.method
        if request.body is not None:
            curl.setopt(pycurl.POSTFIELDS, request.body)
        curl.setopt(pycurl.URL, request.url)
        line.start(request)
        self._busy[curl] = line
        self._multi.add_handle(curl)

    def poll(self, timeout_s: float) -> Sequence[Response]:
        self._multi.perform()
        responses = self._finished()
        if responses or not self._busy:
            return responses
        self._multi.select(timeout_s)
        if len(self._busy) > GATHER_ABOVE:
            time.sleep(GATHER_S)
        self._multi.perform()
        return self._finished()

    def close(self) -> None:
        for curl in self._busy:
            self._multi.remove_handle(curl)
        for line in (*self._busy.values(), *self._free):
            line.curl.close()
        self._busy.clear()
        self._free.clear()
        self._multi.close()

    def _finished(self) -> list[Response]:
        responses: list[Response] = []
        waiting = 1
        while waiting:
            waiting, good, bad = self._multi.info_read()
            responses.extend(self._response(curl, None) for curl in good)
            responses.extend(self._response(curl, _fault(curl, code, words)) for curl, code, words in bad)
        return responses

    def _response(self, curl: pycurl.Curl, fault: Fault | None) -> Response:
        self._multi.remove_handle(curl)
        line = self._busy.pop(curl)
        self._free.append(line)
        status = int(curl.getinfo(pycurl.RESPONSE_CODE))
        response = Response(line.request.token, status, line.body(), fault)
        if status in (429, 503):
            response = response._replace(retry_after_s=float(curl.getinfo(pycurl.RETRY_AFTER)) or None)
        elif 300 <= status < 400:
            response = response._replace(location=curl.getinfo(pycurl.REDIRECT_URL) or "")
        return response

    def _set_method(self, curl: pycurl.Curl, method: str) -> None:
        if method in ("POST", "PUT"):
            curl.setopt(pycurl.POST, 1)
        else:
            curl.setopt(pycurl.HTTPGET, 1)
        curl.setopt(pycurl.CUSTOMREQUEST, method)
        curl.setopt(pycurl.HTTPHEADER, self._headers[method])

    def _easy(self) -> pycurl.Curl:
        target = self._target
        curl = pycurl.Curl()
        curl.setopt(pycurl.NOSIGNAL, 1)
        curl.setopt(pycurl.PROTOCOLS, pycurl.PROTO_HTTP | pycurl.PROTO_HTTPS)
        curl.setopt(pycurl.FOLLOWLOCATION, 0)
        if target.proxy is not None or target.is_loopback:
            curl.setopt(pycurl.PROXY, target.proxy or "")
        curl.setopt(pycurl.USERAGENT, target.user_agent)
        curl.setopt(pycurl.CONNECTTIMEOUT_MS, int(target.connect_timeout_s * 1000))
        curl.setopt(pycurl.TIMEOUT_MS, int(target.timeout_s * 1000))
        curl.setopt(pycurl.HTTP_VERSION, pycurl.CURL_HTTP_VERSION_2TLS)
        if self._ca_file:
            self._trust(curl, self._ca_file)
        return curl

    def _trust(self, curl: pycurl.Curl, ca_file: str) -> None:
        curl.setopt(pycurl.PIPEWAIT, 1)  # learn first whether one connection can carry all (HTTP/2)
        curl.setopt(pycurl.SSLVERSION, pycurl.SSLVERSION_TLSv1_2)
        curl.setopt(pycurl.SSL_VERIFYPEER, 1)
        curl.setopt(pycurl.SSL_VERIFYHOST, 2)
        curl.setopt(pycurl.CAINFO, ca_file)
        if self._target.pinned_keys:
            pins = ";".join(f"sha256//{digest}" for digest in self._target.pinned_keys)
            curl.setopt(pycurl.PINNEDPUBLICKEY, pins)


def _headers_by_method(target: Target) -> dict[str, list[str]]:
    # "Expect:" and "Accept:" without a value make libcurl leave the header out.
    own = [f"{name}: {value}" for name, value in target.headers.items()]
    accept = [*own, f"Accept: {target.media_type}"]
    sending = [*accept, f"Content-Type: {target.media_type}", "Expect:"]
    return {"POST": sending, "PUT": sending, "GET": accept, "DELETE": [*own, "Accept:"]}


def _fault(curl: pycurl.Curl, code: int, words: str) -> Fault:
    sent = int(curl.getinfo(pycurl.REQUEST_SIZE)) > 0
    if code == pycurl.E_SSL_CONNECT_ERROR:
        # A handshake that the network broke is no verdict on the certificate.
        broken = int(curl.getinfo(pycurl.OS_ERRNO)) != 0 or "SYSCALL" in words or "unexpected eof" in words
        kind = FaultKind.CONNECT if broken else FaultKind.TLS
    else:
        kind = KINDS.get(code, FaultKind.CUT)
    return Fault(kind, words or f"libcurl error {code}", sent)
