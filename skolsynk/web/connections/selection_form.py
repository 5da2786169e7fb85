"""The form of a selection: whole lists as ticks, filters as rows, and what must be said to save it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

from django import forms
from django.http import QueryDict

from skolsynk.core.connection import Mode, Selection
from skolsynk.core.filters import ROLES, Filter
from skolsynk.core.ss12000.user import UserFields
from skolsynk.core.vendor import Vendor
from skolsynk.sync.connections import LONGEST_REASON
from skolsynk.web.connections import labels
from skolsynk.web.connections.rows import Line, Raw, RowForm, Units, kinds, posted_of, raw_from, raw_of
from skolsynk.web.words import words

NO_UNITS, ALL_UNITS = "units_none", "units_all"


class Asked(NamedTuple):
    """What the form must know of connection and visitor."""

    vendor: Vendor
    mode: Mode
    units: Units  # (code, name) of the tenant's units, and of those that the selection names without their being so
    saved: Selection
    version: int
    owner: bool


class SelectionForm(forms.Form):
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1)
    school_units = forms.MultipleChoiceField(
        label=words("Skolenheter", "School units"), widget=forms.CheckboxSelectMultiple, required=False
    )
    roles = forms.MultipleChoiceField(
        label=words("Roller", "Roles"),
        choices=tuple(labels.ROLES.items()),
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    group_types = forms.MultipleChoiceField(
        label=words("Klasser och grupper", "Classes and groups"),
        help_text=words("De slag som leverantören tar emot.", "The kinds that the vendor takes."),
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    fields_on = forms.MultipleChoiceField(
        label=words("Frivilliga uppgifter om personer", "Optional facts about people"),
        help_text=words(
            "Skicka bara det som leverantören behöver. Namn och användarnamn skickas alltid.",
            "Send only what the vendor needs. Name and user name are always sent.",
        ),
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    organisation = forms.BooleanField(
        label=words("Skicka huvudmannen", "Send the school authority"),
        help_text=words("Namn och organisationsnummer.", "Name and organisation number."),
        required=False,
    )
    school_unit_groups = forms.BooleanField(
        label=words("Skicka grupper av skolenheter", "Send groups of school units"),
        help_text=words("Till exempel rektorsområden.", "Principals' areas, for example."),
        required=False,
    )
    include_protected = forms.BooleanField(
        label=words("Skicka även personer med skyddad identitet", "Send people with protected identity too"),
        required=False,
    )
    empty = forms.BooleanField(
        label=words("Ja, ingen ska skickas", "Yes, nobody is to be sent"),
        help_text=words(
            "Urvalet tar inte med någon. Det som finns hos leverantören föreslås då bort och väntar på godkännande.",
            "The selection takes nobody. What the vendor holds is then proposed for removal and waits for approval.",
        ),
        required=False,
    )
    wait = forms.BooleanField(
        label=words("Skicka inget förrän någon har tittat på planen", "Send nothing until somebody has seen the plan"),
        help_text=words(
            "Anslutningens egna körningar pausas i sju dygn, eller tills någon släpper pausen.",
            "The connection's own runs pause for seven days, or until somebody ends the pause.",
        ),
        required=False,
    )
    reason = forms.CharField(
        label=words("Varför ändras urvalet?", "Why is the selection changed?"),
        help_text=words("Syns i historiken. Skriv inga namn.", "Shown in the history. Write no names."),
        max_length=LONGEST_REASON,
        required=False,
    )

    def __init__(self, asked: Asked, data: QueryDict | None = None, initial: Mapping[str, Any] | None = None) -> None:
        super().__init__(data, initial={"version": asked.version, **(initial or {})})
        self.asked = asked
        self.use_required_attribute = False
        self._choose("school_units", asked.units)
        self._choose("group_types", [(kind, labels.GROUP_TYPES[kind]) for kind in asked.vendor.group_types])
        optional = [name for name in UserFields._fields if name not in asked.vendor.required_fields]
        self._choose("fields_on", [(name, _field(name)) for name in optional])
        self._drop("organisation", "Organisation" in asked.vendor.types)
        self._drop("school_unit_groups", "SchoolUnitGroup" in asked.vendor.types)
        self._drop("wait", asked.mode is not Mode.OFF)
        protected = self.fields["include_protected"]
        protected.disabled = not asked.owner
        protected.help_text = _about_protected(asked.owner)

    def _choose(self, name: str, choices: Sequence[tuple[str, str]]) -> None:
        made = self.fields[name]
        assert isinstance(made, forms.MultipleChoiceField)
        made.choices = choices

    def _drop(self, name: str, keep: bool) -> None:
        if not keep:
            del self.fields[name]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        turned_on = given.get("include_protected") and not self.asked.saved.include_protected
        if turned_on and not given.get("reason", "").strip():
            self.add_error("reason", words("Säg varför de får skickas.", "Say why they may be sent."))
        elif self.asked.mode is Mode.LIVE and not given.get("reason", "").strip():
            self.add_error(
                "reason",
                words("Säg varför: anslutningen är i skarpt läge.", "Say why: the connection is live."),
            )
        return given


def _field(name: str) -> str:
    return f"{labels.FIELDS[name]} – {labels.FIELD_USES[name]}"


def _about_protected(owner: bool) -> str:
    text_sv = "Deras namn och skola lämnar då era system. Gör det bara om ni har prövat det för varje person."
    text_en = "Their names and school then leave your systems. Do so only if you have considered each person."
    if owner:
        return words(text_sv, text_en)
    return words(f"{text_sv} Bara en ägare får ändra det här.", f"{text_en} Only an owner may change this.")


@dataclass
class Draft:
    """The whole form with its rows, as it is shown."""

    asked: Asked
    form: SelectionForm
    blocks: list[list[RowForm]] = field(default_factory=list)
    nots: list[RowForm] = field(default_factory=list)
    focus: str = ""  # where a reader goes on: prefix of a row, or id of a heading

    @property
    def kinds(self) -> list[tuple[str, str]]:
        return kinds()

    @property
    def locked(self) -> list[tuple[str, str]]:
        """(field, label) that the vendor demands: always sent."""
        return [(name, labels.FIELDS[name]) for name in self.asked.vendor.required_fields]

    def selection(self) -> Selection | None:
        """What was typed as a selection; None with what is wrong beside each field."""
        sound = self.form.is_valid()
        blocks = [[row.filter() for row in block] for block in self.blocks]
        nots = [row.filter() for row in self.nots]
        found = [_whole(block) for block in [*blocks, nots]]
        if not sound or any(rows is None for rows in found):
            return None
        *filters, not_filters = (tuple(rows or ()) for rows in found)
        return replace(self._lists(), filters=tuple(filters), not_filters=not_filters)

    def _lists(self) -> Selection:
        given, saved = self.form.cleaned_data, self.asked.saved
        on = set(given["fields_on"]) | set(self.asked.vendor.required_fields)
        return replace(
            saved,
            school_units=tuple(given["school_units"]),
            roles=tuple(role for role in ROLES if role in given["roles"]),
            group_types=tuple(given["group_types"]),
            fields=UserFields(**{name: name in on for name in UserFields._fields}),
            organisation=given.get("organisation", saved.organisation),
            school_unit_groups=given.get("school_unit_groups", saved.school_unit_groups),
            include_protected=given["include_protected"] if self.asked.owner else saved.include_protected,
        )

    @property
    def errors(self) -> int:
        """How many things are wrong in it."""
        return len(self.form.errors) + sum(len(row.errors) for row in self.rows)

    @property
    def rows(self) -> Iterable[RowForm]:
        return (*(row for block in self.blocks for row in block), *self.nots)


def _whole(rows: Sequence[Filter | None]) -> list[Filter] | None:
    found = [row for row in rows if row is not None]
    return found if len(found) == len(rows) else None


def adopted(asked: Asked, other: Selection) -> Selection:
    """Another vendor's selection as this vendor could have it; what was decided of single people stays."""
    kinds = tuple(kind for kind in other.group_types if kind in asked.vendor.group_types)
    demanded = dict.fromkeys(asked.vendor.required_fields, True)
    return replace(
        other,
        group_types=kinds,
        fields=other.fields._replace(**demanded),
        exclusions=asked.saved.exclusions,
        include_protected=asked.saved.include_protected,
    )


def of_selection(asked: Asked, selection: Selection) -> Draft:
    """The form as it begins: what is saved, or copied from another vendor."""
    initial = {
        "school_units": selection.school_units,
        "roles": selection.roles,
        "group_types": selection.group_types,
        "fields_on": [name for name, on in selection.fields._asdict().items() if on],
        "organisation": selection.organisation,
        "school_unit_groups": selection.school_unit_groups,
        "include_protected": selection.include_protected,
    }
    raw = raw_of(selection.filters, selection.not_filters)
    return _drawn(asked, SelectionForm(asked, initial=initial), raw, judged=False)


def judged(asked: Asked, posted: QueryDict) -> Draft:
    """What was posted, to be counted or saved."""
    return _drawn(asked, SelectionForm(asked, posted), raw_from(posted), judged=True)


def as_typed(asked: Asked, posted: QueryDict) -> Draft:
    """What was posted, shown again without being judged."""
    form = SelectionForm(asked)
    many = {name for name, made in form.fields.items() if isinstance(made, forms.MultipleChoiceField)}
    given: dict[str, Any] = {
        name: posted.getlist(name) if name in many else posted.get(name, "") for name in form.fields
    }
    if not asked.owner:
        given["include_protected"] = asked.saved.include_protected
    return _drawn(asked, SelectionForm(asked, initial=given), raw_from(posted), judged=False)


def rearranged(asked: Asked, posted: QueryDict, action: str) -> QueryDict:
    """What was posted with a row more or less, or other units ticked."""
    raw, data = raw_from(posted), posted.copy()
    verb, *where = action.split(":")
    places = [int(place) for place in where if place.isdecimal() and len(place) < 4]
    if verb == "row" and len(places) == 1 and places[0] < len(raw.blocks):
        _add(raw.blocks[places[0]], posted.get(f"add-b{places[0]}", ""))
    elif verb == "block":
        _add_block(raw, posted.get("add-block", ""))
    elif verb == "not":
        _add(raw.nots, posted.get("add-not", ""))
    elif verb == "drop" and len(places) == 2:
        _drop(raw, *places)
    elif verb == "drop_not" and len(places) == 1:
        raw.nots = [line for place, line in enumerate(raw.nots) if place != places[0]]
    elif verb in (ALL_UNITS, NO_UNITS):
        data.setlist("school_units", [code for code, _ in asked.units] if verb == ALL_UNITS else [])
    return posted_of(data, raw)


def focus_after(action: str, draft: Draft) -> str:
    """A new row takes the focus; where one went away, the heading above does."""
    verb, *where = action.split(":")
    rows = {"not": draft.nots, "block": draft.blocks[-1] if draft.blocks else []}.get(verb, [])
    if verb == "row" and where and where[0].isdecimal() and int(where[0]) < len(draft.blocks):
        rows = draft.blocks[int(where[0])]
    if rows:
        return rows[-1].prefix or ""
    return {"drop": "conditions", "drop_not": "exceptions"}.get(verb, "")


def _add(lines: list[Line], kind: str) -> None:
    if kind in dict(kinds()):
        lines.append(Line(kind, {}))


def _add_block(raw: Raw, kind: str) -> None:
    if kind in dict(kinds()):
        raw.blocks.append([Line(kind, {})])


def _drop(raw: Raw, block: int, row: int) -> None:
    if block < len(raw.blocks):
        raw.blocks[block] = [line for place, line in enumerate(raw.blocks[block]) if place != row]
        raw.blocks = [lines for lines in raw.blocks if lines]


def _drawn(asked: Asked, form: SelectionForm, raw: Raw, *, judged: bool) -> Draft:
    return Draft(
        asked,
        form,
        [
            [RowForm(line, f"b{block}-{row}", asked.units, judged=judged) for row, line in enumerate(lines)]
            for block, lines in enumerate(raw.blocks)
        ],
        [RowForm(line, f"n{row}", asked.units, judged=judged) for row, line in enumerate(raw.nots)],
    )
