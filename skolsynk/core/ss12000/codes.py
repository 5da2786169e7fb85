"""Code lists of SS12000:2018 as the EGIL profile prints them, and where our inputs spell them otherwise."""

from __future__ import annotations

import re
from typing import Final

SCHOOL: Final = "urn:scim:schemas:extension:sis:school:1.0:"
CORE_USER: Final = "urn:ietf:params:scim:schemas:core:2.0:User"
EGIL_USER: Final = "urn:scim:schemas:extension:egil:1.0:User"

# EGIL profile, Employment.employmentRole. Exact spelling, capital first letter.
EMPLOYMENT_ROLES: Final = ("Rektor", "Lärare", "Förskollärare", "Övrig pedagogisk personal", "Annan personal")

# Values in use at EGIL receivers; the profile names the list but prints none. Case counts.
STUDENT_GROUP_TYPES: Final = ("Klass", "Undervisning", "Mentor", "Schema", "Övrigt")

# SS12000:2018, school types. FKLASS, SFI and VUX-parts belong to the 2020 edition.
SCHOOL_TYPES: Final = {
    "FS": "förskola",
    "FSK": "förskoleklass",
    "FTH": "fritidshem",
    "GR": "grundskola",
    "GRS": "anpassad grundskola (grundsärskola)",
    "SP": "specialskola",
    "SAM": "sameskola",
    "GY": "gymnasieskola",
    "GYS": "anpassad gymnasieskola (gymnasiesärskola)",
    "VUX": "kommunal vuxenutbildning",
    "SUV": "särskild utbildning för vuxna",
    "YH": "yrkeshögskola",
    "FHS": "folkhögskola",
    "HS": "högskola",
    "AU": "annan utbildning",
}

# Skolverket's school unit register (2023 names and before) -> SS12000:2018.
FROM_REGISTER: Final = {
    "FKLASS": "FSK",
    "FTH": "FTH",
    "OPPFTH": "FTH",
    "GR": "GR",
    "GRAN": "GRS",
    "GRS": "GRS",
    "SP": "SP",
    "SAM": "SAM",
    "GY": "GY",
    "GYAN": "GYS",
    "GYS": "GYS",
    "VUX": "VUX",
    "SFI": "AU",
}

SCHOOL_UNIT_CODE: Final = re.compile(r"[1-9][0-9]{7}\Z")  # register: 10000000-99999999, kept as text
MUNICIPALITY_CODE: Final = re.compile(r"[0-9]{4}\Z")
SCHOOL_YEARS: Final = range(11)  # EGIL profile: integer 0-10; 0 = förskoleklass


def school_types_from_register(codes: tuple[str, ...]) -> tuple[str, ...]:
    """The register's codes as SS12000:2018 codes, each once, in the order of the standard's list."""
    wanted = {FROM_REGISTER.get(code, "AU") for code in codes}
    return tuple(code for code in SCHOOL_TYPES if code in wanted)
