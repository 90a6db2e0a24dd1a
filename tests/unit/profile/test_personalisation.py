"""Keys from the factory, as a profile asks for them: what a mistake in it is told as."""

from __future__ import annotations

from pathlib import Path

import pytest
from stuntcard.profile.load import ProfileError, load_profile, parse_profile

PROFILES = Path(__file__).parents[3] / "profiles"


def mistakes(profile: str, *replacements: tuple[str, str]) -> list[str]:
    """What is said of a shipped profile with texts replaced, each the first time it stands there."""
    text = (PROFILES / f"{profile}.yaml").read_text(encoding="utf-8")
    for old, new in replacements:
        assert old in text
        text = text.replace(old, new, 1)
    with pytest.raises(ProfileError) as caught:
        parse_profile(text.encode(), "it.yaml")
    return [mistake.message for mistake in caught.value.mistakes]


def test_factory_keys_are_those_that_lie_in_an_area() -> None:
    assert [(key.id, key.area) for key in load_profile("zzzs-pk").factory_keys] == [("01", "pep"), ("02", "kpep")]
    assert [(key.id, key.area) for key in load_profile("eobcanka").factory_keys] == [("10", "identification")]
    assert load_profile("proid-q").factory_keys == load_profile("tokenme").factory_keys == ()


@pytest.mark.parametrize(
    ("profile", "old", "new", "message"),
    [
        (
            "zzzs-pk",
            "area: pep\n",
            "area: pip\n",
            "personalisation.keys.0.area: there is no area 'pip'; expected one of: pep, kpep",
        ),
        ("zzzs-pk", 'id: "02"', 'id: "01"', "personalisation.keys.1.id: another key has id 01 already"),
        (
            "zzzs-pk",
            "until: 2046-01-01",
            "until: 2026-01-01",
            "personalisation.keys.0.certificate.valid.until: is not after `from`",
        ),
        (
            "eobcanka",
            'eop_file: "0132"',
            'eop_file: "0001"',
            "personalisation.keys.1.certificate.eop_file: file 0001 is taken already",
        ),
        (
            "eobcanka",
            'eop_file: "0132"\n',
            "\n",
            "personalisation.keys.1: nothing shows this key; give an `area`, or an `eop_file` for its certificate",
        ),
        (
            "eobcanka",
            'serial: "5354554E54000003"',
            'serial: "5354554E540003"',
            "token.serial: the eop applet shows a serial number of 8 bytes",
        ),
        (
            "eobcanka",
            "organization: TEST eID",
            "organization: eID",
            "personalisation.keys.1.certificate.subject: "
            "no value has TEST in it; a certificate must never pass for that of a real person",
        ),
        (
            "zzzs-pk",
            "country: SI",
            "country: Slovenija",
            "personalisation.keys.0.certificate.subject: "
            "this: expected a country of two letters (ISO 3166), not 'Slovenija'",
        ),
    ],
)
def test_a_mistake_is_told_with_its_place(profile: str, old: str, new: str, message: str) -> None:
    assert mistakes(profile, (old, new)) == [message]


def test_the_eop_applet_needs_the_documents_number() -> None:
    assert mistakes("eobcanka", ('  document_number: "000000003"\n', "")) == [
        "applets.1: the eop applet shows the document's number; give personalisation.document_number",
        "personalisation.keys.0.certificate.serial: there is no personalisation.document_number",
    ]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("key_usage: [digital-signature]", "key_usage: [everything]"),
        ("algorithm: rsa-2048", "algorithm: rsa-1024"),
        ("common-name:", "nick-name:"),
        ('id: "01"', "id: 01"),
        ("{from: 2026-01-01,", "{from: 1926-01-01,"),
        ("seed: zzzs-pk", "seed: ''"),
    ],
)
def test_what_no_personalisation_can_say_is_refused(old: str, new: str) -> None:
    assert mistakes("zzzs-pk", (old, new))


def test_a_guard_that_is_not_on_the_chip_guards_no_key() -> None:
    found = mistakes("eobcanka", ("guard: iok", "guard: bok"))
    assert "personalisation.keys.0.area: the code that guards identification is not on the chip" in found
