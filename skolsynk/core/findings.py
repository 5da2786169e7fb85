"""Every finding in words: what it means, why it arises, and what to do about it in Google.

Texts take the finding's ``args`` by place: ``{0}`` is the first. No text names a person.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from skolsynk.core.school import Finding, Severity


class Entry(NamedTuple):
    severity: Severity  # the usual one; a finding may carry another
    title_sv: str
    title_en: str
    cause_sv: str
    cause_en: str
    fix_sv: str
    fix_en: str


class Explanation(NamedTuple):
    """One finding in one language."""

    severity: Severity
    title: str
    cause: str
    fix: str


_E, _W = Severity.ERROR, Severity.WARNING

CATALOGUE: Mapping[str, Entry] = {
    "no_school_unit": Entry(
        _E,
        "Skolenhet saknas",
        "No school unit",
        "Ingen regel säger vilken skolenhet personen i {0} hör till.",
        "No rule says which school unit the person in {0} belongs to.",
        "Flytta kontot till rätt organisationsenhet, fyll i fältet eller gruppen som anger skolenhet, "
        "eller lägg till en placeringsregel för {0}.",
        "Move the account to the right org unit, fill in the field or group that names the school unit, "
        "or add a placement rule for {0}.",
    ),
    "unknown_unit_code": Entry(
        _E,
        "Okänd skolenhet",
        "Unknown school unit",
        "”{0}” är varken kod, namn eller alias för någon av de skolenheter ni har valt.",
        "“{0}” is not the code, name or alias of any of the school units you have chosen.",
        "Rätta värdet i Google, välj skolenheten under Skolenheter, eller lägg till ”{0}” som alias i regeln.",
        "Correct the value in Google, choose the unit under School units, or add “{0}” as an alias in the rule.",
    ),
    "two_roles": Entry(
        _W,
        "Två roller",
        "Two roles",
        "Reglerna säger både {0} och {1}.",
        "The rules say both {0} and {1}.",
        "Ta bort personen ur den grupp, eller rätta det fält, som ger fel roll. "
        "Ska personen vara båda behövs två konton.",
        "Remove the person from the group, or correct the field, that gives the wrong role. "
        "Somebody who is both needs two accounts.",
    ),
    "missing_email": Entry(
        _E,
        "E-postadress saknas",
        "E-mail address missing",
        "Kontot har ingen primär e-postadress, och den behövs som användarnamn.",
        "The account has no primary e-mail address, which is needed as user name.",
        "Ge kontot en primär e-postadress i Googles administratörskonsol.",
        "Give the account a primary e-mail address in the Google Admin console.",
    ),
    "invalid_email": Entry(
        _E,
        "Ogiltig e-postadress",
        "Invalid e-mail address",
        "Kontots primära e-postadress har inte formen namn@domän.",
        "The account's primary e-mail address does not have the form name@domain.",
        "Rätta den primära e-postadressen i Googles administratörskonsol.",
        "Correct the primary e-mail address in the Google Admin console.",
    ),
    "name_missing": Entry(
        _E,
        "Namn saknas",
        "Name missing",
        "Kontot har varken förnamn eller efternamn.",
        "The account has neither a given name nor a family name.",
        "Fyll i namnet på kontot, eller i elevregistret om det är därifrån Google får det.",
        "Fill in the name on the account, or in the student register if Google gets it from there.",
    ),
    "name_incomplete": Entry(
        _W,
        "Förnamn eller efternamn saknas",
        "Given name or family name missing",
        "Kontot har bara den ena delen av namnet; det skickas med den del som finns.",
        "The account has only one part of the name; it is sent with the part that is there.",
        "Fyll i den del av namnet som saknas på kontot.",
        "Fill in the missing part of the name on the account.",
    ),
    "no_class": Entry(
        _W,
        "Elev utan klass",
        "Pupil without class",
        "Ingen klassregel träffar eleven i {0}; eleven skickas utan klass.",
        "No class rule catches the pupil in {0}, who is sent without a class.",
        "Lägg eleven i klassens organisationsenhet eller grupp, eller fyll i fältet för klass.",
        "Put the pupil in the org unit or group of the class, or fill in the field that names the class.",
    ),
    "no_school_year": Entry(
        _W,
        "Elev utan årskurs",
        "Pupil without school year",
        "Ingen årskursregel ger något svar för eleven; eleven skickas utan årskurs.",
        "No school year rule gives an answer for the pupil, who is sent without a school year.",
        "Kontrollera klassens namn, eller fältet för årskurs.",
        "Check the name of the class, or the field that holds the school year.",
    ),
    "class_without_unit": Entry(
        _E,
        "Klass utan skolenhet",
        "Class without school unit",
        "Klassen ”{0}” har ingen elev med skolenhet, och gruppens namn säger inte vilken skolenhet den hör till.",
        "The class “{0}” has no pupil with a school unit, and the group's name does not say where it belongs.",
        "Lägg elever i gruppen, eller låt mönstret peka ut skolenheten med delen (?P<unit>…).",
        "Add pupils to the group, or let the pattern point out the school unit with the part (?P<unit>…).",
    ),
    "duplicate_class_name": Entry(
        _W,
        "Samma klassnamn två gånger",
        "Same class name twice",
        "{1} organisationsenheter eller grupper på samma skolenhet kallas ”{0}”; deras elever skickas som en klass.",
        "{1} org units or groups of one school unit are called “{0}”; their pupils are sent as one class.",
        "Byt namn på den ena om det är två klasser. Är det samma klass, behåll bara den ena.",
        "Rename one of them if they are two classes. If they are the same class, keep only one.",
    ),
    "pupil_in_several_classes": Entry(
        _W,
        "Elev i flera klasser",
        "Pupil in several classes",
        "Eleven är med i {0}. Leverantörer som tar emot en klass per elev får bara en av dem.",
        "The pupil is in {0}. Vendors that take one class per pupil get only one of them.",
        "Ta bort eleven ur de klasser som inte stämmer.",
        "Remove the pupil from the classes that are wrong.",
    ),
    "pupil_at_several_units": Entry(
        _W,
        "Elev på flera skolenheter",
        "Pupil at several school units",
        "Fältet pekar ut skolenheterna {0}; eleven placeras på den första.",
        "The field points out the school units {0}; the pupil is placed at the first.",
        "Låt fältet bara ange den skolenhet där eleven går.",
        "Let the field name only the school unit that the pupil attends.",
    ),
    "teacher_without_employment": Entry(
        _W,
        "Lärare utan anställning på skolenheten",
        "Teacher without employment at the school unit",
        "Personen står som lärare i klassen ”{0}” men är placerad på en annan skolenhet; "
        "klassen skickas utan personen.",
        "The person is listed as teacher of the class “{0}” but placed at another school unit; "
        "the class is sent without the person.",
        "Placera läraren på skolenheten också (med fält eller grupp), eller ta bort läraren ur klassen.",
        "Place the teacher at the school unit too (by field or group), or remove the teacher from the class.",
    ),
    "teacher_from_other_unit": Entry(
        _W,
        "Lärare från en annan skolenhet",
        "Teacher from another school unit",
        "Personen undervisar i ”{0}” utan att vara placerad på gruppens skolenhet; gruppen skickas med personens "
        "anställning på den egna skolenheten.",
        "The person teaches “{0}” without being placed at the group's school unit; the group is sent with the "
        "person's employment at the own school unit.",
        "Inget behöver göras om det stämmer. Annars: placera läraren där också, eller ta bort läraren ur gruppen.",
        "Nothing needs doing if this is right. Otherwise place the teacher there too, or remove the teacher.",
    ),
    "protected_identity": Entry(
        _E,
        "Skyddade personuppgifter",
        "Protected identity",
        "En regel säger att personens uppgifter är skyddade. De skickas inte till någon leverantör.",
        "A rule says that the person's identity is protected. Nothing is sent to any vendor.",
        "Inget behöver göras. Upphör skyddet: ändra fältet, gruppen eller listan som anger det.",
        "Nothing needs doing. When the protection ends, change the field, group or list that states it.",
    ),
    "conflicting_groups": Entry(
        _W,
        "Grupper som säger olika",
        "Groups that disagree",
        "Personen är med i grupper som ger olika svar: {0}. Den regel som står först gäller.",
        "The person is a member of groups that give different answers: {0}. The rule listed first counts.",
        "Ta bort personen ur den grupp som inte stämmer.",
        "Remove the person from the group that is wrong.",
    ),
    "external_member": Entry(
        _W,
        "Medlemmar utanför katalogen",
        "Members from outside the directory",
        "Gruppen har {0} medlemmar som inte finns i er Google-katalog; de tas inte med.",
        "The group has {0} members who are not in your Google directory; they are not included.",
        "Lägg till deras konton i er domän i stället, om de ska vara med.",
        "Add their accounts in your own domain instead, if they are to be included.",
    ),
    "everyone_member": Entry(
        _W,
        "Gruppen omfattar alla",
        "The group includes everybody",
        "Gruppen har hela organisationen som medlem. Det räknas inte som medlemskap i en klass, roll eller skolenhet.",
        "The group has the whole organisation as a member. That does not count as belonging to a class, role or unit.",
        "Ta bort ”alla i organisationen” ur gruppen och lägg till dem som ska vara med.",
        "Remove “everyone in the organisation” from the group and add those who belong.",
    ),
    "group_cycle": Entry(
        _W,
        "Grupp som innehåller sig själv",
        "Group that contains itself",
        "Gruppen är medlem i sig själv, direkt eller genom andra grupper. Varje medlem räknas en gång.",
        "The group is a member of itself, directly or through other groups. Every member counts once.",
        "Ta bort den ena gruppen ur den andra.",
        "Remove one of the groups from the other.",
    ),
    "empty_class": Entry(
        _W,
        "Klass eller grupp utan elever",
        "Class or group without pupils",
        "”{0}” har inga elever som kan skickas.",
        "“{0}” has no pupils that can be sent.",
        "Lägg till elever, eller ta bort gruppen om den inte längre används.",
        "Add pupils, or delete the group if it is no longer used.",
    ),
    "group_not_found": Entry(
        _W,
        "Gruppen finns inte",
        "The group does not exist",
        "Regeln pekar på gruppen ”{0}”, som inte finns i Google.",
        "The rule points at the group “{0}”, which is not in Google.",
        "Rätta gruppens adress i regeln, eller skapa gruppen.",
        "Correct the group's address in the rule, or create the group.",
    ),
    "one_class": Entry(
        _W,
        "Leverantören tar emot en klass per elev",
        "The vendor takes one class per pupil",
        "Eleven är med i flera klasser. Hos den här leverantören behålls {0}; {1} skickas utan eleven.",
        "The pupil is in several classes. At this vendor {0} is kept; {1} is sent without the pupil.",
        "Ta bort eleven ur de klasser som inte stämmer, om det är fel klass som behålls.",
        "Remove the pupil from the classes that are wrong, if the wrong class is kept.",
    ),
    "one_school_unit": Entry(
        _W,
        "Leverantören tar emot en skolenhet per person",
        "The vendor takes one school unit per person",
        "Personen finns på flera skolenheter. Hos den här leverantören behålls {0}, där flest av personens grupper "
        "finns; {1} skickas utan personen.",
        "The person is at several school units. At this vendor {0} is kept, which has most of the person's groups; "
        "{1} is sent without the person.",
        "Inget behöver göras om det stämmer. Annars: ta bort personen ur de grupper som inte stämmer.",
        "Nothing needs doing if this is right. Otherwise remove the person from the groups that are wrong.",
    ),
    "class_name_extended": Entry(
        _W,
        "Leverantören behöver unika klassnamn",
        "The vendor needs unique class names",
        "Flera klasser kallas ”{0}”. Hos den här leverantören heter den här klassen ”{1}”.",
        "Several classes are called “{0}”. At this vendor this class is named “{1}”.",
        "Inget behöver göras. Ge klasserna olika namn om ni vill styra namnet själva.",
        "Nothing needs doing. Give the classes different names if you want to choose the name yourselves.",
    ),
    "required_field_missing": Entry(
        _E,
        "Uppgift som leverantören kräver saknas",
        "A field that the vendor requires is missing",
        "Leverantören kräver {0}, och personen har ingen sådan uppgift.",
        "The vendor requires {0}, which the person lacks.",
        "Fyll i uppgiften i Google, eller låt en regel ge den.",
        "Fill it in in Google, or let a rule supply it.",
    ),
}
"""{finding code: entry}"""

DECISIONS: Mapping[str, tuple[str, str]] = {
    "suspended": ("Kontot är avstängt i Google", "The account is suspended in Google"),
    "archived": ("Kontot är arkiverat i Google", "The account is archived in Google"),
    "excluded": ("En regel undantar personen", "A rule excludes the person"),
    "nobody": ("En regel säger att personen inte ska skickas", "A rule says that the person is not to be sent"),
    "no_role": ("Ingen regel ger personen en roll", "No rule gives the person a role"),
}
"""{decision code of an Outcome: (Swedish, English)}"""

_ROLES: Mapping[str, tuple[str, str]] = {
    "pupil": ("elev", "pupil"),
    "teacher": ("lärare", "teacher"),
    "staff": ("personal", "staff"),
    "nobody": ("ingen som ska skickas", "nobody to be sent"),
}
_MOST_ARGS = 2


def explain(finding: Finding, language: str) -> Explanation:
    """The finding in words; ``language`` is "sv" or "en". Raises KeyError for a code that is not catalogued."""
    entry, english = CATALOGUE[finding.code], language != "sv"
    args = [*finding.args, *["–"] * _MOST_ARGS]
    if finding.code == "two_roles":
        args = [_ROLES[arg][english] if arg in _ROLES else arg for arg in args]
    words = entry[2::2] if english else entry[1::2]
    title, cause, fix = (text.format(*args) for text in words)
    return Explanation(finding.severity, title, cause, fix)
