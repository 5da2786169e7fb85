"""What each event of the log is called, in both languages. A test finds every event that the code writes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

from skolsynk.sync import targets
from skolsynk.web.words import chosen, number

GAP = re.compile(r"\{(\w+)\}")


class Sentence(NamedTuple):
    """What happened, and more about it; ``{name}`` is a value of the event, and without it the rest is left out."""

    sv: str
    en: str
    more_sv: str = ""
    more_en: str = ""


AT_VENDOR = ("{vendor}, {mode}", "{vendor}, {mode}")
COUNT = ("{count} stycken", "{count} in all")
CHANGES = ("{vendor}, {mode}: {count} ändringar", "{vendor}, {mode}: {count} changes")

SENTENCES: Mapping[str, Sentence] = {
    # People who use the site
    "signed_in": Sentence("Loggade in", "Signed in"),
    "first_owner": Sentence("Loggade in först och blev ägare", "Signed in first and became an owner"),
    "owner_joined": Sentence(
        "Loggade in som superadministratör och blev ägare", "Signed in as a super administrator and became an owner"
    ),
    "invitation_taken": Sentence("Loggade in för första gången", "Signed in for the first time"),
    "member_admitted": Sentence("Gav någon tillgång", "Gave somebody access", "{member}: {role}", "{member}: {role}"),
    "member_changed": Sentence(
        "Ändrade någons tillgång", "Changed somebody's access", "{member}: {role}", "{member}: {role}"
    ),
    "member_ended": Sentence("Avslutade någons tillgång", "Ended somebody's access", "{member}", "{member}"),
    "member_signed_out": Sentence(
        "Loggade ut någon överallt", "Signed somebody out everywhere", "{member}", "{member}"
    ),
    # Looks
    "person_seen": Sentence("Öppnade en persons sida", "Opened a person's page"),
    "person_explained": Sentence("Frågade varför en person finns eller saknas", "Asked why a person is in or out"),
    "person_downloaded": Sentence("Hämtade en persons uppgifter", "Downloaded what is known of a person"),
    "person_checked": Sentence("Bad om en ny kontroll av en person", "Asked for a person to be checked again"),
    "person_sent": Sentence("Skickade en person nu", "Sent a person now"),
    "payload_shown": Sentence(
        "Såg vad som skickats om någon eller något", "Saw what was sent about somebody or something", "{mode}", "{mode}"
    ),
    "change_seen": Sentence("Öppnade en ändring", "Opened a change", "{vendor}", "{vendor}"),
    "changes_downloaded": Sentence("Hämtade ändringar som fil", "Downloaded changes", "{vendor}", "{vendor}"),
    "answer_seen": Sentence("Såg en leverantörs svar om någon eller något", "Saw a vendor's answer about somebody"),
    "answers_downloaded": Sentence("Hämtade svar från en leverantör", "Downloaded a vendor's answers"),
    "findings_exported": Sentence("Hämtade brister i data som fil", "Downloaded findings", *COUNT),
    "roster_exported": Sentence(
        "Hämtade allt som en leverantör får", "Downloaded all that a vendor gets", "{vendor}", "{vendor}"
    ),
    "log_exported": Sentence("Hämtade loggen", "Downloaded the log", "{count} rader", "{count} rows"),
    "configuration_exported": Sentence("Hämtade konfigurationen", "Downloaded the configuration"),
    # Set-up
    "configuration_imported": Sentence(
        "Läste in en konfiguration", "Read a configuration in", "{lines} rader", "{lines} lines"
    ),
    "rules_saved": Sentence("Sparade regler", "Saved rules", "version {number}", "version {number}"),
    "rules_draft_discarded": Sentence("Kastade ett utkast till regler", "Threw a draft of the rules away"),
    "protected_list_seen": Sentence(
        "Öppnade en lista över skyddade personer", "Opened a list of people with protected identity"
    ),
    "units_added": Sentence("Lade till skolenheter", "Added school units", "{codes}", "{codes}"),
    "units_removed": Sentence("Tog bort skolenheter", "Removed school units", "{codes}", "{codes}"),
    "units_grouped": Sentence("Grupperade skolenheter", "Grouped school units", "{codes}", "{codes}"),
    "identity_imported": Sentence(
        "Läste in id:n från en annan avsändare", "Imported ids from another sender", *COUNT
    ),
    "preferences_changed": Sentence("Ändrade gallring eller kontakt", "Changed retention or contact"),
    "source_changed": Sentence(
        "Valde en annan administratör att läsa katalogen som", "Chose another administrator to read the directory as"
    ),
    "school_containers_chosen": Sentence(
        "Valde vilka organisationsenheter som är skola", "Chose which org units are school"
    ),
    # The app at the customer
    "app_activated": Sentence("Google släppte in Skolsynk", "Google let Skolsynk in"),
    "app_missed": Sentence("Google sade att Skolsynk är borttaget", "Google said that Skolsynk is removed"),
    "app_found": Sentence("Google släppte in Skolsynk igen", "Google let Skolsynk in again"),
    "app_quarantined": Sentence(
        "Allt stannade: Skolsynk är borttaget i Google", "Everything stopped: Skolsynk is removed in Google",
        "raderas {until}", "erased on {until}",
    ),
    "app_resumed": Sentence(
        "Skolsynk är installerat igen", "Skolsynk is installed again", "till testläge: {vendors}", "to test: {vendors}"
    ),
    "app_purged": Sentence("Alla personuppgifter raderades", "All personal data was erased"),
    "app_returned": Sentence(
        "Huvudmannen började om efter radering", "The school authority began anew after the erasure"
    ),
    "app_looked": Sentence("Bad om en ny titt på vad Google tillåter", "Asked for a new look at what Google allows"),
    "webhook_added": Sentence("Lade till en webhook", "Added a webhook"),
    "webhook_dropped": Sentence("Tog bort en webhook", "Removed a webhook"),
    # Vendors
    "connection_added": Sentence("Lade till en leverantör", "Added a vendor", "{vendor}", "{vendor}"),
    "connection_saved": Sentence(
        "Ändrade en anslutning", "Changed a connection", "{vendor}, version {version}", "{vendor}, version {version}"
    ),
    "connection_paused": Sentence(
        "Pausade en anslutning", "Paused a connection", "{vendor}, till {until}", "{vendor}, until {until}"
    ),
    "connection_resumed": Sentence("Återupptog en anslutning", "Resumed a connection", "{vendor}", "{vendor}"),
    "connection_tested": Sentence("Provade en anslutning", "Tested a connection", *AT_VENDOR),
    "relation_saved": Sentence(
        "Noterade läget med en leverantör", "Noted where it stands with a vendor", "{vendor}", "{vendor}"
    ),
    "secret_set": Sentence("Angav en nyckel", "Gave a key", *AT_VENDOR),
    "secret_removed": Sentence("Tog bort en nyckel", "Removed a key", *AT_VENDOR),
    "address_set": Sentence("Angav en adress", "Gave an address", *AT_VENDOR),
    "mode_switched": Sentence(
        "Bytte läge", "Switched mode", "{vendor}: {before} till {after}", "{vendor}: {before} to {after}"
    ),
    "findings_reviewed": Sentence(
        "Bekräftade att bristerna är sedda", "Confirmed that findings were seen", "{vendor}", "{vendor}"
    ),
    "guards_confirmed": Sentence("Bekräftade gränserna", "Confirmed the guards", "{vendor}", "{vendor}"),
    "golive_overridden": Sentence(
        "Slog på skarpt läge fast allt inte var klart", "Went live though not all was ready", "{vendor}", "{vendor}"
    ),
    # Runs
    "read_asked": Sentence("Bad om en läsning av katalogen", "Asked for the directory to be read"),
    "push_asked": Sentence("Bad om en sändning", "Asked for a push", "{vendor}", "{vendor}"),
    "retry_asked": Sentence(
        "Bad om ett nytt försök", "Asked for another try", "{vendor}: {count} stycken", "{vendor}: {count} in all"
    ),
    "run_cancelled": Sentence("Avbröt en körning", "Cancelled a run"),
    # Changes
    "changes_approved": Sentence("Godkände ändringar", "Approved changes", *CHANGES),
    "changes_discarded": Sentence("Avvisade ändringar", "Discarded changes", *CHANGES),
    "approvals_discarded": Sentence("Tog tillbaka godkännanden", "Took approvals back", *CHANGES),
    "ledger_rebuilt": Sentence(
        "Läste om vad en leverantör har", "Read again what a vendor holds", *AT_VENDOR
    ),
    "person_excluded": Sentence("Undantog en person", "Excluded a person"),
    "person_readmitted": Sentence("Tog med en person igen", "Took a person in again"),
    "finding_snoozed": Sentence("Lade en brist åt sidan", "Set a finding aside", "t.o.m. {until}", "until {until}"),
    "finding_woken": Sentence("Tog fram en brist igen", "Took a finding back"),
}  # fmt: skip

VALUES: Mapping[str, tuple[str, str]] = {
    "off": ("avstängd", "off"),
    "test": ("test", "test"),
    "live": ("skarpt", "live"),
    "viewer": ("läsare", "viewer"),
    "editor": ("redigerare", "editor"),
    "owner": ("ägare", "owner"),
}


def title(what: str) -> str:
    """What happened; the event's own name for one that nobody has put into words."""
    sentence = SENTENCES.get(what)
    return chosen(sentence.sv, sentence.en) if sentence else what.replace("_", " ")


def more(what: str, about: Mapping[str, object], names: Mapping[str, str]) -> str:
    """The rest of the sentence; "" when the event lacks a value of it. ``names``: of members, as "member:12"."""
    sentence = SENTENCES.get(what)
    text = chosen(sentence.more_sv, sentence.more_en) if sentence else ""
    values = {gap: _shown(gap, about.get(gap), names) for gap in GAP.findall(text)}
    return text.format_map(values) if all(values.values()) else ""


def _shown(gap: str, value: object, names: Mapping[str, str]) -> str:
    if value is None or value == "":
        return ""
    if gap == "member":
        return names.get(f"member:{value}", "")
    if gap == "vendor":
        vendor = targets.all_vendors().get(str(value))
        return vendor.name if vendor else str(value)
    if gap == "until":
        return str(value)[:10]
    if isinstance(value, list):
        return ", ".join(str(one) for one in value[:5]) + (" …" if len(value) > 5 else "")
    if isinstance(value, int):
        return number(value)
    return chosen(*VALUES[str(value)]) if str(value) in VALUES else str(value)
