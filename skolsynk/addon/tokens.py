"""Who calls: the add-on's own service account, on behalf of a person whom Google names.

Source: Workspace add-ons, HTTP runtime, verifying requests (system ID token and user ID token).
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from django.conf import settings

from skolsynk.sources.google.idtokens import Certificates, TokenError, verified


class ForgedError(Exception):
    """The call is not Google's. ``status``: 401 without a sound token, 403 with somebody else's, 503 unknown."""

    def __init__(self, status: int) -> None:
        super().__init__(str(status))
        self.status = status


@lru_cache(maxsize=4)
def certificates(address: str) -> Certificates:
    """Google's, kept by this process."""
    return Certificates(address)


def endpoint(path: str) -> str:
    """The address of ours that Google calls, as the deployment has it: the audience of its system tokens."""
    return str(settings.SITE_URL).rstrip("/") + path


def is_set_up() -> bool:
    return bool(settings.ADDON_SERVICE_ACCOUNT and settings.ADDON_CLIENT_ID and settings.SITE_URL)


def check_system(token: str, path: str) -> None:
    """The add-on's service account calls this very address. Raises: ForgedError."""
    try:
        claims = _claims(token, endpoint(path))
    except TokenError as error:
        raise ForgedError(503 if error.code == "google_down" else 401) from error
    if claims.get("email") != settings.ADDON_SERVICE_ACCOUNT or claims.get("email_verified") is not True:
        raise ForgedError(403)


def subject(token: str) -> str:
    """Google's id of the person, "" when the token does not prove one."""
    try:
        found = _claims(token, settings.ADDON_CLIENT_ID).get("sub")
    except TokenError:
        return ""
    return found if isinstance(found, str) else ""


def _claims(token: str, audience: str) -> Any:
    return verified(token, audience, certificates(settings.GOOGLE_CERTS_URL))
