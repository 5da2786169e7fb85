"""Django system checks with hints: what ``manage.py check --deploy`` says beyond Django's own."""

from __future__ import annotations

from collections.abc import Sequence

from django.apps import AppConfig
from django.conf import settings
from django.core import checks
from django.core.checks import CheckMessage, Error, Tags, register


@register(Tags.security, deploy=True)
def check_environment(*, app_configs: Sequence[AppConfig] | None, **_: object) -> list[CheckMessage]:
    """Production must say that it is."""
    if settings.PRODUCTION:
        return []
    return [
        Error(
            "SKOLSYNK_ENV is not production.",
            hint="Set it where real people are.",
            id="skolsynk.E001",
        )
    ]


@register(Tags.security, deploy=True)
def check_plain_http(*, app_configs: Sequence[AppConfig] | None, **_: object) -> list[CheckMessage]:
    """Names and addresses of pupils do not travel without TLS."""
    return [
        checks.Warning(
            f"{host} may be called without TLS.", hint="Take it out of PLAIN_HTTP_HOSTS.", id="skolsynk.W001"
        )
        for host in settings.PLAIN_HTTP_HOSTS
        if settings.PRODUCTION
    ]


@register()
def check_vendor_settings(*, app_configs: Sequence[AppConfig] | None, **_: object) -> list[CheckMessage]:
    """Every SKOLSYNK_VENDOR_<SLUG>_… belongs to a file in vendors/."""
    if not settings.VENDOR_SETTINGS:
        return []
    import vendors

    known = {slug.replace("-", "_") for slug in vendors.discover()}
    return [
        Error(
            f"SKOLSYNK_VENDOR_{slug.upper()}_… is set, but vendors/ has no such file.",
            hint=f"Known: {', '.join(sorted(known))}.",
            id="skolsynk.E002",
        )
        for slug in settings.VENDOR_SETTINGS
        if slug not in known
    ]


@register(Tags.security, deploy=True)
def check_sign_in(*, app_configs: Sequence[AppConfig] | None, **_: object) -> list[CheckMessage]:
    """Without these the site runs and syncs, and nobody can sign in."""
    needed = ("GOOGLE_CLIENT_ID", "GOOGLE_CLIENT_SECRET", "GOOGLE_SERVICE_ACCOUNT")
    return [
        checks.Warning(
            f"{name} is not set: nobody can sign in.",
            hint="Make an OAuth client and a service account in the Google project, and give both.",
            id="skolsynk.W002",
        )
        for name in needed
        if settings.PRODUCTION and not getattr(settings, name)
    ]


@register(Tags.security, deploy=True)
def check_addon(*, app_configs: Sequence[AppConfig] | None, **_: object) -> list[CheckMessage]:
    """The add-on needs all of these, or none."""
    needed = ("ADDON_SERVICE_ACCOUNT", "ADDON_CLIENT_ID", "SITE_URL")
    if not (settings.ADDON_SERVICE_ACCOUNT or settings.ADDON_CLIENT_ID):
        return []
    return [
        checks.Warning(
            f"{name} is not set: the Workspace add-on answers nobody.",
            hint="Give what gcloud workspace-add-ons get-authorization prints, and the site's own address.",
            id="skolsynk.W005",
        )
        for name in needed
        if not getattr(settings, name)
    ]
