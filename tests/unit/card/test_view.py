from __future__ import annotations

import json
from dataclasses import asdict, replace
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from stuntcard.card.content import factory_content
from stuntcard.card.keys import generate_ec
from stuntcard.card.view import name_in, view
from stuntcard.profile.load import load_profile
from stuntcard.profile.model import Language

from tests.unit.card.cards import PIN, PUK, QPIN, Client, certificate_entry, key_entry, logged_in, new_card, proid_q


def seen(client: Client) -> dict[str, Any]:
    """The view as the JSON that scripts read."""
    content: dict[str, Any] = json.loads(json.dumps(asdict(view(client.card.profile, client.card.content))))
    return content


def test_a_card_as_it_leaves_the_factory() -> None:
    shown = seen(Client())
    assert shown["profile"] == "proid-q"
    assert shown["serial"] == "5354554E54000001"
    assert shown["life_cycle"] == "operational"
    assert shown["codes"]["qpin"] == {
        "name": "QPIN",
        "reference": 3,
        "state": "set",
        "tries_left": 3,
        "tries_limit": 3,
        "tries_max": 3,
        "must_change": True,
        "min_length": 5,
        "max_length": 15,
        "one_use": True,
        "unblocked_by": "puk",
        "characters": "printable",
        "changeable": True,
        "names": {"en": "QPIN", "cs": "QPIN", "sl": "QPIN"},
    }
    cc_names = {"en": "CC area", "cs": "oblast CC", "sl": "območje CC"}
    general_names = {"en": "general area", "cs": "obecná oblast", "sl": "splošno območje"}
    cc = {"name": "CC area", "guard": "qpin", "places": 2, "used": 0, "names": cc_names}
    general = {"name": "general area", "guard": "pin", "places": None, "used": 0, "names": general_names}
    assert shown["areas"] == {"cc": cc, "general": general}
    assert shown["keys"] == []


def test_parts_and_all_else_are_named_in_each_language() -> None:
    client = Client(new_card(load_profile("zzzs-pk")))
    for _ in range(5):
        client.reset_code("pep-pin", "00000000", "4321")
    card = view(client.card.profile, client.card.content)
    assert [(part.name, part.lost) for part in card.parts.values()] == [("PEP", True), ("KPEP", False)]
    assert [name_in(card.parts["pep"], language) for language in Language] == ["PEP"] * 3
    other = view(load_profile("eobcanka"), factory_content(load_profile("eobcanka"))).parts["identification"]
    assert [name_in(other, language) for language in Language] == ["identification", "identifikace", "identifikacija"]
    assert [name_in(card.codes["pep-pin"], language) for language in Language] == [
        "PIN of PEP", "PIN k PEP", "PIN za PEP",
    ]  # fmt: skip
    assert name_in(replace(card.parts["pep"], names={}), Language("sl")) == "PEP"


def test_tries_and_marks_follow_the_card() -> None:
    client = Client()
    client.verify(PIN, "wrong")
    client.block(QPIN)
    client.change(PUK, "87654321", "8765432100")
    codes = seen(client)["codes"]
    assert [(codes[name]["state"], codes[name]["tries_left"], codes[name]["must_change"]) for name in codes] == [
        ("set", 2, True),
        ("set", 5, False),
        ("blocked", 0, True),
    ]


def test_keys_show_area_origin_and_pairing() -> None:
    client = logged_in(PIN)
    client.import_key(4, generate_ec(ec.SECP256R1()))
    client.verify(QPIN)
    client.make_key(5)
    client.list_keys(key_entry(5, b"\xab"))
    client.list_certificates(certificate_entry(b"\xab"))
    client.leave()
    shown = seen(client)
    assert shown["areas"]["cc"]["used"] == 1
    brought_in = {"number": 1, "area": "general", "origin": "imported", "paired": False, "listed": False}
    made = {"number": 2, "area": "cc", "origin": "made", "paired": True, "listed": True}
    no_rights = {"rights": {"code": None, "never": False, "consent": None}}
    assert shown["keys"] == [
        {**brought_in, "reference": 4, "identifier": None, **no_rights},
        {**made, "reference": 5, "identifier": "AB", **no_rights},
    ]


def test_a_certificate_without_its_key_shows_no_origin_and_can_not_be_named() -> None:
    client = logged_in(PIN, QPIN)
    client.make_key(5)
    client.list_keys(key_entry(5, b"\x45"))
    client.list_certificates(certificate_entry(b"\x45"))
    client.list_keys()
    client.leave()
    [key] = seen(client)["keys"]
    assert (key["origin"], key["paired"], key["reference"], key["identifier"]) == (None, False, None, "45")


def test_a_dead_card_is_seen_as_dead() -> None:
    client = Client()
    for reference in (PIN, PUK, QPIN):
        client.block(reference)
    shown = seen(client)
    assert shown["life_cycle"] == "dead"
    assert {code["state"] for code in shown["codes"].values()} == {"blocked"}


def test_no_secret_is_in_the_view() -> None:
    assert "12345678" not in json.dumps(seen(Client()))
    assert proid_q().codes["pin"].factory is not None
