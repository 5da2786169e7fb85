"""One rule: its form, what it would catch while it is typed, and its way into the draft."""

from __future__ import annotations

import re
from collections.abc import Mapping
from hashlib import blake2b
from typing import Any, NamedTuple

import orjson
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_POST

from skolsynk.core import swedish
from skolsynk.core.readmodel.examples import Examples, Seen, examples, lost_texts
from skolsynk.core.readmodel.opened import Opened
from skolsynk.core.readmodel.values import TreeNode
from skolsynk.core.rules import KINDS
from skolsynk.core.rules.classes import FieldClass
from skolsynk.core.rules.edit import with_rule
from skolsynk.core.rules.exclusion import ProtectedField, ProtectedPeople
from skolsynk.core.rules.role import FieldRole
from skolsynk.core.rules.ruleset import rules_of
from skolsynk.core.rules.shape import Rule, rule_to_json
from skolsynk.core.rules.units import Units
from skolsynk.store import load, save
from skolsynk.sync import drafting
from skolsynk.sync import rules as drafts
from skolsynk.sync.rules import Desk
from skolsynk.web.access import Visit, page
from skolsynk.web.rules import desk as shown
from skolsynk.web.rules import labels
from skolsynk.web.rules.asking import Choices
from skolsynk.web.rules.desk import News
from skolsynk.web.rules.forms import MOST_ROWS, RuleForm
from skolsynk.web.words import words

MOST_OFFERED = 1500  # of a list that the browser completes from
MOST_EXAMPLES = 12
MOST_KNOWN = 30  # rows that the directory fills in
MORE_ROWS = 5
OFFERED = re.compile(r"(\d{1,7}) (.+)\Z")


LOST: Mapping[str, str] = {
    "units": words("ingen av era skolenheter", "none of your school units"),
    "classes": words("ingen klass", "no class"),
    "role": words("ingen roll vald", "no role chosen"),
    "school_year": words("ingen årskurs", "no school year"),
    "groups": "",
    "never": "",
    "protected": "",
}
"""What is said of something that the rule reads and that means nothing"""


class Place(NamedTuple):
    """Which rule a form is about; ``at`` is None for a new one."""

    section: str
    kind: str
    at: int | None
    rule: Rule | None

    @property
    def mark(self) -> str:
        """Names the rule as it was when the form was made."""
        return mark_of(self.rule) if self.rule else ""


def mark_of(rule: Rule) -> str:
    return blake2b(orjson.dumps(rule_to_json(rule), option=orjson.OPT_SORT_KEYS), digest_size=8).hexdigest()


@page(read="editor", whole=True)
def add(request: HttpRequest, visit: Visit, *, section: str, kind: str) -> HttpResponse:
    """A new rule of one kind."""
    if kind not in KINDS.get(section, {}):
        raise Http404
    return _page(request, visit, Place(section, kind, None, None))


@page(read="editor", whole=True)
def edit(request: HttpRequest, visit: Visit, *, section: str, at: int) -> HttpResponse:
    """One rule of the draft, or of what is in force while there is no draft."""
    desk = drafts.desk(visit.tenant.id)
    found = rules_of(desk.rules, section) if section in KINDS else ()
    rule = found[at] if at < len(found) else None
    kind = request.POST.get("kind", "")
    if kind in KINDS.get(section, {}) and shown.is_stale(request, desk):  # other rules may stand there now
        return _page(request, visit, Place(section, kind, at if rule else None, rule))
    if rule is None:
        raise Http404
    return _page(request, visit, Place(section, rule.kind, at, rule))


def _page(request: HttpRequest, visit: Visit, place: Place) -> HttpResponse:
    desk = drafts.desk(visit.tenant.id)
    if desk.problems:
        return shown.broken(request, visit, desk, 409 if request.method == "POST" else 200)
    if request.method != "POST":
        if isinstance(place.rule, ProtectedPeople):
            save.audit(visit.tenant.id, visit.who, "protected_list_seen", {}, timezone.now())
        return _shown(request, visit, desk, place, _form(visit, desk, place))
    form = _form(visit, desk, place, request.POST)
    if request.POST.get("do") == "rows":
        return _shown(request, visit, desk, place, _with_rows(visit, desk, place, request.POST))
    if form.is_valid() and form.rule is not None:
        return _keep(request, visit, desk, place, form, form.rule)
    return _shown(request, visit, desk, place, form, status=422)


def _keep(request: HttpRequest, visit: Visit, desk: Desk, place: Place, form: RuleForm, rule: Rule) -> HttpResponse:
    """Into the draft; where something else is there now, nothing is written over it."""
    if _is_there(desk, place, rule, request.POST.get("mark", "")):
        return shown.to(visit, "rules")  # a second click
    if shown.is_stale(request, desk):
        return _late(request, visit, desk, place, form)
    wanted = with_rule(desk.rules, place.section, rule, place.at)
    if not drafts.write(visit.tenant.id, desk, wanted, who=visit.who, at=timezone.now()):
        return _late(request, visit, drafts.desk(visit.tenant.id), place, form)
    messages.success(request, words("Regeln står i utkastet.", "The rule is in the draft."))
    return shown.to(visit, "rules")


def _is_there(desk: Desk, place: Place, rule: Rule, mark: str) -> bool:
    """Whether the draft has the rule already, as a form that is sent twice would leave it."""
    found = rules_of(desk.rules, place.section)
    if place.at is None:
        return desk.draft is not None and bool(found) and found[-1] == rule
    return found[place.at] == rule and mark != mark_of(rule)


def _late(request: HttpRequest, visit: Visit, desk: Desk, place: Place, form: RuleForm) -> HttpResponse:
    """What was typed stays in the form, now about the same rule wherever it stands, or else a new one."""
    found = rules_of(desk.rules, place.section)
    mark = request.POST.get("mark", "")
    at = next((at for at, rule in enumerate(found) if mark == mark_of(rule)), None)
    now = place._replace(at=at, rule=found[at] if at is not None else None)
    return _shown(request, visit, desk, now, form, news=shown.moved_on(visit, desk), status=409)


# The form


def _form(visit: Visit, desk: Desk, place: Place, data: QueryDict | None = None) -> RuleForm:
    choices = _choices(visit, desk)
    if data is not None:
        return RuleForm(place.section, place.kind, choices, data, known=offered_in(data))
    initial = rule_to_json(place.rule) if place.rule else {}
    return RuleForm(place.section, place.kind, choices, None, initial, _known(visit, place, place.rule, ""))


def _with_rows(visit: Visit, desk: Desk, place: Place, data: QueryDict) -> RuleForm:
    """The form as it was typed, with the values of the chosen field and a few empty rows more."""
    typed = _form(visit, desk, place, data)
    rule = typed.rule if typed.is_valid() else None
    known = {**offered_in(data), **_known(visit, place, rule, data.get("field", ""))}
    return RuleForm(place.section, place.kind, _choices(visit, desk), None, typed.typed(), known, more=MORE_ROWS)


def offered_in(data: QueryDict) -> dict[str, int]:
    """What the form offered as rows: ``12 Rektor``; whoever leaves them alone means nothing by them."""
    found = [OFFERED.match(text) for text in data.getlist("offered")[:MOST_ROWS]]
    return {each[2]: int(each[1]) for each in found if each}


def _choices(visit: Visit, desk: Desk) -> Choices:
    units = {code: unit.name for code, unit in load.units(visit.tenant.id).items()}
    units |= {code: code for code in shown.choices_in(desk.rules, units.keys())}
    people = drafting.asked(visit.tenant.id, lambda model: model.people)

    def address(spelt: str) -> str:
        row = shown.row_of(people, spelt)
        return row.email or spelt if row else spelt

    def key(spelt: str) -> str:
        row = shown.row_of(people, spelt)
        return row.key if row else spelt

    return Choices(sorted(units.items(), key=lambda unit: swedish.sort_key(unit[1])), address, key)


def _known(visit: Visit, place: Place, rule: Rule | None, field: str) -> dict[str, int]:
    """{text: people} of rows that the directory has: values of the field, or names that no school unit answers to."""
    return drafting.asked(visit.tenant.id, lambda model: _known_to(model, visit, place, rule, field)) or {}


def _known_to(model: Opened, visit: Visit, place: Place, rule: Rule | None, field: str) -> dict[str, int]:
    if KINDS[place.section][place.kind] is FieldRole:
        path = rule.field if isinstance(rule, FieldRole) else field.strip()
        values = next((row.values for row in model.fields if row.path == path), ())
        return dict(values[:MOST_KNOWN])
    if rule is None:
        return {}
    return dict(list(lost_texts(examples(rule, _seen(visit, model))))[:MOST_KNOWN])


def _seen(visit: Visit, model: Opened) -> Seen:
    units = Units(load.units(visit.tenant.id))
    return Seen(model.tree, model.groups, model.fields, model.classes, units, model.today)


def _shown(
    request: HttpRequest,
    visit: Visit,
    desk: Desk,
    place: Place,
    form: RuleForm,
    *,
    news: News | None = None,
    status: int = 200,
) -> HttpResponse:
    about: dict[str, Any] = {
        "desk": desk,
        "place": place,
        "form": form,
        "kind": labels.KINDS[place.section, place.kind],
        "section": labels.SECTIONS[place.section],
        "number": (place.at or 0) + 1,
        "news": news,
        "action": _address(visit, place),
        **_offered(visit, form),
        **_previewed(visit, desk, place, form),
    }
    return render(request, "web/rules/rule.html", about, status=status)


def _address(visit: Visit, place: Place) -> str:
    if place.at is None:
        return visit.url("rules_add", section=place.section, kind=place.kind)
    return visit.url("rules_edit", section=place.section, at=place.at)


def _offered(visit: Visit, form: RuleForm) -> dict[str, Any]:
    """What the browser completes from: (text, people)."""
    return drafting.asked(visit.tenant.id, lambda model: _offered_by(model, form)) or {}


def _offered_by(model: Opened, form: RuleForm) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if {"org_unit", "under"} & set(form.keys):
        outer = sorted(model.tree, key=lambda node: node.depth)[:MOST_OFFERED]
        found["org_units"] = [(node.path, sum(node.below)) for node in sorted(outer, key=_path)]
    if "group" in form.keys:
        found["groups"] = [(row.email, row.members) for row in model.groups[:MOST_OFFERED]]
    if "field" in form.keys:
        known = {row.path: row.people for row in model.fields}
        usual = [(path, None) for path in labels.USUAL_FIELDS if path not in known]
        found["fields"] = [(path, labels.field_name(path), people) for path, people in (*known.items(), *usual)]
    return found


def _path(node: TreeNode) -> swedish.SortKey:
    return swedish.sort_key(node.path)


# What it would catch


@page(whole=True)
@require_POST
def preview(request: HttpRequest, visit: Visit, *, section: str, kind: str) -> HttpResponse:
    """What a rule that is being typed would do, before it is in the draft."""
    if kind not in KINDS.get(section, {}):
        raise Http404
    desk = drafts.desk(visit.tenant.id)
    at, found = request.POST.get("at", ""), rules_of(desk.rules, section)
    known = at.isdecimal() and len(at) < 6 and int(at) < len(found)
    place = Place(section, kind, int(at) if known else None, None)
    form = _form(visit, desk, place, request.POST)
    return render(request, "web/rules/_preview.html", _previewed(visit, desk, place, form))


def _previewed(visit: Visit, desk: Desk, place: Place, form: RuleForm) -> dict[str, Any]:
    """Context: how many the rule decides something of, what it sees, and what the draft would do with it."""
    rule = place.rule if not form.is_bound else form.rule if form.is_valid() else None
    if rule is None:
        return {"typed": form.is_bound}
    wanted = with_rule(desk.rules, place.section, rule, place.at)
    effect = shown.effect_of(visit, desk, wanted)
    at = place.at if place.at is not None else len(rules_of(wanted, place.section)) - 1
    found = drafting.asked(visit.tenant.id, lambda model: examples(rule, _seen(visit, model)))
    return {
        "rule_people": shown.people_of(effect.numbers if effect else None, place.section, at, rule),
        "everybody": effect.numbers.total if effect else 0,
        "effect": effect,
        "examples": _examples(place.section, rule, found),
        "is_read": effect is not None,
        "counted": True,
        "unit_names": {code: unit.name for code, unit in load.units(visit.tenant.id).items()},
        "desk": desk,
    }


def _examples(section: str, rule: Rule, found: Examples | None) -> dict[str, Any] | None:
    if found is None:
        return None
    by_role = isinstance(rule, FieldRole)
    told = (each._replace(part=str(labels.ROLES.get(each.part, ""))) if by_role else each for each in found.found)
    return {
        "shown": list(told)[:MOST_EXAMPLES],
        "number": len(found.found),
        "lost": LOST["units" if section in ("placement", "classes") and not isinstance(rule, FieldClass) else section],
        "missing": found.missing,
        "values": by_role or isinstance(rule, ProtectedField),  # nobody needs to have each of them
        "near": found.near,
    }
