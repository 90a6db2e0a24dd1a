"""Scenarios: how they are read, and the cards that come of them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from stuntcard.card import pkcs15
from stuntcard.card.factory_ca import ca_certificate
from stuntcard.card.view import view
from stuntcard.cli.listing import ListForm
from stuntcard.cli.listing import scenario_listing as listing
from stuntcard.cli.scenario_texts import shown
from stuntcard.messages import Messages
from stuntcard.policy.state import Origin
from stuntcard.profile.load import ProfileError, shipped_directory
from stuntcard.profile.model import CodeStatus, Language
from stuntcard.running.scenarios import ScenarioRefusedError, built_card
from stuntcard.scenario.build import Built, UnreachableError, build
from stuntcard.scenario.load import (
    ScenarioFileError,
    load_scenario,
    parse_scenario,
    scenario_names,
)

ROOT = Path(__file__).parents[3]
NAMES = scenario_names()
HEAD = "schema: 1\nprofile: proid-q\ntitle: {en: a, cs: b, sl: c}\ntext: {en: a, cs: b, sl: c}\nsource: PQ-06\n"


def made(text: str, head: str = HEAD) -> Built:
    return build(parse_scenario((head + text).encode(), "mine.yaml"))


def mistake(text: str, head: str = HEAD) -> str:
    with pytest.raises(ScenarioFileError) as raised:
        made(text, head)
    return str(raised.value)


def states(built: Built) -> dict[str, tuple[str, int]]:
    return {name: (code.status.value, code.tries_left) for name, code in built.card.state.codes.items()}


# Those that come with Stuntcard


def test_there_are_scenarios_of_every_card() -> None:
    assert len(NAMES) >= 30
    profiles = [load_scenario(name).profile.id for name in NAMES]
    assert {profile: profiles.count(profile) >= 7 for profile in profiles} == dict.fromkeys(
        ("eobcanka", "proid-q", "tokenme", "zzzs-pk"), True
    )
    assert all(name.startswith(f"{profile}-") for name, profile in zip(NAMES, profiles, strict=True))


@pytest.mark.parametrize("name", NAMES)
def test_a_shipped_scenario_says_what_it_is_in_every_language_and_what_comes_of_it(name: str) -> None:
    scenario = load_scenario(name).scenario
    for text in (scenario.title, scenario.text):
        assert len({text.en, text.cs, text.sl}) == 3
    assert scenario.shown_by
    assert scenario.expect.state
    assert len(name) <= 40


def test_their_facts_are_known() -> None:
    known = set(
        re.findall(r"[A-Z]{2}-\d{2}", "".join(p.read_text("utf-8") for p in (ROOT / "profiles").glob("*.yaml")))
    )
    prefixes = {"proid-q": "PQ", "tokenme": "TM", "eobcanka": "EO", "zzzs-pk": "PK"}
    for name in NAMES:
        named = load_scenario(name)
        assert all(fact.startswith(prefixes[named.profile.id]) for fact in named.scenario.source), name
    assert known


def test_the_page_has_them_all() -> None:
    page = (ROOT / "docs" / "scenarios.md").read_text("utf-8")
    table = page.partition("<!-- table -->\n")[2].partition("\n<!-- end of table -->")[0]
    assert table == listing(None, "en", "markdown"), "put there what `stuntcard scenario list --markdown` writes"


def test_the_same_card_comes_out_byte_for_byte() -> None:
    first, second = (build(load_scenario("proid-q-cc-area-full-of-expired")).card.content for _ in range(2))
    assert first.files == second.files
    assert first.state == second.state


# The state comes about by the law


def test_what_nobody_speaks_of_works() -> None:
    built = made("codes: {pin: blocked}")
    assert states(built) == {"pin": ("blocked", 0), "puk": ("set", 5), "qpin": ("set", 3)}
    assert not built.card.state.codes["puk"].must_change


def test_codes_have_the_tries_marks_and_values_that_are_wanted() -> None:
    built = made("codes:\n  pin: 2\n  puk: {tries: 1, value: '11223344'}\n  qpin: {must_change: true}")
    assert states(built) == {"pin": ("set", 2), "puk": ("set", 1), "qpin": ("set", 3)}
    assert {name: code.must_change for name, code in built.card.state.codes.items()} == {
        "pin": False,
        "puk": False,
        "qpin": True,
    }
    assert built.values == {"pin": "12345678", "puk": "11223344", "qpin": "12345678"}


def test_a_forgotten_value_is_not_told_and_not_guessed() -> None:
    built = made("codes: {iok: {forgotten: true}}", HEAD.replace("proid-q", "eobcanka"))
    assert "iok" not in built.values
    assert built.card.content.values["iok"] not in (b"1234", b"0000", b"1111")
    assert built.values["dok"] == "1234"


def test_a_dead_card_is_one_whose_codes_were_blocked() -> None:
    built = made("card: dead")
    assert built.card.state.dead
    assert set(states(built).values()) == {("blocked", 0)}


def test_actors_and_the_register_are_part_of_the_way() -> None:
    built = made("codes: {bok: 1}\nparts: {identification: lost}", HEAD.replace("proid-q", "eobcanka"))
    assert built.card.state.codes["bok"].tries_left == 1
    assert built.card.state.lost == {"identification"}
    assert built.card.state.codes["pin"].status is CodeStatus.SET


@pytest.mark.parametrize(
    ("profile", "text", "says"),
    [
        ("proid-q", "card: dead\ncodes: {pin: set}", "pin=set"),
        ("proid-q", "codes: {pin: not_set}", "pin=not_set"),
        ("proid-q", "codes: {pin: blocked, puk: blocked, qpin: blocked}\ncard: whole", "card=whole"),
        ("eobcanka", "codes: {dok: blocked, iok: set}", "iok=set"),
        ("eobcanka", "codes: {puk: set, dok: not_set}", "dok=not_set"),
        ("zzzs-pk", "codes: {tpin: set, kpep-pin: set}", "kpep-pin=set"),
        ("zzzs-pk", "codes: {kpep-pin: {must_change: true}}", "kpep-pin.must_change=true"),
        ("eobcanka", "codes: {pin: not_set}\nareas: {general: [{id: '20', label: k}]}", "general=1 unpaired"),
    ],
)
def test_a_state_that_no_card_comes_to_is_refused_with_the_reason(profile: str, text: str, says: str) -> None:
    named = parse_scenario((HEAD.replace("proid-q", profile) + text).encode(), "mine.yaml")
    with pytest.raises(UnreachableError):
        build(named)
    for language in Language:
        with pytest.raises(ScenarioRefusedError) as raised:
            built_card(named, Messages(language))
        assert says in str(raised.value)


def test_a_changed_code_can_not_be_one_still_to_be_changed() -> None:
    said = mistake("codes: {pin: {must_change: true, value: '4711'}}")
    reason = "a code whose value was changed is no longer one that still has to be changed"
    assert said == f"mine.yaml:6:9: codes.pin: no card can be so: {reason}"


def test_a_code_that_nothing_changes_keeps_its_value() -> None:
    said = mistake("codes: {pep-puk: {value: '11111111'}}", HEAD.replace("proid-q", "zzzs-pk"))
    assert said.endswith("no card can be so: nothing changes this code's value; it has the factory's")


# Keys and certificates


AREAS = """
holder: TEST Jana
areas:
  cc:
    - {id: "21", label: qualified, certificate: {status: revoked, qualified: true}}
    - {id: "22", label: gone, key: deleted, certificate: expired}
  general:
    - {id: "10", label: from a file, key: imported, certificate: valid}
    - {id: "11", label: request}
    - {id: "12", label: left over, listed: false}
"""


def test_keys_and_certificates_are_where_and_what_is_wanted() -> None:
    card = made(AREAS).card
    keys = view(card.profile, card.content).keys
    assert [(key.area, key.origin, key.paired, key.listed, key.identifier) for key in keys] == [
        ("cc", Origin.MADE, True, True, "21"),
        ("cc", None, False, False, "22"),
        ("general", Origin.IMPORTED, True, True, "10"),
        ("general", Origin.MADE, False, True, "11"),
        ("general", Origin.MADE, False, False, None),
    ]


def test_certificates_are_the_test_cas_for_the_keys_on_the_card() -> None:
    built = made(AREAS)
    ca = x509.load_der_x509_certificate(ca_certificate("mine"))
    for one in built.objects:
        if one.certificate is None:
            continue
        certificate = x509.load_der_x509_certificate(one.certificate)
        certificate.verify_directly_issued_by(ca)
        assert certificate.public_key() == one.private.public_key()
        assert "CN=TEST Jana" in certificate.subject.rfc4514_string()
        assert "TEST" in certificate.issuer.rfc4514_string()
        assert certificate.serial_number == one.serial
        assert any(file.content == one.certificate for file in built.card.files.files.values())
    by_id = {one.wanted.id: one for one in built.objects}
    ends = {
        identifier: x509.load_der_x509_certificate(one.certificate).not_valid_after_utc.year
        for identifier, one in by_id.items()
        if one.certificate is not None
    }
    assert ends == {"21": 2046, "22": 2025, "10": 2046}
    assert built.revoked_serials == (by_id["21"].serial,)
    assert len({one.serial for one in built.objects if one.serial is not None}) == 3


QC_STATEMENTS, QC_SSCD = "1.3.6.1.5.5.7.1.3", bytes.fromhex("06060400 8E460104")


@pytest.mark.parametrize(("key", "on_device"), [("made", True), ("imported", False)])
def test_only_a_key_made_on_the_card_has_a_certificate_that_says_so(key: str, on_device: bool) -> None:
    built = made(f"areas: {{cc: [{{id: '21', label: q, key: {key}, certificate: {{qualified: true}}}}]}}")
    (one,) = built.objects
    assert one.certificate is not None
    extensions = x509.load_der_x509_certificate(one.certificate).extensions
    (statements,) = [e.value.public_bytes() for e in extensions if e.oid.dotted_string == QC_STATEMENTS]
    assert (QC_SSCD in statements) is on_device


def test_the_directories_are_read_as_a_clients_are() -> None:
    card = made(AREAS).card
    (private,) = pkcs15.directory_files(card.files, pkcs15.PRIVATE_KEYS)
    (certificates,) = pkcs15.directory_files(card.files, pkcs15.CERTIFICATES)
    entries = pkcs15.read_keys(pkcs15.PRIVATE_KEYS, [private.content])
    assert entries is not None
    assert [(entry.reference, entry.identifier.hex()) for entry in entries] == [(0, "21"), (2, "10"), (3, "11")]
    assert pkcs15.read_certificates([certificates.content]) == frozenset({b"\x21", b"\x22", b"\x10"})


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (
            "areas: {cc: [{id: '21', label: a}, {id: '22', label: b}, {id: '23', label: c}]}",
            "mine.yaml:6:58: areas.cc.2: no card can be so: the area 'cc' has 2 places, and takes no more keys",
        ),
        (
            "areas: {pep: [{id: '21', label: a}]}",
            "areas.pep: this area is closed: it holds what it left the factory with, and nothing else can be stored",
        ),
        ("areas: {general: [{id: '21', label: a}]}\nholder: Jana", "holder: TEST is not in it"),
        (
            "areas: {cc: [{id: '21', label: a}], general: [{id: '21', label: b}]}",
            "areas.general.0.id: another object has id 21 already",
        ),
        ("areas: {cc: [{id: '21', label: a, listed: false, certificate: valid}]}", "was made on the card, and has no"),
        ("areas: {cc: [{id: '21', label: a, key: deleted}]}", "nothing is left of it without a certificate"),
    ],
)
def test_objects_that_can_not_be_are_refused(text: str, says: str) -> None:
    assert says in mistake(text, HEAD.replace("proid-q", "zzzs-pk") if "pep:" in text else HEAD)


def test_a_token_takes_what_fits() -> None:
    objects = ", ".join(f"{{id: '0{n}', label: k, certificate: valid}}" for n in range(1, 5))
    said = mistake(f"areas: {{general: [{objects}]}}", HEAD.replace("proid-q", "tokenme"))
    assert "areas.general.3: no card can be so: the card takes no more files: not enough memory" in said


# How files are read


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("colour: red", "mine.yaml:6:1: colour: is not a key that a scenario has here"),
        ("codes: {pan: set}", "mine.yaml:6:9: codes.pan: there is no code 'pan'; expected one of: pin, puk, qpin"),
        ("codes: {pin: 4}", "codes.pin.tries: pin has 3 tries at most"),
        ("codes: {pin: {state: set, tries: 1}}", "give `state` or `tries`"),
        ("codes: {pin: {value: '123'}}", "codes.pin.value: does not fit the code's own rule"),
        ("codes: {pin: {value: '12345', forgotten: true}}", "a forgotten value is not told"),
        ("codes: {pin: {state: not_set, value: '12345'}}", "a code that is not set has no value"),
        ("parts: {pep: lost}", "there is no part 'pep'; this profile has no parts"),
        ("areas: {qualified: []}", "there is no area 'qualified'; expected one of: cc, general"),
        ("expect: {codes.pin.tries: 3}", "did you mean codes.pin.tries_left"),
        ("expect: {exchange: {command: LOGIN}}", "there is no command LOGIN"),
        ("expect: {exchange: {code: pan}}", "there is no code 'pan' on the chip"),
        ("expect: {exchange: {status: '1234'}}", "expect.exchange"),
        ("faults: ['ins=20 act=explode']", "faults.0: act=explode can't be understood"),
        ("faults: ['code=pan act=tear']", "faults.0: code=pan: ProID+Q has no such code"),
    ],
)
def test_a_mistake_in_a_file_is_told_with_its_place(text: str, says: str) -> None:
    assert says in mistake(text)


def test_a_scenario_shows_something() -> None:
    assert "it shows nothing; give `source`" in mistake("", HEAD.replace("source: PQ-06\n", ""))


def test_the_profile_may_be_a_file_beside_the_scenario(tmp_path: Path) -> None:
    profile = (shipped_directory() / "proid-q.yaml").read_text("utf-8").replace("id: proid-q", "id: mine")
    (tmp_path / "card.yaml").write_text(profile, encoding="utf-8")
    (tmp_path / "trouble.yaml").write_text(HEAD.replace("proid-q", "card.yaml") + "codes: {pin: blocked}")
    named = load_scenario(str(tmp_path / "trouble.yaml"))
    assert (named.name, named.profile.id) == ("trouble", "mine")
    assert build(named).card.state.blocked("pin")
    (tmp_path / "card.yaml").write_text(profile + "colour: red\n", encoding="utf-8")
    with pytest.raises(ProfileError, match="colour"):
        load_scenario(str(tmp_path / "trouble.yaml"))


def test_a_profile_that_is_not_there_is_told_at_its_place() -> None:
    assert "mine.yaml:2:1: profile: there is no profile 'proidq'" in mistake("", HEAD.replace("proid-q", "proidq"))
    assert "mine.yaml:2:1: profile: can't be read: No such file" in mistake("", HEAD.replace("proid-q", "no.yaml"))


def test_a_name_may_leave_the_profile_out_where_it_is_clear() -> None:
    assert load_scenario("full").name == "tokenme-full"
    assert load_scenario("puk-last-try", "proid-q").name == "proid-q-puk-last-try"
    with pytest.raises(FileNotFoundError, match=r"several .* give one of: eobcanka-puk-last-try, proid-q-puk-last-try"):
        load_scenario("puk-last-try")
    with pytest.raises(FileNotFoundError, match=r"there is no scenario 'fulll'; (did you mean|see)"):
        load_scenario("fulll")


# In words


@pytest.mark.parametrize(("language", "title"), [("en", "Token full"), ("cs", "Plný token"), ("sl", "Poln ključek")])
def test_a_list_in_each_language(language: str, title: str) -> None:
    lines = listing("tokenme", language, "text").splitlines()
    assert [title] == [line.split(maxsplit=1)[1] for line in lines if line.startswith("tokenme-full ")]
    assert all(line.startswith("tokenme-") for line in lines)


@pytest.mark.parametrize("form", ["json", "markdown"])
def test_a_list_for_programs_and_pages(form: ListForm) -> None:
    text = listing("zzzs-pk", "en", form)
    assert "zzzs-pk-as-delivered" in text
    assert "proid-q" not in text
    assert form == "markdown" or isinstance(yaml.safe_load(text), list)


def test_a_scenario_shown() -> None:
    text = shown("proid-q-hand-over-pending", "en", as_json=False)
    assert "PIN has 3 tries left. Its value is 12345678." in text
    assert re.search(
        r"CC area: 21 TEST qualified old: key made on the card, certificate revoked by its CA \(.*\)", text
    )
    assert "[PQ-23, PQ-25]" in text
    card = yaml.safe_load(shown("proid-q-hand-over-pending", "en", as_json=True))
    assert len(card["revoked_serials"]) == 1
    assert card["state"]["areas"]["cc"]["used"] == 2
    assert "Hodnotu nikdo nezná." in shown("eobcanka-iok-forgotten", "cs", as_json=False)
    assert "Koda" not in shown("zzzs-pk-both-parts-lost", "sl", as_json=False).splitlines()[0]


def test_a_key_is_rsa_that_every_client_can_use_where_nothing_else_is_asked_for() -> None:
    text = 'areas: {cc: [{id: "21", label: a, certificate: valid}, {id: "22", label: b, algorithm: ec-p256}]}\n'
    rsa_key, ec_key = (one.private for one in made(text).objects)
    assert isinstance(rsa_key, rsa.RSAPrivateKey)
    assert isinstance(ec_key, ec.EllipticCurvePrivateKey)
    assert (rsa_key.key_size, ec_key.curve.name) == (2048, "secp256r1")
