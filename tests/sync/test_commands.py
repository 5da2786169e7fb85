"""Every command as an operator meets it: exit codes, JSON, clear words, and no traceback whatever is typed."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import get_commands

from skolsynk.core.connection import Mode
from skolsynk.store import keys, load, save
from skolsynk.store.models import AuditEvent, Connection, Tenant
from skolsynk.sync import tables
from skolsynk.sync.command import DONE, FAILED, HELD, WRONG_USE
from tests.scenarios.theatre import SOME_DAY, Theatre, pupils, resource
from tests.sync.said import Said

Call = Callable[..., Said]
OWN = ("demo", "qa")  # the demo has tests of its own, and qa is how all of this is checked
OURS = sorted(name for name, app in get_commands().items() if app == "skolsynk.sync" and name not in OWN)
VENDOR = ("--vendor", "sandbox")
READING = [
    ("plan", *VENDOR), ("roster", *VENDOR), ("findings",), ("ledger", *VENDOR), ("ledger", *VENDOR, "--list"),
    ("mode", *VENDOR), ("rebuild_ledger", *VENDOR), ("identity", "export"), ("config", "export"),
    ("school_units", "match"), ("school_units", "search", "skolan"), ("rotate_keys",),
]  # fmt: skip
NEEDS = {
    "approve": (*VENDOR, "--all"), "discard": (*VENDOR, "--reason", "x"), "explain": ("nobody",),
    "identity": ("export",), "config": ("export",), "ledger": VENDOR, "mode": VENDOR, "plan": VENDOR,
    "push": VENDOR, "roster": VENDOR, "suggest_rules": (),
    "rebuild_ledger": VENDOR, "set_secret": (*VENDOR, "--mode", "test"), "unprovision": VENDOR, "sync": VENDOR,
    "findings": (), "read": (),
}  # fmt: skip
GARBAGE = ("", " ", "\x00", "\ud800", "é" * 5000, "'; drop table tenant;--", "../../../etc/passwd", "-1", "{}")


def test_the_list_below_misses_no_command() -> None:
    assert set(OURS) == {*NEEDS, "import_school_units", "school_units", "rotate_keys", "marketplace"}


def other_tenant() -> Tenant:
    """Somebody else's, with a connection to NE that the first tenant has not."""
    tenant_id = save.tenant("C9other99", "Annan kommun", at=SOME_DAY)
    save.connection(tenant_id, "ne", selection={"school_units": []}, guards={}, schedule={}, at=SOME_DAY)
    return Tenant.objects.get(pk=tenant_id)


# What is only looked at


@pytest.mark.parametrize("words", READING, ids=" ".join)
def test_looking_ends_in_done_and_speaks_json(stage: Theatre, command: Call, words: tuple[str, ...]) -> None:
    plain, found = command(*words), command(*words, "--json")
    assert (plain.code, found.code) == (DONE, DONE)
    assert plain.out
    assert isinstance(found.json, dict | list)


def test_roster_is_csv_in_either_form_and_recorded(stage: Theatre, command: Call) -> None:
    comma, semicolon = command("roster", *VENDOR).out, command("roster", *VENDOR, "--semicolon").out
    rows = list(csv.reader(io.StringIO(comma, newline="")))
    assert tuple(rows[0]) == tables.ROSTER_HEADER
    assert rows == list(csv.reader(io.StringIO(semicolon, newline=""), delimiter=";"))
    assert {row[1]: row[-1].encode() for row in rows[1:]} == stage.roster()
    assert AuditEvent.objects.filter(what="roster_exported").count() == 2


def test_findings_come_in_two_languages_and_by_code(stage: Theatre, command: Call) -> None:
    everything = command("findings", "--json", "--language", "en").json
    code = everything[0]["code"]
    some = command("findings", "--json", "--code", code).json
    assert len(some) == sum(row["code"] == code for row in everything)
    assert some[0]["title"] != everything[0]["title"]
    assert command("findings", "--code", "no_such_code").code == WRONG_USE


def test_ledger_shows_one_resource_and_records_it(stage: Theatre, command: Call) -> None:
    identifier = resource(stage, pupils(stage)[0])
    assert command("ledger", *VENDOR, "--id", identifier.upper(), "--json").json["externalId"] == identifier
    assert AuditEvent.objects.filter(what="payload_shown").count() == 1
    missing = command("ledger", *VENDOR, "--id", "00000000-0000-4000-8000-000000000000")
    assert (missing.code, missing.out) == (WRONG_USE, "")


def test_explain_answers_people_and_programs(stage: Theatre, command: Call) -> None:
    key = pupils(stage)[0]
    plain = command("explain", key, "--by", "support")
    assert plain.code == DONE
    assert "sandbox (test): would get this person; held there" in plain.out
    assert command("explain", key, "--json").json["vendors"][0]["vendor"] in ("binogi", "sandbox")
    assert set(AuditEvent.objects.filter(what="person_explained").values_list("who", flat=True)) == {
        "support",
        "command",
    }


def test_nothing_has_been_read_is_said_and_nothing_more(own_stage: Theatre, command: Call) -> None:
    for words in (
        ("plan", *VENDOR),
        ("push", *VENDOR),
        ("roster", *VENDOR),
        ("findings",),
        ("approve", *VENDOR, "--all"),
    ):
        said = command(*words)
        assert (said.code, said.out) == (FAILED, "")
        assert "Read the directory first" in said.err


# Garbage


@pytest.mark.parametrize("name", sorted(NEEDS))
def test_garbage_for_the_tenant_is_wrong_use(stage: Theatre, command: Call, name: str) -> None:
    for garbage in GARBAGE[2:]:
        said = command(name, *NEEDS[name], f"--tenant={garbage}")
        assert (said.code, said.out) == (WRONG_USE, ""), garbage
        assert said.err


@pytest.mark.parametrize("name", sorted(name for name, words in NEEDS.items() if VENDOR[0] in words))
def test_garbage_for_the_vendor_is_wrong_use(stage: Theatre, command: Call, name: str) -> None:
    for garbage in GARBAGE[2:]:
        said = command(name, *NEEDS[name], f"--vendor={garbage}")
        assert (said.code, said.out) == (WRONG_USE, ""), garbage
        assert said.err


@pytest.mark.parametrize(
    ("words", "option"),
    [
        (("plan", *VENDOR), "--mode"), (("plan", *VENDOR), "--today"), (("push", *VENDOR), "--today"),
        (("sync",), "--today"), (("roster", *VENDOR), "--today"), (("ledger", *VENDOR), "--id"),
        (("approve", *VENDOR), "--unit"), (("approve", *VENDOR), "--reason"), (("approve", *VENDOR), "--type"),
        (("approve", *VENDOR), "--id"), (("approve", *VENDOR), "--mode"), (("findings",), "--code"),
        (("findings",), "--language"), (("mode", *VENDOR, "off"), "--leave"), (("set_secret", *VENDOR), "--mode"),
        (("set_secret", *VENDOR, "--mode", "test"), "--address"),
        (("set_secret", *VENDOR, "--mode", "test"), "--requests-per-second"),
        (("set_secret", *VENDOR, "--mode", "test"), "--concurrency"),
        (("school_units", "correct", "99000001"), "--set"),
    ],
    ids=str,
)  # fmt: skip
def test_garbage_for_an_option_is_wrong_use(stage: Theatre, command: Call, words: tuple[str, ...], option: str) -> None:
    for garbage in GARBAGE[1:] if option in ("--id", "--address") else GARBAGE:
        said = command(*words, f"{option}={garbage}")
        assert (said.code, said.out) == (WRONG_USE, ""), garbage
        assert said.err


@pytest.mark.parametrize(
    "words",
    [
        ("explain",), ("config",), ("config", "delete"), ("identity", "import", "/no/such/file"),
        ("mode", *VENDOR, "on"),
        ("config", "check", "/no/such/file"), ("config", "import", "/"), ("identity", "import", "/"),
        ("approve", *VENDOR), ("approve", *VENDOR, "--all", "--unit", "99000001"), ("discard", *VENDOR),
        ("set_secret",), ("set_secret", *VENDOR), ("set_secret", "--mode", "test"), ("plan",), ("school_units",),
        ("plan", *VENDOR, "--today", "0001-01-01"), ("plan", *VENDOR, "--today", "9999-12-31"),
        ("school_units", "correct", "1"), ("school_units", "correct", "99000001"), ("import_school_units", "--bad"),
        ("approve", *VENDOR, "--all", "--by", "x" * 300), ("discard", *VENDOR, "--reason", "x" * 600),
    ],
    ids=" ".join,
)  # fmt: skip
def test_wrong_use_is_told_as_such(stage: Theatre, command: Call, words: tuple[str, ...]) -> None:
    said = command(*words)
    assert (said.code, said.out) == (WRONG_USE, "")
    assert said.err


@pytest.mark.parametrize("garbage", GARBAGE)
def test_explain_of_garbage_is_nobody(stage: Theatre, command: Call, garbage: str) -> None:
    assert command("explain", "--", garbage).code == WRONG_USE


@pytest.mark.parametrize("words", [("config", "export"), ("identity", "export")])
def test_a_file_that_cannot_be_written_is_told_of(stage: Theatre, command: Call, words: tuple[str, ...]) -> None:
    said = command(*words, "/no/such/folder/file")
    assert (said.code, said.out) == (FAILED, "")
    assert "cannot be written" in said.err


def test_bytes_that_are_no_text_are_told_of(stage: Theatre, command: Call, tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_bytes(b"\xff\xfe\x00")
    for words in (("config", "check"), ("identity", "import")):
        assert "cannot be read as UTF-8 text" in command(*words, str(file)).err


# Tenants apart


def test_another_tenants_connection_is_not_reached(stage: Theatre, command: Call) -> None:
    mine, other = Tenant.objects.get(), other_tenant()
    for name, words in NEEDS.items():
        if VENDOR[0] in words:
            said = command(name, *words, "--vendor", "ne", "--tenant", mine.customer_id)
            assert (said.code, said.out) == (WRONG_USE, ""), name
            assert "has no connection to 'ne'" in said.err
            assert command(name, *words, "--tenant", other.customer_id).code == WRONG_USE
    key = pupils(stage)[0]
    assert command("explain", key, "--tenant", other.customer_id).code in (WRONG_USE, FAILED)
    assert key not in command("identity", "export", "--tenant", other.customer_id).out


def test_with_several_tenants_one_must_be_named(stage: Theatre, command: Call) -> None:
    other_tenant()
    said = command("findings")
    assert said.code == WRONG_USE
    assert "say which with --tenant" in said.err


def test_without_any_tenant_that_is_said(empty: None, command: Call) -> None:
    assert "There is no tenant yet" in command("findings").err


# Configuration, identities, secrets


def test_config_goes_out_and_in_without_a_difference(stage: Theatre, command: Call, tmp_path: Path) -> None:
    file = tmp_path / "configuration.yaml"
    assert command("config", "export", str(file)).code == DONE
    assert file.read_text() == command("config", "export").out
    assert "Nothing differs" in command("config", "check", str(file)).out
    assert command("config", "check", str(file), "--json").json == {"sound": True, "diff": []}
    assert command("config", "import", str(file)).code == DONE


def test_config_shows_the_diff_and_imports_only_when_told_to(stage: Theatre, command: Call) -> None:
    text = command("config", "export").out.replace("name: Björkviks kommun", "name: Björkviks stad")
    asked = command("config", "import", "-", stdin=text)
    assert asked.code == WRONG_USE
    assert "+  name: Björkviks stad" in asked.out
    assert load.tenant(stage.tenant_id).name == "Björkviks kommun"
    done = command("config", "import", "--yes", "--by", "anna", "--reason", "nytt namn", "--json", stdin=text)
    assert (done.code, done.json["created"]) == (DONE, False)
    assert load.tenant(stage.tenant_id).name == "Björkviks stad"
    assert AuditEvent.objects.get(what="configuration_imported", who="anna").about["reason"] == "nytt namn"
    assert stage.connection().mode is Mode.TEST


def test_a_broken_configuration_is_wrong_use_with_every_problem(stage: Theatre, command: Call) -> None:
    said = command("config", "import", "--yes", stdin="tenant: {}\nsource: {}")
    assert (said.code, said.out) == (WRONG_USE, "")
    assert "tenant.name: is missing" in said.err
    assert "rules: is missing" in said.err


def test_identity_goes_out_and_in(stage: Theatre, command: Call, tmp_path: Path) -> None:
    file = tmp_path / "identity.csv"
    command("identity", "export", str(file))
    assert command("identity", "import", str(file), "--json").json["imported"] == 0
    assert command("identity", "import", stdin=file.read_text()).code == DONE
    bad = command("identity", "import", stdin="kind,source_key,id\nperson,1,2\n")
    assert bad.code == WRONG_USE
    assert "line 2: id is not a UUID" in bad.err


SECRET = "hemlig-nyckel-1234"  # invented


def test_set_secret_stores_and_never_repeats(stage: Theatre, command: Call) -> None:
    said = command("set_secret", *VENDOR, "--mode", "live", stdin=f"{SECRET}\n")
    assert said.code == DONE
    assert SECRET not in said.out + said.err
    assert load.endpoint(stage.connection().id, Mode.LIVE).api_key == SECRET
    assert SECRET not in str(list(AuditEvent.objects.values_list("about", flat=True)))


def test_an_empty_key_keeps_the_old_one(stage: Theatre, command: Call) -> None:
    words = ("set_secret", *VENDOR, "--mode", "live")
    command(*words, stdin=SECRET)
    address = "https://receiver.example/scim"
    command(*words, "--address", address, "--header", "X-Key", "--requests-per-second", "5", "--concurrency", "2")
    found = load.endpoint(stage.connection().id, Mode.LIVE)
    assert (found.api_key, found.address, found.header) == (SECRET, address, "X-Key")
    assert found.limits == {"requests_per_second": 5, "concurrency": 2}


@pytest.mark.parametrize("stdin", [f"{SECRET}\nrow", f"{SECRET}\x00", SECRET * 300, SECRET * 2000])
def test_what_is_no_key_is_refused_without_being_repeated(stage: Theatre, command: Call, stdin: str) -> None:
    said = command("set_secret", *VENDOR, "--mode", "live", stdin=stdin)
    assert said.code == WRONG_USE
    assert "Nothing was stored" in said.err
    assert SECRET not in said.out + said.err


@pytest.mark.parametrize(
    "words",
    [
        ("--address", "http://receiver.example"), ("--address", "https://user:pass@receiver.example"),
        ("--address", "http://[::1"), ("--address", "receiver.example"),
        ("--address", "https://r.example/" + "x" * 500),
        ("--header", "X Key"), ("--header", "X:"), ("--ca-file", "/no/such/file"), ("--requests-per-second", "nan"),
        ("--requests-per-second", "inf"), ("--requests-per-second=-1",), ("--concurrency", "0"),
        ("--concurrency", "100000"),
    ],
    ids=" ".join,
)  # fmt: skip
def test_set_secret_refuses_what_could_not_be_used(stage: Theatre, command: Call, words: tuple[str, ...]) -> None:
    before = load.endpoint(stage.connection().id, Mode.LIVE)
    said = command("set_secret", *VENDOR, "--mode", "live", *words, stdin=SECRET)
    assert said.code == WRONG_USE
    assert "Nothing was stored" in said.err
    assert load.endpoint(stage.connection().id, Mode.LIVE) == before


@pytest.mark.parametrize("stdin", ["", "{", "[]", '{"client_email": "a"}', "[" * 19_000, "x" * 30_000])
def test_what_is_no_service_account_is_refused(stage: Theatre, command: Call, stdin: str) -> None:
    said = command("set_secret", "--google", stdin=stdin)
    assert said.code == WRONG_USE
    assert "Nothing was stored" in said.err


def test_googles_key_is_stored_sealed(stage: Theatre, command: Call) -> None:
    account = json.dumps({"client_email": "a@b.example", "private_key": SECRET, "token_uri": "https://t.example"})
    said = command("set_secret", "--google", "--json", stdin=account)
    assert said.json == {"stored": "google"}
    assert SECRET not in said.out + said.err
    row = load.source(stage.tenant_id)
    assert row
    assert row.credentials == account


def test_an_account_that_iam_signs_for_is_stored_by_its_address(stage: Theatre, command: Call) -> None:
    assert command("set_secret", "--google", "--json", stdin="a@b.example\n").json == {"stored": "google"}
    row = load.source(stage.tenant_id)
    assert row
    assert row.credentials == "a@b.example"


def test_rotate_keys_wraps_every_tenants_key_under_the_first(
    stage: Theatre, command: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = settings.SKOLSYNK_KEYS
    monkeypatch.setattr(settings, "SKOLSYNK_KEYS", (bytes(range(1, 33)), *old))
    assert command("rotate_keys", "--json").json == {"rewrapped": 1}
    assert command("rotate_keys", "--json").json == {"rewrapped": 0}
    monkeypatch.setattr(settings, "SKOLSYNK_KEYS", settings.SKOLSYNK_KEYS[:1])
    assert keys.tenant_key(stage.tenant_id)
    assert command("ledger", *VENDOR, "--id", resource(stage, pupils(stage)[0])).code == DONE


def test_without_the_right_key_every_command_says_so(
    stage: Theatre, command: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "SKOLSYNK_KEYS", (bytes(range(2, 34)),))
    for words in (("findings",), ("rotate_keys",), ("set_secret", *VENDOR, "--mode", "test"), ("explain", "x")):
        said = command(*words, stdin=SECRET)
        assert (said.code, said.out) == (FAILED, ""), words
        assert "SKOLSYNK_KEYS" in said.err


def test_the_register_is_imported_from_a_file(empty: None, command: Call, tmp_path: Path) -> None:
    file = tmp_path / "register.csv"
    file.write_text(
        "school_unit_code,name,school_types,organizer_type,organization_number,organizer_name,municipality_code,"
        "municipality,email_domain,web_host\n"
        "99000001,Ekskolan,GR,Kommun,2120009999,Björkviks kommun,9999,Björkvik,bjorkvik.example,bjorkvik.example\n"
    )
    assert command("import_school_units", "--file", str(file), "--json").json["new"] == 1
    assert "Ekskolan" in command("school_units", "search", "ekskolan").out
    for broken in ("a,b\n1,2\n", ""):
        file.write_text(broken)
        said = command("import_school_units", "--file", str(file))
        assert (said.code, said.out) == (FAILED, "")
    assert command("import_school_units", "--file", str(tmp_path / "none")).code == FAILED
    assert len(load.register()) == 1


def test_a_mode_is_shown_and_refused_with_reasons(stage: Theatre, command: Call) -> None:
    assert command("mode", *VENDOR, "--json").json == {"vendor": "sandbox", "mode": "test"}
    said = command("mode", *VENDOR, "off")
    assert said.code == FAILED
    assert "--leave keep" in said.err
    assert command("mode", *VENDOR, "off", "--leave", "keep", "--json").json["after"] == "off"
    for name in ("plan", "push", "approve", "ledger", "unprovision", "discard", "rebuild_ledger"):
        off = command(name, *NEEDS[name])
        assert off.code == WRONG_USE, name
        assert "is off" in off.err
    assert "No connection is on" in command("sync", *VENDOR).err
    Connection.objects.update(mode="off")
    assert command("sync").code == WRONG_USE


def test_leaving_with_removal_is_held_and_says_how_to_go_on(stage: Theatre, command: Call) -> None:
    said = command("mode", *VENDOR, "off", "--leave", "remove")
    assert said.code == HELD
    assert "approve --vendor sandbox --mode test --unprovision --all" in said.out


class Keyboard(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(("typed", "code"), [("n\n", WRONG_USE), ("\n", WRONG_USE), ("j\n", DONE), ("YES\n", DONE)])
def test_at_a_terminal_an_import_asks(
    stage: Theatre, command: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, typed: str, code: int
) -> None:
    file = tmp_path / "configuration.yaml"
    file.write_text(command("config", "export").out.replace("name: Björkviks kommun", "name: Björkviks stad"))
    monkeypatch.setattr(io, "StringIO", Keyboard)  # what the command gets as standard input
    assert command("config", "import", str(file), stdin=typed).code == code
    assert load.tenant(stage.tenant_id).name.endswith("stad") is (code == DONE)
