"""The add-on's deployment as Google's console and ``gcloud workspace-add-ons deployments create`` take it.

Source: Workspace add-ons, HTTP deployments (``oauthScopes``, ``addOns.common``, ``httpOptions``).
"""

from __future__ import annotations

from django.conf import settings
from django.templatetags.static import static
from django.urls import reverse

from skolsynk.sync.errors import Misconfigured

SCOPES = (
    "https://www.googleapis.com/auth/userinfo.email",  # without it Google does not say who presses
    "https://www.googleapis.com/auth/script.locale",  # without it Google does not say in which language
)
HOSTS = ("gmail", "drive", "calendar")
LOGO = "brand/icon-64.png"
COLOURS = {"primaryColor": "#0b5cad", "secondaryColor": "#083f77"}


def deployment() -> dict[str, object]:
    """The deployment of this site. Raises: Misconfigured when the site does not know its own address over TLS."""
    site = str(settings.SITE_URL).rstrip("/")
    if not site.startswith("https://"):
        raise Misconfigured(
            "no_site_url",
            "SITE_URL saknas eller är utan TLS. Google anropar tillägget bara på en https-adress: ange den.",
            "SITE_URL is missing or without TLS. Google calls the add-on at an https address only: give it.",
        )
    common = {
        "name": "Skolsynk",
        "logoUrl": site + static(LOGO),
        "homepageTrigger": {"runFunction": site + reverse("addon_home"), "enabled": True},
        "layoutProperties": COLOURS,
        "openLinkUrlPrefixes": [f"{site}/"],
        "universalActions": [{"label": "Öppna Skolsynk", "openLink": f"{site}/"}],
        "useLocaleFromApp": True,
    }
    options = {"authorizationHeader": "SYSTEM_ID_TOKEN", "granularOauthPermissionSupport": "OPT_IN"}
    hosts: dict[str, object] = {host: {} for host in HOSTS}
    return {"oauthScopes": list(SCOPES), "addOns": {"common": common, **hosts, "httpOptions": options}}
