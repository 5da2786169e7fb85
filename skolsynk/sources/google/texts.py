"""What each error of the Google source says to people, and the functions that make the errors."""

from __future__ import annotations

from collections.abc import Mapping

from skolsynk.sources.base import Misconfigured, ReadIncomplete, SuspiciouslyEmpty, Texts, Transient, Wording

TRIED_SV = "Skolsynk försökte läsa katalogen i Google."
TRIED_EN = "Skolsynk tried to read the directory from Google."
AGAIN_SV = "Läsningen görs om av sig själv. Dröjer det mer än ett dygn: hör av dig till driften."
AGAIN_EN = "It is read again by itself. If this lasts for more than a day, tell the operator."
OPERATOR_SV = "Driftansvarig för Skolsynk behöver åtgärda det."
OPERATOR_EN = "The operator of Skolsynk has to put it right."


def _texts(wrong_sv: str, act_sv: str, wrong_en: str, act_en: str) -> Texts:
    return Texts(Wording(TRIED_SV, wrong_sv, act_sv), Wording(TRIED_EN, wrong_en, act_en))


MISCONFIGURED: dict[str, Texts] = {
    "not_delegated": _texts(
        "Google säger att organisationen inte har gett Skolsynk behörighet (unauthorized_client).",
        "Kontrollera i Googles administratörskonsol att Skolsynk är installerat för hela organisationen. "
        "Är det nyss installerat kan det dröja upp till 24 timmar innan Google har aktiverat behörigheten.",
        "Google says that the organisation has not given Skolsynk access (unauthorized_client).",
        "Check in Google's Admin console that Skolsynk is installed for the whole organisation. "
        "If it was installed just now, Google may need up to 24 hours to activate the access.",
    ),
    "scope_missing": _texts(
        "Google har gett Skolsynk en del av behörigheten, men inte: {scopes}.",
        "Lägg till det som saknas i Googles administratörskonsol under Säkerhet, API-kontroller, "
        "Domänomfattande delegering, eller installera Skolsynk på nytt från Marketplace.",
        "Google has given Skolsynk some of the access, but not: {scopes}.",
        "Add what is missing in Google's Admin console under Security, API controls, Domain-wide delegation, "
        "or install Skolsynk from the Marketplace again.",
    ),
    "wrong_subject": _texts(
        "Administratörskontot som Skolsynk läser genom finns inte i Google.",
        "Välj ett annat administratörskonto under inställningarna för källan.",
        "The administrator account that Skolsynk reads through does not exist in Google.",
        "Choose another administrator account in the settings of the source.",
    ),
    "subject_suspended": _texts(
        "Administratörskontot som Skolsynk läser genom är avstängt i Google.",
        "Häv avstängningen, eller välj ett annat administratörskonto under inställningarna för källan.",
        "The administrator account that Skolsynk reads through is suspended in Google.",
        "Lift the suspension, or choose another administrator account in the settings of the source.",
    ),
    "not_admin": _texts(
        "Administratörskontot som Skolsynk läser genom får inte läsa {what} (forbidden).",
        "Ge kontot en administratörsroll som får läsa användare, organisationsenheter "
        "och grupper, eller välj ett annat.",
        "The administrator account that Skolsynk reads through may not read {what} (forbidden).",
        "Give the account an administrator role that may read users, organisational units "
        "and groups, or choose another.",
    ),
    "api_off": _texts(
        "API-åtkomst är avstängd i Google ({reason}).",
        "Slå på API-åtkomst i Googles administratörskonsol. Gäller felet Googles projekt: " + OPERATOR_SV,
        "API access is switched off in Google ({reason}).",
        "Switch API access on in Google's Admin console. If it is about the Google project: " + OPERATOR_EN,
    ),
    "clock": _texts(
        "Google säger att Skolsynks klocka går fel.",
        OPERATOR_SV + " Klockan på servern ska följa en tidsserver.",
        "Google says that Skolsynk's clock is wrong.",
        OPERATOR_EN + " The server's clock should follow a time server.",
    ),
    "bad_key": _texts(
        "Google godtar inte Skolsynks egen nyckel ({reason}).",
        OPERATOR_SV + " Tjänstekontots nyckel är borttagen eller fel, eller så får Skolsynk inte signera åt kontot.",
        "Google does not accept Skolsynk's own key ({reason}).",
        OPERATOR_EN + " The key of the service account is removed or wrong, or Skolsynk may not sign for the account.",
    ),
    "token_refused": _texts(
        "Google vägrade Skolsynk åtkomst ({reason}).",
        "Kontrollera i Googles administratörskonsol att Skolsynk är tillåtet att använda.",
        "Google refused Skolsynk access ({reason}).",
        "Check in Google's Admin console that Skolsynk is allowed.",
    ),
    "unauthorised": _texts(
        "Google godtog inte den åtkomst som Google själv nyss gett (401).",
        "Kontrollera att Skolsynk fortfarande är installerat. Står felet kvar: " + OPERATOR_SV,
        "Google did not accept the access it had just given (401).",
        "Check that Skolsynk is still installed. If the error stays: " + OPERATOR_EN,
    ),
    "request_refused": _texts(
        "Google förstod inte frågan om {what} ({status} {reason}).",
        OPERATOR_SV,
        "Google did not understand the question about {what} ({status} {reason}).",
        OPERATOR_EN,
    ),
    "customer_not_found": _texts(
        "Google säger att {what} inte finns (404).",
        "Kontrollera vilken organisation källan pekar på.",
        "Google says that {what} does not exist (404).",
        "Check which organisation the source points to.",
    ),
    "other_customer": _texts(
        "Administratörskontot hör till en annan organisation i Google än den som är kopplad här.",
        "Välj ett administratörskonto i den kopplade organisationen.",
        "The administrator account belongs to another organisation in Google than the one connected here.",
        "Choose an administrator account of the connected organisation.",
    ),
    "container_missing": _texts(
        "Organisationsenheten {path}, som är märkt som skola, finns inte längre i Google.",
        "Har den bytt namn eller flyttats: märk den på dess nya plats i inställningarna för källan.",
        "The organisational unit {path}, which is marked as school, is no longer in Google.",
        "If it was renamed or moved, mark it at its new place in the settings of the source.",
    ),
}

TRANSIENT: dict[str, Texts] = {
    "quota": _texts(
        "Google svarade att för många frågor ställs just nu ({reason}), även efter flera försök.",
        AGAIN_SV,
        "Google answered that too many questions are being asked just now ({reason}), also after several tries.",
        AGAIN_EN,
    ),
    "google_down": _texts(
        "Google svarade med fel om {what} ({status}), även efter flera försök.",
        AGAIN_SV,
        "Google answered with an error about {what} ({status}), also after several tries.",
        AGAIN_EN,
    ),
    "no_answer": _texts(
        "Google svarade inte om {what} ({reason}), även efter flera försök.",
        AGAIN_SV,
        "Google did not answer about {what} ({reason}), also after several tries.",
        AGAIN_EN,
    ),
    "tree_moved": _texts(
        "Organisationsenheter döptes om eller flyttades medan läsningen pågick.",
        AGAIN_SV,
        "Organisational units were renamed or moved during the read.",
        AGAIN_EN,
    ),
    "page_expired": _texts(
        "Google tappade bort platsen i listan över {what}.",
        AGAIN_SV,
        "Google lost the place in the list of {what}.",
        AGAIN_EN,
    ),
}

INCOMPLETE: dict[str, Texts] = {
    "not_json": _texts(
        "Google svarade med något annat än väntat om {what}, även efter flera försök. Läsningen är inte komplett.",
        AGAIN_SV,
        "Google answered something unexpected about {what}, also after several tries. The read is not complete.",
        AGAIN_EN,
    ),
    "key_missing": _texts(
        "Googles svar om {what} saknar {key}. Läsningen är inte komplett.",
        AGAIN_SV,
        "Google's answer about {what} lacks {key}. The read is not complete.",
        AGAIN_EN,
    ),
    "page_cap": _texts(
        "Listan över {what} tog aldrig slut ({pages} sidor). Läsningen är inte komplett.",
        AGAIN_SV,
        "The list of {what} never ended ({pages} pages). The read is not complete.",
        AGAIN_EN,
    ),
    "still_there": _texts(
        "{missing} av {what} som fanns förra gången saknades i listan; av dem finns {still} kvar i Google. "
        "Läsningen är inte komplett.",
        AGAIN_SV,
        "{missing} of the {what} read last time were missing from the list; {still} of them are still in Google. "
        "The read is not complete.",
        AGAIN_EN,
    ),
    "group_vanished": _texts(
        "En grupps medlemmar gick inte att läsa fast gruppen finns kvar. Läsningen är inte komplett.",
        AGAIN_SV,
        "The members of a group could not be read though the group is there. The read is not complete.",
        AGAIN_EN,
    ),
}

EMPTY: dict[str, Texts] = {
    "no_users": _texts(
        "Google svarade att organisationen inte har en enda användare.",
        AGAIN_SV,
        "Google answered that the organisation has not a single user.",
        AGAIN_EN,
    ),
    "no_school_users": _texts(
        "Inte en enda användare finns i de organisationsenheter som är märkta som skola; förra gången var de {before}.",
        "Kontrollera i inställningarna för källan vilka organisationsenheter som är skola.",
        "Not a single user is in the organisational units marked as school; last time there were {before}.",
        "Check in the settings of the source which organisational units are school.",
    ),
    "no_groups": _texts(
        "Google svarade att det inte finns någon grupp; förra gången var de {before}.",
        AGAIN_SV,
        "Google answered that there is no group; last time there were {before}.",
        AGAIN_EN,
    ),
    "no_members": _texts(
        "Google svarade att en grupp är tom fast Google också säger att den har {count} medlemmar.",
        AGAIN_SV,
        "Google answered that a group is empty though Google also says that it has {count} members.",
        AGAIN_EN,
    ),
}


# What can be asked for, as the code calls it: (Swedish, English).
WORDS: dict[str, tuple[str, str]] = {
    "users": ("användare", "users"),
    "user": ("en användare", "a user"),
    "org units": ("organisationsenheter", "organisational units"),
    "org_units": ("organisationsenheter", "organisational units"),
    "groups": ("grupper", "groups"),
    "group": ("en grupp", "a group"),
    "members": ("medlemmar i en grupp", "members of a group"),
    "customer": ("organisationen", "the organisation"),
    "domains": ("domäner", "domains"),
    "reports": ("administratörsloggen", "the admin log"),
    "access": ("åtkomst", "access"),
    "channel": ("besked om ändringar", "notices of changes"),
}


def _spelt(texts: Texts, details: Mapping[str, str]) -> Texts:
    """The texts with ``{what}`` and ``{scopes}`` said in each language's words."""
    spelt = []
    for place, wording in enumerate(texts):
        for name in details.keys() & {"what", "scopes"}:
            said = ", ".join(WORDS.get(word, (word, word))[place] for word in details[name].split(", "))
            wording = Wording(*(part.replace(f"{{{name}}}", said) for part in wording))  # noqa: PLW2901 - word by word
        spelt.append(wording)
    return Texts(*spelt)


def misconfigured(code: str, **details: str) -> Misconfigured:
    return Misconfigured(code, _spelt(MISCONFIGURED[code], details), details)


def transient(code: str, **details: str) -> Transient:
    return Transient(code, _spelt(TRANSIENT[code], details), details)


def incomplete(code: str, **details: str) -> ReadIncomplete:
    return ReadIncomplete(code, _spelt(INCOMPLETE[code], details), details)


def empty(code: str, **details: str) -> SuspiciouslyEmpty:
    return SuspiciouslyEmpty(code, EMPTY[code], details)
