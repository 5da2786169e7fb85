"""Every address that the consoles are given, and how each should answer somebody who has not signed in."""

from __future__ import annotations

from typing import NamedTuple

from django.conf import settings
from django.templatetags.static import static
from django.urls import reverse

from skolsynk.sync import addon_manifest, listening

HTML, PNG, TEXT = "text/html", "image/png", "text/plain"
SIGN_IN = (
    "Ange GOOGLE_CLIENT_ID och GOOGLE_CLIENT_SECRET.",
    "Give GOOGLE_CLIENT_ID and GOOGLE_CLIENT_SECRET.",
)


class Title(NamedTuple):
    """What a page must say of itself in each language."""

    sv: str
    en: str


class Address(NamedTuple):
    """One address. ``field``: what the console calls it. ``to``: where a redirect must lead."""

    field: str
    path: str
    statuses: tuple[int, ...] = (200,)
    kind: str = HTML  # of the answer, when it is 200
    title: Title | None = None
    to: str = ""
    hint_sv: str = ""  # what is usually wrong
    hint_en: str = ""


def listed() -> tuple[Address, ...]:
    """What people see and what the listing links to, in the order of the consoles."""
    google = settings.GOOGLE_AUTHORIZE_URL
    return (
        Address("Application home page", reverse("home"), title=Title("Skolsynk", "Skolsynk")),
        Address("Privacy policy", reverse("privacy"), title=Title("Integritet", "Privacy")),
        Address("Terms of service", reverse("terms"), title=Title("Villkor", "Terms")),
        Address("Support", reverse("support"), title=Title("Stöd", "Support")),
        Address(
            "Accessibility",
            reverse("accessibility"),
            title=Title("Tillgänglighetsredogörelse", "Accessibility statement"),
        ),
        Address("Universal navigation URL", reverse("signin"), title=Title("Logga in", "Sign in")),
        Address("Setup URL", reverse("signin_setup"), (302,), to=google, hint_sv=SIGN_IN[0], hint_en=SIGN_IN[1]),
        Address(
            "Admin config URL",
            reverse("signin_admin_config"),
            (302,),
            to=google,
            hint_sv=SIGN_IN[0],
            hint_en=SIGN_IN[1],
        ),
        Address("Authorised redirect URI", reverse("signin_answer"), (400,)),  # nobody has begun a sign-in
        *(Address(f"Icon {side}×{side}", static(f"brand/icon-{side}.png"), kind=PNG) for side in (128, 96, 48, 32)),
        Address("Card banner", static("brand/banner-220x140.png"), kind=PNG),
    )


def webhook() -> str:
    return "/" + listening.PATH


def called() -> tuple[Address, ...]:
    """What Google's own machines call: with POST, so that a look at it is refused as a look."""
    return (
        Address(
            "Webhook of users.watch",
            webhook(),
            (405,),
            hint_sv="Vägen måste släppas fram av det som står framför webbplatsen.",
            hint_en="Whatever stands in front of the site has to let this path through.",
        ),
    )


def of_the_add_on() -> tuple[Address, ...]:
    """From the add-on's manifest. Raises: RunError when it cannot be made."""
    common = addon_manifest.deployment()["addOns"]["common"]  # type: ignore[index]  # JSON as Google takes it
    site = settings.SITE_URL.rstrip("/")
    return (
        Address(
            "Add-on homepage",
            common["homepageTrigger"]["runFunction"].removeprefix(site),
            (405,),
            hint_sv="Ange ADDON_SERVICE_ACCOUNT och ADDON_CLIENT_ID.",
            hint_en="Give ADDON_SERVICE_ACCOUNT and ADDON_CLIENT_ID.",
        ),
        Address("Add-on logo", common["logoUrl"].removeprefix(site), kind=PNG),
    )
