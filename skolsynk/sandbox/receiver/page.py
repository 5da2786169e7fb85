"""A page that shows what the receiver holds for each client. All text is escaped: names come from outside."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from html import escape

from skolsynk.sandbox.receiver.resources import SHAPES
from skolsynk.sandbox.receiver.tenant import Answer, Tenant

SHOWN_REQUESTS = 20
SHOWN_CLASSES = 200
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
}
STYLE = """body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#1b1b1b}
table{border-collapse:collapse;margin:.5rem 0 1rem}th,td{text-align:left;padding:.2rem 1rem .2rem 0;
border-bottom:1px solid #ccc}.n{text-align:right;font-variant-numeric:tabular-nums}"""
TEXTS = {
    False: {
        "lang": "sv",
        "title": "Sandlådans mottagare",
        "lead": "En låtsad leverantör på den här datorn. Här syns vad varje klient har skickat.",
        "other": '<a href="/?lang=en" lang="en">In English</a>',
        "type": "Typ",
        "count": "Antal",
        "classes": "Klasser och grupper",
        "name": "Namn",
        "kind": "Slag",
        "members": "Elever",
        "requests": "Senaste anropen",
        "time": "Tid (UTC)",
        "request": "Anrop",
        "status": "Svar",
        "cut": "bruten",
        "nothing": "Inget ännu.",
        "more": "fler",
    },
    True: {
        "lang": "en",
        "title": "The sandbox receiver",
        "lead": "A make-believe vendor on this machine. This is what each client has sent.",
        "other": '<a href="/" lang="sv">På svenska</a>',
        "type": "Type",
        "count": "Count",
        "classes": "Classes and groups",
        "name": "Name",
        "kind": "Kind",
        "members": "Pupils",
        "requests": "Latest requests",
        "time": "Time (UTC)",
        "request": "Request",
        "status": "Answer",
        "cut": "cut",
        "nothing": "Nothing yet.",
        "more": "more",
    },
}


def page(tenants: Iterable[Tenant], *, english: bool) -> Answer:
    """The whole page as an answer to GET /."""
    words = TEXTS[english]
    sections = "".join(_section(tenant, words) for tenant in tenants)
    html = (
        f'<!DOCTYPE html><html lang="{words["lang"]}"><head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width"><title>{words["title"]}</title><style>{STYLE}</style>'
        f"</head><body><h1>{words['title']}</h1><p>{words['lead']} {words['other']}</p>{sections}</body></html>"
    )
    return Answer(200, html.encode(), "text/html; charset=utf-8", HEADERS)


def _section(tenant: Tenant, words: dict[str, str]) -> str:
    client = tenant.client
    counts = [(endpoint, str(len(tenant.objects[endpoint]))) for endpoint in SHAPES]
    groups, hidden = _groups(tenant)
    more = f"<p>+ {hidden} {words['more']}</p>" if hidden else ""
    return (
        f"<section><h2>{escape(client.name)} ({escape(client.temperament)})</h2>"
        f"{_table((words['type'], words['count']), counts, 'n', words)}"
        f"<h3>{words['classes']}</h3>"
        f"{_table((words['name'], words['kind'], words['members']), groups, 'n', words)}{more}"
        f"<h3>{words['requests']}</h3>"
        f"{_table((words['time'], words['request'], words['status']), _requests(tenant, words), 'n', words)}</section>"
    )


def _groups(tenant: Tenant) -> tuple[Sequence[tuple[str, ...]], int]:
    held = tenant.held().get("StudentGroups", {})
    rows = []
    for body in held.values():
        assert isinstance(body, dict)
        members = body.get("studentMemberships") or []
        rows.append((str(body.get("displayName")), str(body.get("studentGroupType", "")), str(len(members))))
    rows.sort()
    return rows[:SHOWN_CLASSES], max(0, len(rows) - SHOWN_CLASSES)


def _requests(tenant: Tenant, words: dict[str, str]) -> Sequence[tuple[str, ...]]:
    latest = list(tenant.log)[-SHOWN_REQUESTS:][::-1]
    return [
        (
            datetime.fromtimestamp(entry.at, UTC).strftime("%H:%M:%S"),
            f"{entry.verb} {entry.path}",
            str(entry.status or words["cut"]),
        )
        for entry in latest
    ]


def _table(heads: tuple[str, ...], rows: Sequence[tuple[str, ...]], last: str, words: dict[str, str]) -> str:
    if not rows:
        return f"<p>{words['nothing']}</p>"
    head = "".join(f'<th scope="col">{name}</th>' for name in heads)
    body = "".join(
        "<tr>"
        + "".join(f"<td>{escape(cell)}</td>" for cell in row[:-1])
        + f'<td class="{last}">{escape(row[-1])}</td></tr>'
        for row in rows
    )
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
