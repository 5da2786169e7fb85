"""What the session holds: sign-ins that have begun, and who has signed in."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.http import HttpRequest
from django.middleware.csrf import rotate_token
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme

from skolsynk.store.members import MemberFacts
from skolsynk.sync.signin import Begun, Identity
from skolsynk.web.access import SESSION_KEY

BEGUN = "signin"  # {state: (nonce, verifier, where to go afterwards, when it began)}
AT_ONCE = 5  # tabs
LIFE_S = 600
WAITING = "waiting"  # {who, until, asked}: somebody whose customer has not let us in yet
WAIT_S = 24 * 3600  # as long as Google says that it may take
ASK_S = 20


def remember(request: HttpRequest, begun: Begun, then: str) -> None:
    """Bind a sign-in that begins to this browser; the oldest of many makes room."""
    held = _begun(request)
    held[begun.state] = (begun.nonce, begun.verifier, then, timezone.now().timestamp())
    newest = sorted(held, key=lambda state: -held[state][3])[:AT_ONCE]
    request.session[BEGUN] = {state: held[state] for state in newest}


def take(request: HttpRequest, state: str) -> tuple[str, str, str] | None:
    """``(nonce, verifier, where to go)`` of a sign-in that began here, once; None for any other."""
    held = _begun(request)
    found = held.pop(state, None)
    request.session[BEGUN] = held
    if found is None or timezone.now().timestamp() - found[3] > LIFE_S:
        return None
    return found[0], found[1], found[2]


def _begun(request: HttpRequest) -> dict[str, tuple[str, str, str, float]]:
    return dict(request.session.get(BEGUN) or {})


def wait(request: HttpRequest, who: Identity) -> None:
    """Remember whom Google named and whose customer has not let us in yet, for as long as Google may need."""
    request.session[WAITING] = {"who": list(who), "until": timezone.now().timestamp() + WAIT_S, "asked": 0.0}
    request.session.set_expiry(WAIT_S)


def waiting(request: HttpRequest) -> Identity | None:
    """Who waits in this browser; None for nobody, or for too long."""
    held = request.session.get(WAITING)
    if not isinstance(held, dict) or timezone.now().timestamp() > held["until"]:
        return None
    return Identity(*held["who"])


def may_ask(request: HttpRequest) -> bool:
    """Is it long enough since Google was last asked for whoever waits here? Then it counts as asked now."""
    held, now = request.session[WAITING], timezone.now().timestamp()
    if now - held["asked"] < ASK_S:
        return False
    request.session[WAITING] = {**held, "asked": now}
    return True


def start(request: HttpRequest, member: MemberFacts) -> None:
    """From now on this browser is that member. What somebody else left behind goes, and so does the session's name."""
    before = request.session.get(SESSION_KEY)
    if isinstance(before, dict) and before.get("id") != member.id:
        request.session.flush()
    request.session.cycle_key()
    request.session.pop(BEGUN, None)
    request.session.pop(WAITING, None)
    request.session[SESSION_KEY] = {"id": member.id, "epoch": member.epoch, "tenant": member.tenant_id}
    prolong(request)
    rotate_token(request)


def prolong(request: HttpRequest) -> int:
    """A full length from now; in seconds."""
    request.session.set_expiry(timezone.now() + timedelta(seconds=settings.SESSION_COOKIE_AGE))
    return settings.SESSION_COOKIE_AGE


def own_path(wanted: str) -> str:
    """A path of this site, or "": nobody is sent elsewhere by a link to us."""
    inside = wanted.startswith("/") and url_has_allowed_host_and_scheme(wanted, allowed_hosts=None)
    return wanted if inside and len(wanted) <= 2000 else ""
