"""What a plan's codes are called by people, in both languages: verbs, types, causes, reasons, attributes, guards."""

from __future__ import annotations

from skolsynk.core.plan.values import GuardTrip
from skolsynk.web.words import chosen, number, percent, words

VERBS = {
    "create": words("ny", "new"),
    "update": words("ändrad", "changed"),
    "delete": words("borttagen", "removed"),
}
TYPES = {
    "Organisation": words("huvudman", "organisation"),
    "SchoolUnitGroup": words("grupp av skolenheter", "group of school units"),
    "SchoolUnit": words("skolenhet", "school unit"),
    "User": words("person", "person"),
    "Employment": words("anställning", "employment"),
    "StudentGroup": words("klass eller grupp", "class or group"),
    "Activity": words("undervisning", "teaching"),
}
MANY = {
    "User": words("personer", "people"),
    "Employment": words("anställningar", "employments"),
    "StudentGroup": words("klasser, grupper och medlemskap", "classes, groups and memberships"),
    "Activity": words("undervisningar", "activities"),
    "SchoolUnit": words("skolenheter", "school units"),
}
CAUSES = {
    "new": words("finns i Google men inte hos leverantören", "is in Google but not at the vendor"),
    "data": words("uppgifterna ändrades i Google eller av reglerna", "the data changed in Google or by the rules"),
    "gone": words("finns inte längre i Google", "is no longer in Google"),
    "decision": words("borttagen genom ett beslut", "taken out by a decision"),
    "selection": words("utanför urvalet för leverantören", "outside the selection of the vendor"),
    "broken_too_long": words("uppgifterna har varit trasiga för länge", "the data has been broken for too long"),
    "protected": words("skyddade personuppgifter", "protected identity"),
    "retry": words("ett tidigare försök fick inget svar", "an earlier attempt got no answer"),
}
REASONS = {
    "removed": words("många borttag i en skolenhet", "many removals in a school unit"),
    "added": words("många nya i en skolenhet", "many new in a school unit"),
    "changed": words("många ändrade i en skolenhet", "many changed in a school unit"),
    "removed_in_all": words("många borttag i hela anslutningen", "many removals in the whole connection"),
    "first_push": words("första skarpa körningen", "first live run"),
    "empty": words("leverantören skulle bli tömd", "the vendor would become empty"),
    "school_year": words("nytt läsår", "new school year"),
    "depends": words("väntar på en annan ändring", "waits for another change"),
    "unprovision": words("allt tas bort hos leverantören", "everything is removed at the vendor"),
}
ATTRIBUTES = {
    "displayName": words("Visningsnamn", "Display name"),
    "name": words("Namn", "Name"),
    "givenName": words("Förnamn", "Given name"),
    "familyName": words("Efternamn", "Family name"),
    "userName": words("Användarnamn", "User name"),
    "emails": words("E-post", "E-mail"),
    "enrolments": words("Skolplacering", "Enrolment"),
    "externalIdentifiers": words("Id hos Google", "Id at Google"),
    "studentMemberships": words("Elever", "Pupils"),
    "studentGroupType": words("Slag av grupp", "Kind of group"),
    "owner": words("Skolenhet", "School unit"),
    "schoolYear": words("Årskurs", "School year"),
    "schoolType": words("Skolform", "School type"),
    "schoolTypes": words("Skolformer", "School types"),
    "schoolUnit": words("Skolenhet", "School unit"),
    "schoolUnitCode": words("Skolenhetskod", "School unit code"),
    "municipalityCode": words("Kommunkod", "Municipality code"),
    "organisation": words("Huvudman", "Organisation"),
    "schoolUnitGroup": words("Grupp av skolenheter", "Group of school units"),
    "employedAt": words("Anställd vid", "Employed at"),
    "employmentRole": words("Befattning", "Employment role"),
    "user": words("Person", "Person"),
    "groups": words("Grupper", "Groups"),
    "teachers": words("Lärare", "Teachers"),
    "externalId": words("Id", "Id"),
    "programCode": words("Program", "Programme"),
    "signature": words("Signatur", "Signature"),
}
WINDOWS = {
    "24h": words(" på ett dygn", " in 24 hours"),
    "7d": words(" på sju dagar", " in seven days"),
}
_DONE = {
    "removed": ("skulle tas bort", "would be removed"),
    "removed_in_all": ("skulle tas bort", "would be removed"),
    "added": ("skulle läggas till", "would be added"),
    "changed": ("skulle ändras", "would be changed"),
}


def trip_title(trip: GuardTrip, units: dict[str, str]) -> str:
    """48 av 402 personer skulle tas bort vid Ekskolan (12 %)."""
    if trip.reason == "first_push":
        return chosen(
            f"Det är den första skarpa körningen: {number(trip.changes)} nya väntar på ett godkännande",
            f"This is the first live run: {number(trip.changes)} new wait for an approval",
        )
    if trip.reason == "empty":
        return chosen(
            f"Allt som leverantören har, {number(trip.of)} poster, skulle tas bort",
            f"All that the vendor holds, {number(trip.of)} resources, would be removed",
        )
    if trip.reason == "school_year":
        where = _where(trip, units)
        return chosen(
            f"Nytt läsår{where[0]}: {number(trip.changes)} av {number(trip.of)} elever byter årskurs",
            f"New school year{where[1]}: {number(trip.changes)} of {number(trip.of)} pupils change school year",
        )
    if trip.reason == "unprovision":
        return chosen(
            f"{number(trip.changes)} av {number(trip.of)} poster tas bort hos leverantören när de godkänts",
            f"{number(trip.changes)} of {number(trip.of)} resources are removed at the vendor once approved",
        )
    sv, en = _DONE[trip.reason]
    where = _where(trip, units)
    share = f" ({percent(trip.changes / trip.of)})" if trip.of else ""
    what = MANY.get(trip.type, words("poster", "resources"))
    within = WINDOWS.get(trip.window, "")
    return chosen(
        f"{number(trip.changes)} av {number(trip.of)} {what} {sv}{where[0]}{within}{share}",
        f"{number(trip.changes)} of {number(trip.of)} {what} {en}{where[1]}{within}{share}",
    )


def _where(trip: GuardTrip, units: dict[str, str]) -> tuple[str, str]:
    name = units.get(trip.unit, trip.unit)
    return (f" vid {name}", f" at {name}") if name else ("", "")


def trip_limit(trip: GuardTrip) -> str:
    """Gränsen är mer än 5 % och fler än 10."""
    if trip.reason in ("first_push", "empty", "unprovision"):
        return ""
    if not trip.count:
        return chosen(f"Gränsen är {percent(trip.share)}.", f"The limit is {percent(trip.share)}.")
    return chosen(
        f"Gränsen är mer än {percent(trip.share)} och fler än {number(trip.count)}.",
        f"The limit is more than {percent(trip.share)} and more than {number(trip.count)}.",
    )
