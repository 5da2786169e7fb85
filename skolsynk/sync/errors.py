"""What can stop a whole run, named by who must act; each carries a text in Swedish and in English.

RunError
├── Later          nobody: it is tried again by itself
├── Misconfigured  an administrator (or the operator) must change something first
└── Refusal        we refuse to go on: going on would risk data at a vendor

Stopped and Lost are no errors: somebody asked the run to stop, or another worker has it; it goes on later.
"""

from __future__ import annotations

from dataclasses import dataclass

from skolsynk.core.filters import SelectionError
from skolsynk.egil.values import PushSummary


@dataclass
class RunError(Exception):
    """A run cannot go on. ``code`` is stable; the texts say what was tried, what is wrong, what was sent, what next."""

    code: str
    text_sv: str
    text_en: str

    def __str__(self) -> str:
        return self.text_en

    def text(self, language: str) -> str:
        return self.text_sv if language == "sv" else self.text_en


class Later(RunError):
    """Transient: the next scheduled run tries again."""


class Misconfigured(RunError):
    """A person must act first."""


class Refusal(RunError):
    """Going on could remove or duplicate what a vendor holds."""


class Stopped(Exception):  # not an error: the run is queued again
    """The run was asked to stop before it was done."""


class Lost(Exception):  # not an error: another worker has the run now
    """The run was taken for dead and given to another worker; this one must not write any more."""


def no_snapshot() -> Misconfigured:
    return Misconfigured(
        "no_snapshot",
        "Det finns ingen läsning av katalogen ännu. Inget har skickats. Läs katalogen först (kommandot read).",
        "The directory has not been read yet. Nothing was sent. Read the directory first (command read).",
    )


def no_rules() -> Misconfigured:
    return Misconfigured(
        "no_rules",
        "Huvudmannen har inga regler ännu. Inget har skickats. Läs in en konfiguration (config import).",
        "The tenant has no rules yet. Nothing was sent. Import a configuration (config import).",
    )


def asleep() -> Misconfigured:
    return Misconfigured(
        "quarantined",
        "Google säger att Skolsynk inte längre är installerat hos er. Inget har lästs och inget har skickats; det som "
        "finns hos leverantörerna är kvar. Installera Skolsynk igen från Google Workspace Marketplace.",
        "Google says that Skolsynk is no longer installed with you. Nothing was read and nothing was sent; what "
        "vendors hold is still there. Install Skolsynk again from the Google Workspace Marketplace.",
    )


def connection_off(vendor: str) -> Misconfigured:
    return Misconfigured(
        "connection_off",
        f"Anslutningen till {vendor} är avstängd. Inget har skickats. Slå på den med kommandot mode.",
        f"The connection to {vendor} is off. Nothing was sent. Switch it on with the command mode.",
    )


def no_address(vendor: str, mode: str) -> Misconfigured:
    return Misconfigured(
        "no_address",
        f"{vendor} har ingen adress för läget {mode}. Inget har skickats. "
        "Driftansvarig anger adressen i inställningarna.",
        f"{vendor} has no address for mode {mode}. Nothing was sent. The operator gives the address in the settings.",
    )


def no_key(vendor: str, mode: str) -> Misconfigured:
    return Misconfigured(
        "no_key",
        f"Nyckeln till {vendor} för läget {mode} saknas. Inget har skickats. Ange den med kommandot set_secret.",
        f"The key for {vendor} in mode {mode} is missing. Nothing was sent. Give it with the command set_secret.",
    )


def bad_selection(vendor: str, error: SelectionError) -> Misconfigured:
    """The selection names something that is not there: nothing is guessed."""
    told = {lang: "; ".join(f"{one.path}: {one.text(lang)}" for one in error.problems) for lang in ("sv", "en")}
    return Misconfigured(
        "bad_selection",
        f"Urvalet för {vendor} går inte att använda: {told['sv']}. Inget har skickats. Rätta konfigurationen.",
        f"The selection for {vendor} cannot be used: {told['en']}. Nothing was sent. Correct the configuration.",
    )


def rehearsal_live(vendor: str) -> Refusal:
    return Refusal(
        "rehearsal_live",
        f"Ett annat datum än i dag får bara användas i testläge; {vendor} är i skarpt läge. Inget har skickats.",
        f"Another date than today may only be pushed in test mode; {vendor} is live. Nothing was sent.",
    )


def unknown_vendor(vendor: str) -> Misconfigured:
    return Misconfigured(
        "unknown_vendor",
        f"Leverantören {vendor} finns inte i vendors/. Inget har skickats.",
        f"There is no vendor {vendor} in vendors/. Nothing was sent.",
    )


def vendor_stopped(sent: PushSummary) -> RunError:
    """A push that the vendor or the way there stopped, in words; what was answered is settled."""
    reason = sent.stopped.value if sent.stopped else ""
    sv, en = STOPPED[reason]
    counted = sum(sent.counts.values())
    return Later(
        reason,
        f"{sv} {counted} ändringar är besvarade och bokförda, {sent.unsent} skickades inte. Svaret: {sent.message}",
        f"{en} {counted} changes were answered and recorded, {sent.unsent} were not sent. The answer: {sent.message}",
    )


STOPPED = {
    "credentials": (
        "Leverantören godtar inte nyckeln. Kontrollera den med leverantören och ange den på nytt (set_secret).",
        "The vendor does not accept the key. Check it with the vendor and give it again (set_secret).",
    ),
    "tls": (
        "Leverantörens certifikat kan inte godtas, så ingenting skickades dit. Leverantören behöver rätta det.",
        "The vendor's certificate cannot be trusted, so nothing was sent to it. The vendor needs to correct it.",
    ),
    "redirect": (
        "Leverantören hänvisar till en annan adress. Driftansvarig behöver ange den rätta.",
        "The vendor points to another address. The operator needs to give the right one.",
    ),
    "address": (
        "Ingenting svarar på leverantörens adress. Driftansvarig behöver kontrollera den.",
        "Nothing answers at the vendor's address. The operator needs to check it.",
    ),
    "unreachable": (
        "Leverantören går inte att nå eller är sjuk. Nästa körning försöker igen av sig själv.",
        "The vendor cannot be reached or is ill. The next run tries again by itself.",
    ),
    "busy": (
        "Leverantören ber oss vänta längre än en körning varar. Nästa körning fortsätter av sig själv.",
        "The vendor asks us to wait longer than a run lasts. The next run goes on by itself.",
    ),
}
