"""Can this receiver be reached with this key? One harmless GET, and what it tells, in words.

Called from the connection page and the ``mode`` command before a connection is switched on.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import NamedTuple

import orjson

from skolsynk.egil.answers import is_html, words_of
from skolsynk.egil.curl import CaSetMissingError, CurlTransport
from skolsynk.egil.listing import ask
from skolsynk.egil.target import Target
from skolsynk.egil.transport import FaultKind, Response

PROBED = "SchoolUnits"  # the shortest list of a mandatory type
LARGEST = 4 * 1024 * 1024


class Checked(NamedTuple):
    """``code`` is one of WORDS; ``vendor_words`` at most 500 characters, as the other side said them."""

    ok: bool
    code: str
    tried: str  # "GET https://…/SchoolUnits"
    status: int
    vendor_words: str
    seconds: float
    text_sv: str
    text_en: str


WORDS = {
    "ok": (
        "Mottagaren svarar och godtar nyckeln.",
        "The receiver answers and accepts the key.",
    ),
    "ok_no_list": (
        "Mottagaren svarar och godtar nyckeln, men kan inte lista vad den har. Det går att skicka ändå.",
        "The receiver answers and accepts the key, but cannot list what it holds. Sending works without.",
    ),
    "dns": (
        "Värdnamnet finns inte i DNS. Kontrollera stavningen i adressen.",
        "The host name does not exist in DNS. Check how the address is spelt.",
    ),
    "connect": (
        "Ingen svarar på den adressen och porten. Är mottagaren igång, och släpper brandväggen igenom?",
        "Nobody answers at that address and port. Is the receiver running, and does the firewall let us through?",
    ),
    "timeout": (
        "Mottagaren svarade inte i tid. Försök igen om en stund.",
        "The receiver did not answer in time. Try again in a while.",
    ),
    "cut": (
        "Anslutningen bröts innan svaret var klart.",
        "The connection broke before the answer was complete.",
    ),
    "tls": (
        "Mottagarens certifikat kan inte godkännas: fel namn, utgånget eller utgivet av en okänd utfärdare.",
        "The receiver's certificate cannot be trusted: wrong name, expired, or issued by an unknown authority.",
    ),
    "pin": (
        "Mottagarens nyckel är inte den som är inskriven. Skicka inget förrän leverantören har bekräftat bytet.",
        "The receiver's key is not the registered one. Send nothing until the vendor has confirmed the change.",
    ),
    "ca_missing": (
        "Filen med betrodda utfärdare saknas eller kan inte läsas.",
        "The file of trusted authorities is missing or cannot be read.",
    ),
    "redirect": (
        "Mottagaren hänvisar till en annan adress. Skriv in den rätta adressen; hänvisningar följs inte.",
        "The receiver points to another address. Enter the right one; redirects are not followed.",
    ),
    "credentials": (
        "Mottagaren godtar inte nyckeln. Kontrollera nyckeln, headerns namn och att nyckeln är aktiverad.",
        "The receiver does not accept the key. Check the key, the header's name and that the key is activated.",
    ),
    "not_found": (
        "Mottagaren finns, men inget svarar på den sökvägen. Kontrollera slutet av adressen.",
        "The receiver is there, but nothing answers at that path. Check the end of the address.",
    ),
    "limited": (
        "Mottagaren ber oss vänta: för många anrop. Försök igen om en stund.",
        "The receiver asks us to wait: too many requests. Try again in a while.",
    ),
    "ill": (
        "Mottagaren har ett internt fel. Kontakta leverantören om det håller i sig.",
        "The receiver has an internal error. Contact the vendor if it lasts.",
    ),
    "not_egil": (
        "Något svarar, men inte en EGIL-mottagare: svaret är en webbsida eller något annat än JSON.",
        "Something answers, but not an EGIL receiver: the answer is a web page or otherwise not JSON.",
    ),
    "too_large": (
        "Svaret var orimligt stort och avbröts.",
        "The answer was unreasonably large and was cut off.",
    ),
    "refused": (
        "Mottagaren avvisade frågan. Se dess egna ord.",
        "The receiver refused the question. See its own words.",
    ),
    "address": (
        "Adressen går inte att anropa.",
        "The address cannot be called.",
    ),
}
BY_FAULT = {
    FaultKind.RESOLVE: "dns",
    FaultKind.CONNECT: "connect",
    FaultKind.TLS: "tls",
    FaultKind.PIN: "pin",
    FaultKind.TIMEOUT: "timeout",
    FaultKind.CUT: "cut",
    FaultKind.TOO_LARGE: "too_large",
    FaultKind.ADDRESS: "address",
}
BY_STATUS = {401: "credentials", 403: "credentials", 404: "not_found", 429: "limited", 503: "limited"}
# GET of a list is recommended by the EGIL profile, not demanded.
NO_LIST = frozenset({405, 501})


def check_connection(target: Target, clock: Callable[[], float] = time.monotonic) -> Checked:
    """Ask for the list of school units; never raises for what the other side does. Nothing is changed there."""
    started = clock()
    url = target.address(PROBED)
    try:
        transport = CurlTransport(target, lines=1)
    except CaSetMissingError as error:
        return _checked("ca_missing", url, Response(1, 0, str(error).encode()), 0.0)
    try:
        response = ask(transport, url, LARGEST)
    finally:
        transport.close()
    return _checked(code_of(response), url, response, clock() - started)


def code_of(response: Response) -> str:
    """The key of WORDS for the answer to a GET of a list."""
    fault = response.fault
    if fault is not None:
        return BY_FAULT[fault.kind]
    status = response.status
    if status in BY_STATUS:
        return BY_STATUS[status]
    if status in NO_LIST:
        return "ok_no_list"
    if 300 <= status < 400:
        return "redirect"
    if status >= 500:
        return "ill"
    if status >= 400:
        return "refused"
    return "ok" if _is_list(response.body) else "not_egil"


def _is_list(body: bytes) -> bool:
    if is_html(body):
        return False
    try:
        return isinstance(orjson.loads(body), dict)
    except orjson.JSONDecodeError:
        return False


def _checked(code: str, url: str, response: Response, seconds: float) -> Checked:
    text_sv, text_en = WORDS[code]
    words = "" if code == "ok" else words_of(response)
    return Checked(code.startswith("ok"), code, f"GET {url}", response.status, words, seconds, text_sv, text_en)
