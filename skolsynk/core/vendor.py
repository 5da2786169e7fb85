"""What a file in ``vendors/`` must say. A vendor is data; its addresses come from the operator's settings."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from skolsynk.core.ss12000.user import UserFields

ALL_TYPES = ("Organisation", "SchoolUnitGroup", "SchoolUnit", "User", "Employment", "StudentGroup", "Activity")
MANDATORY_TYPES = ("SchoolUnit", "User", "Employment", "StudentGroup", "Activity")


@dataclass(frozen=True, slots=True)
class Vendor:
    """One publisher: what it takes, what it must get, how fast, and what is known about it."""

    slug: str
    name: str
    homepage: str
    sources: tuple[str, ...]  # where each fact below was read
    types: tuple[str, ...] = MANDATORY_TYPES
    group_types: tuple[str, ...] = ("Klass", "Undervisning")
    one_class_per_pupil: bool = False
    one_school_unit_per_person: bool = False
    unique_class_names: bool = False  # within the tenant
    required_fields: tuple[str, ...] = ()  # of UserFields: cannot be switched off
    default_fields: UserFields = field(default_factory=UserFields)
    auth: Literal["api_key"] = "api_key"
    api_key_header: str = "X-API-Key"
    media_type: str = "application/scim+json"
    test_address: str = ""  # published test address; settings override
    requests_per_second: float = 10.0
    concurrency: int = 8
    put_on_collection: bool = False  # quirk of old receivers: PUT without id in the address
    registration_needed: bool = False  # the school must be registered at the vendor before the first push
    notes_sv: tuple[str, ...] = ()  # shown to the administrator
    notes_en: tuple[str, ...] = ()
    unpublished_sv: tuple[str, ...] = ()  # rules that no public source states; the permissive default holds
    unpublished_en: tuple[str, ...] = ()
