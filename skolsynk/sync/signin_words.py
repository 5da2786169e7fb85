"""What is said to somebody who could not be let in: what happened, that nothing was stored, and who can do what."""

from __future__ import annotations

from typing import NamedTuple


class Wording(NamedTuple):
    title: str
    wrong: str
    act: str


class Words(NamedTuple):
    sv: Wording
    en: Wording


AGAIN = ("Logga in igen.", "Sign in again.")
OPERATOR = ("Driftansvarig för Skolsynk behöver åtgärda det.", "The operator of Skolsynk has to put it right.")

WORDS: dict[str, Words] = {
    "denied": Words(
        Wording("Inloggningen avbröts", "Google säger att du avbröt eller inte gav ditt samtycke.", AGAIN[0]),
        Wording("The sign-in was cancelled", "Google says that you cancelled or did not consent.", AGAIN[1]),
    ),
    "lost": Words(
        Wording(
            "Inloggningen hör inte ihop med den här webbläsaren",
            "Svaret från Google hör till en inloggning som redan är använd, som är äldre än tio minuter eller som "
            "började i en annan webbläsare.",
            AGAIN[0],
        ),
        Wording(
            "The sign-in does not belong to this browser",
            "Google's answer belongs to a sign-in that has been used already, is older than ten minutes, or began in "
            "another browser.",
            AGAIN[1],
        ),
    ),
    "expired": Words(
        Wording("Inloggningen tog för lång tid", "Google godtar inte svaret längre.", AGAIN[0]),
        Wording("The sign-in took too long", "Google no longer accepts the answer.", AGAIN[1]),
    ),
    "google_down": Words(
        Wording("Google svarar inte", "Google svarade inte på frågan om vem du är.", "Försök igen om en stund."),
        Wording("Google does not answer", "Google did not answer who you are.", "Try again in a while."),
    ),
    "bad_token": Words(
        Wording(
            "Svaret från Google gick inte att lita på",
            "Svarets underskrift, mottagare eller engångskod stämmer inte.",
            AGAIN[0] + " Händer det igen: hör av dig till driftansvarig.",
        ),
        Wording(
            "Google's answer could not be trusted",
            "The answer's signature, audience or one-time code is not right.",
            AGAIN[1] + " If it happens again, tell the operator.",
        ),
    ),
    "blocked": Words(
        Wording(
            "Er organisation har spärrat Skolsynk",
            "Google säger att en administratör hos er inte tillåter inloggning i Skolsynk.",
            "Be en administratör för ert Google Workspace att tillåta appen Skolsynk.",
        ),
        Wording(
            "Your organisation has blocked Skolsynk",
            "Google says that an administrator with you does not allow signing in to Skolsynk.",
            "Ask an administrator of your Google Workspace to allow the app Skolsynk.",
        ),
    ),
    "not_set_up": Words(
        Wording(
            "Inloggningen är inte inställd",
            "Skolsynk saknar de uppgifter som Google kräver, eller så godtar Google dem inte.",
            OPERATOR[0],
        ),
        Wording(
            "The sign-in is not set up",
            "Skolsynk lacks what Google asks for, or Google does not accept it.",
            OPERATOR[1],
        ),
    ),
    "consumer": Words(
        Wording(
            "Det här är ett privat Google-konto",
            "Skolsynk är till för skolhuvudmäns Google Workspace.",
            "Logga in med ditt arbetskonto.",
        ),
        Wording(
            "This is a private Google account",
            "Skolsynk is for school authorities' Google Workspace.",
            "Sign in with your account at work.",
        ),
    ),
    "unverified": Words(
        Wording(
            "Kontots e-postadress är inte bekräftad",
            "Google har inte bekräftat adressen.",
            "Bekräfta den hos Google och logga in igen, eller använd ditt arbetskonto.",
        ),
        Wording(
            "The account's e-mail address is not verified",
            "Google has not verified the address.",
            "Verify it with Google and sign in again, or use your account at work.",
        ),
    ),
    "not_installed": Words(
        Wording(
            "Skolsynk är inte installerat hos er ännu, eller så har Google inte aktiverat det",
            "Google har inte aktiverat Skolsynks behörighet att läsa er katalog än. Är Skolsynk nyss installerat kan "
            "det ta upp till 24 timmar; vi ser efter igen av oss själva.",
            "Är det inte gjort: en superadministratör för ert Google Workspace installerar Skolsynk från Google "
            "Workspace Marketplace, för hela organisationen, och beviljar åtkomsten. Ingen annan kan göra det, och "
            "inget mer behövs.",
        ),
        Wording(
            "Skolsynk is not installed with you yet, or Google has not activated it",
            "Google has not activated Skolsynk's access to your directory yet. If Skolsynk was installed just now, "
            "this can take up to 24 hours; we look again by ourselves.",
            "If it is not done: a super administrator of your Google Workspace installs Skolsynk from the Google "
            "Workspace Marketplace, for the whole organisation, and grants the access. Nobody else can do it, and "
            "nothing more is needed.",
        ),
    ),
    "suspended": Words(
        Wording(
            "Kontot är avstängt",
            "Google säger att ditt konto är avstängt eller arkiverat.",
            "Vänd dig till dem som sköter konton hos er.",
        ),
        Wording(
            "The account is suspended",
            "Google says that your account is suspended or archived.",
            "Turn to those who look after accounts with you.",
        ),
    ),
    "directory_down": Words(
        Wording(
            "Google svarar inte om din organisation",
            "Du är inloggad hos Google, men Google svarade inte på vilken organisation du hör till.",
            "Försök igen om en stund.",
        ),
        Wording(
            "Google does not answer about your organisation",
            "You are signed in with Google, but Google did not answer which organisation you belong to.",
            "Try again in a while.",
        ),
    ),
    "source_broken": Words(
        Wording(
            "Inbjudan gick inte att kontrollera",
            "Någon har bjudit in din adress, men Skolsynk kan just nu inte läsa er katalog för att se att kontot är "
            "ert.",
            "Be den som bjöd in dig att testa källan under Inställningar. Logga sedan in igen.",
        ),
        Wording(
            "The invitation could not be checked",
            "Somebody has invited your address, but Skolsynk cannot read your directory just now to see that the "
            "account is yours.",
            "Ask whoever invited you to test the source under Settings. Then sign in again.",
        ),
    ),
    "not_admitted": Words(
        Wording(
            "Du har inte tillgång till Skolsynk",
            "Din organisation använder Skolsynk, men ingen har gett dig tillgång.",
            "Be någon av ägarna att lägga till din e-postadress under Inställningar, Personer och roller.",
        ),
        Wording(
            "You do not have access to Skolsynk",
            "Your organisation uses Skolsynk, but nobody has given you access.",
            "Ask one of the owners to add your e-mail address under Settings, People and roles.",
        ),
    ),
    "no_owner_yet": Words(
        Wording(
            "Ingen hos er har börjat använda Skolsynk ännu",
            "Den som loggar in först måste vara administratör för ert Google Workspace, och det säger Google inte att "
            "du är.",
            "Be en administratör att logga in här. Den personen kan sedan ge dig tillgång.",
        ),
        Wording(
            "Nobody with you has begun to use Skolsynk yet",
            "Whoever signs in first has to be an administrator of your Google Workspace, and Google does not say that "
            "you are.",
            "Ask an administrator to sign in here. That person can then give you access.",
        ),
    ),
    "address_taken": Words(
        Wording(
            "Din adress hör till någon annan i Skolsynk",
            "En annan person som har tillgång hade samma e-postadress tidigare.",
            "Be någon av ägarna att avsluta den personens tillgång. Logga sedan in igen.",
        ),
        Wording(
            "Your address belongs to somebody else in Skolsynk",
            "Another person with access used to have the same e-mail address.",
            "Ask one of the owners to end that person's access. Then sign in again.",
        ),
    ),
}
