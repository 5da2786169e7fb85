"""Words for what a connection is made of: roles, groups, fields, types, states. Codes -> texts in both languages."""

from __future__ import annotations

from collections.abc import Mapping

from skolsynk.web.words import words


def small(label: str) -> str:
    """A label inside a sentence: its first letter is small, names keep theirs."""
    text = str(label)
    return text[:1].lower() + text[1:]


ROLES: Mapping[str, str] = {
    "pupil": words("Elever", "Pupils"),
    "teacher": words("Lärare", "Teachers"),
    "staff": words("Annan personal", "Other staff"),
}
GROUP_TYPES: Mapping[str, str] = {
    "Klass": words("Klasser", "Classes"),
    "Undervisning": words("Undervisningsgrupper", "Teaching groups"),
    "Mentor": words("Mentorsgrupper", "Mentor groups"),
    "Schema": words("Schemagrupper", "Timetable groups"),
    "Övrigt": words("Övriga grupper", "Other groups"),
}
GROUP_TYPE: Mapping[str, str] = {
    "Klass": words("Klass", "Class"),
    "Undervisning": words("Undervisningsgrupp", "Teaching group"),
    "Mentor": words("Mentorsgrupp", "Mentor group"),
    "Schema": words("Schemagrupp", "Timetable group"),
    "Övrigt": words("Övrig grupp", "Other group"),
}
FIELDS: Mapping[str, str] = {
    "email": words("E-postadress", "E-mail address"),
    "school_year": words("Årskurs", "School year"),
    "school_type": words("Skolform", "School form"),
    "google_id": words("Id hos Google", "Id at Google"),
}
FIELD_USES: Mapping[str, str] = {
    "email": words("för att hitta ett konto som redan finns", "to find an account that exists already"),
    "school_year": words("för att visa rätt nivå för eleven", "to show the right level to the pupil"),
    "school_type": words("grundskola, gymnasieskola och så vidare", "compulsory school, upper secondary and so on"),
    "google_id": words("för inloggning med Google utan e-postadress", "for signing in with Google alone"),
}
TYPES: Mapping[str, str] = {
    "Organisation": words("huvudmannen", "the school authority"),
    "SchoolUnitGroup": words("grupper av skolenheter", "groups of school units"),
    "SchoolUnit": words("skolenheter", "school units"),
    "User": words("personer", "people"),
    "Employment": words("anställningar", "employments"),
    "StudentGroup": words("klasser och grupper", "classes and groups"),
    "Activity": words("undervisning (vem som undervisar vilken grupp)", "teaching (who teaches which group)"),
}
SCHOOL_TYPES: Mapping[str, str] = {
    "FS": words("Förskola", "Preschool"),
    "FSK": words("Förskoleklass", "Preschool class"),
    "FTH": words("Fritidshem", "After-school centre"),
    "GR": words("Grundskola", "Compulsory school"),
    "GRS": words("Anpassad grundskola", "Adapted compulsory school"),
    "SP": words("Specialskola", "Special school"),
    "SAM": words("Sameskola", "Sami school"),
    "GY": words("Gymnasieskola", "Upper secondary school"),
    "GYS": words("Anpassad gymnasieskola", "Adapted upper secondary school"),
    "VUX": words("Kommunal vuxenutbildning", "Municipal adult education"),
    "SUV": words("Särskild utbildning för vuxna", "Special education for adults"),
    "YH": words("Yrkeshögskola", "Higher vocational education"),
    "FHS": words("Folkhögskola", "Folk high school"),
    "HS": words("Högskola", "University"),
    "AU": words("Annan utbildning", "Other education"),
}
EMPLOYMENT_ROLES: Mapping[str, str] = {
    "Rektor": words("Rektor", "Principal"),
    "Lärare": words("Lärare", "Teacher"),
    "Förskollärare": words("Förskollärare", "Preschool teacher"),
    "Övrig pedagogisk personal": words("Övrig pedagogisk personal", "Other teaching staff"),
    "Annan personal": words("Annan personal", "Other staff"),
}
YEARS: Mapping[str, str] = {"0": words("Förskoleklass", "Preschool class")} | {
    str(year): words(f"Årskurs {year}", f"Year {year}") for year in range(1, 11)
}
STATES: Mapping[str, str] = {
    "": words("Inte frågad än", "Not asked yet"),
    "asked": words("Frågad", "Asked"),
    "waiting": words("Väntar på leverantören", "Waiting for the vendor"),
    "ready": words("Klar hos leverantören", "Ready at the vendor"),
}
STATE_KINDS: Mapping[str, str] = {"": "neutral", "asked": "info", "waiting": "warning", "ready": "success"}
MODES: Mapping[str, str] = {
    "off": words("Avstängd", "Off"),
    "test": words("Testläge", "Test mode"),
    "live": words("Skarpt läge", "Live"),
}
GUARDS: Mapping[str, str] = {
    "removed": words("Borttagna på en skolenhet", "Removed at one school unit"),
    "added": words("Nya på en skolenhet", "New at one school unit"),
    "changed": words("Ändrade på en skolenhet", "Changed at one school unit"),
    "removed_in_all": words("Borttagna i hela anslutningen", "Removed in the whole connection"),
}
ORIGINS: Mapping[str, str] = {
    "connection": words("given för den här anslutningen av driften", "given for this connection by the operator"),
    "settings": words("given i driftens inställningar", "given in the operator's settings"),
    "vendor": words("leverantörens publicerade testadress", "the vendor's published test address"),
}
POINTS: Mapping[str, str] = {
    "selection": words("Någon är vald", "Somebody is chosen"),
    "reachable": words("Adress och nyckel finns", "Address and key are there"),
    "test_clean": words("Testläget har gått rent ett dygn", "Test mode has been clean for a day"),
    "findings": words("Felen i datakvaliteten är genomgångna", "Errors in the data are looked through"),
    "guards": words("Gränserna är satta", "The limits are set"),
    "agreement": words("Avtalet med leverantören är bekräftat", "The agreement with the vendor is confirmed"),
}
