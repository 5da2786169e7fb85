"""One file for each vendor, data first. ``discover`` finds them all; nothing else has to know a new one.

A file (or folder) ``vendors/<slug with _ for ->`` holds ``VENDOR = Vendor(…)`` and imports ``skolsynk.core`` only.
"""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections.abc import Iterator, Mapping
from types import ModuleType

from skolsynk.core.ss12000 import BY_ENDPOINT, BY_NAME
from skolsynk.core.ss12000.codes import STUDENT_GROUP_TYPES
from skolsynk.core.ss12000.user import UserFields
from skolsynk.core.vendor import Vendor

_SLUG = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*\Z")
_HEADER = re.compile(r"[A-Za-z][A-Za-z0-9-]*\Z")


class VendorFileError(Exception):
    """A file in vendors/ that cannot be used; names the file and everything that is wrong in it."""


def discover() -> Mapping[str, Vendor]:
    """Every vendor by slug, in order of slug. Raises VendorFileError."""
    names = sorted(module.name for module in pkgutil.iter_modules(__path__))
    found = [_read(importlib.import_module(f"{__name__}.{name}")) for name in names]
    return {vendor.slug: vendor for vendor in sorted(found, key=lambda vendor: vendor.slug)}


def _read(module: ModuleType) -> Vendor:
    vendor = getattr(module, "VENDOR", None)
    if not isinstance(vendor, Vendor):
        raise VendorFileError(f"{module.__name__} has no VENDOR = Vendor(…).")
    expected = module.__name__.rpartition(".")[2].replace("_", "-")
    wrong = [] if vendor.slug == expected else [f"slug must be {expected!r}, after the file"]
    wrong += problems(vendor)
    if wrong:
        raise VendorFileError(f"{module.__name__}: {'; '.join(wrong)}.")
    return vendor


def problems(vendor: Vendor) -> tuple[str, ...]:
    """What is wrong with a vendor's data; empty when it can be used."""
    return (*_names(vendor), *_shapes(vendor), *_wire(vendor))


def _names(vendor: Vendor) -> Iterator[str]:
    if not _SLUG.match(vendor.slug):
        yield "slug must be small letters, digits and single hyphens"
    if not vendor.name.strip():
        yield "name is empty"
    if vendor.homepage and not vendor.homepage.startswith("https://"):
        yield "homepage must start with https://"
    if not vendor.sources:
        yield "sources must say where the facts were read"
    if not vendor.notes_sv or len(vendor.notes_sv) != len(vendor.notes_en):
        yield "notes must be there in Swedish and in English, as many"
    told = (*vendor.notes_sv, *vendor.notes_en, *vendor.unpublished_sv, *vendor.unpublished_en)
    if any(not text.strip() for text in (*vendor.sources, *told)):
        yield "a source, note or unpublished rule is empty"
    if len(vendor.unpublished_sv) != len(vendor.unpublished_en):
        yield "an unpublished rule lacks one of its languages"


def _shapes(vendor: Vendor) -> Iterator[str]:
    for name in vendor.types:
        if name not in BY_NAME:
            yield f"types: there is no {name}"
            continue
        for reference in BY_NAME[name].references:
            needed = BY_ENDPOINT[reference.target].name
            # Users refer to their units without the profile calling it required: staff have no enrolment.
            if needed not in vendor.types and (reference.required or name == "User"):
                yield f"types: {name} needs {needed}"
    for code in vendor.group_types:
        if code not in STUDENT_GROUP_TYPES:
            yield f"group_types: there is no {code}"
    for field in vendor.required_fields:
        if field not in UserFields._fields:
            yield f"required_fields: there is no {field}"
        elif not getattr(vendor.default_fields, field):
            yield f"default_fields: {field} is required"


def _wire(vendor: Vendor) -> Iterator[str]:
    if not _HEADER.match(vendor.api_key_header):
        yield "api_key_header is not a header's name"
    if vendor.media_type not in ("application/scim+json", "application/json"):
        yield "media_type must be application/scim+json or application/json"
    if vendor.test_address and not vendor.test_address.startswith("https://"):
        yield "test_address must start with https://"
    if vendor.requests_per_second <= 0 or vendor.concurrency < 1:
        yield "requests_per_second and concurrency must be above 0"
