"""A linter made for it (pkilint) finds nothing unexplained in certificates, by EN 319 412-2, -3 and -5."""

from __future__ import annotations

import json
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from cardtools.ca.office.service import open_service
from cardtools.common.protocol import Applicant, CertificateProfile
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding

from tests.programs import run
from tests.unit.cardtools.ca.cards import Issuer
from tests.unit.cardtools.ca.running_ca import JANA, settings_for

pytestmark = pytest.mark.own_module

_LINTER = Path(sys.executable).with_name("lint_etsi_cert")
_CLERK = JANA.model_copy(update={"organisation": "Obec Lhota", "identifier": "PNOCZ-8351121234"})
_TOWN = Applicant(name="Obec Lhota", e_mail="urad@example.org", identifier="NTRCZ-00123456")
_PERSON, _ORGANISATION = "NCP-NATURAL-PERSON-CERTIFICATE", "NCP-LEGAL-PERSON-CERTIFICATE"
_ON_DEVICE = "QCP-N-QSCD-EIDAS-FINAL-CERTIFICATE"

_MIXED_USE = {
    # A commercial certificate is one for all: its holder logs in, signs e-mail, and is encrypted to (type F of
    # EN 319 412-2, 4.3.2), which the standard allows and would rather not see.
    "etsi.en_319_412_2.nat-4.3.2-1.mixed_key_usage_setting": "WARNING",
}
_ON_THIS_MACHINE = {
    # The CA is on the reader's own machine, where certificates can name no public host …
    "etsi.internal_domain_name": "ERROR",
}
_WITHOUT_TLS = {
    # … and without TLS, so that its disclosure statement is not at an https address. At one, both are gone.
    "etsi.en_319_412_5.gen-4.3.4.url_scheme_not_https": "ERROR",
}
_BEHIND_TLS = {
    # The CA has one address. Where that is an https address, the list of revoked certificates is there as well.
    "etsi.en_319_412_2.gen-4.3.11-4.http_or_ldap_crldp_distribution_point_uri_missing": "ERROR",
}
_CASES = [
    (CertificateProfile.COMMERCIAL, JANA, False, _PERSON, _MIXED_USE),
    (CertificateProfile.COMMERCIAL, _CLERK, False, _PERSON, _MIXED_USE),
    (CertificateProfile.QUALIFIED, JANA, False, _PERSON, {}),
    (CertificateProfile.QUALIFIED, JANA, True, _ON_DEVICE, {}),
    (CertificateProfile.QUALIFIED, _CLERK, True, _ON_DEVICE, {}),
    (CertificateProfile.SEAL, _TOWN, False, _ORGANISATION, {}),
    (CertificateProfile.SEAL, _TOWN, True, _ORGANISATION, {}),
]


@pytest.mark.parametrize("url", ["https://ca.example.org", "http://127.0.0.1:8629"])
@pytest.mark.parametrize(("profile", "who", "on_device", "kind", "explained"), _CASES)
def test_nothing_is_found_that_is_not_explained(
    tmp_path: Path,
    url: str,
    profile: CertificateProfile,
    who: Applicant,
    on_device: bool,
    kind: str,
    explained: dict[str, str],
) -> None:
    file = _issued(tmp_path, url, profile, who, on_device=on_device)
    if url.startswith("https:"):
        explained = explained | _BEHIND_TLS
    else:
        explained = explained | _ON_THIS_MACHINE
        if profile is not CertificateProfile.COMMERCIAL:
            explained = explained | _WITHOUT_TLS
    assert _findings(file, kind) == explained


def test_the_linter_would_find_something(tmp_path: Path) -> None:
    """Jana's certificate, judged as an organisation's."""
    file = _issued(tmp_path, "https://ca.example.org", CertificateProfile.QUALIFIED, JANA, on_device=False)
    assert "etsi.en_319_412_3.leg-4.2.1-2.organization_identifier_attribute_absent" in _findings(file, _ORGANISATION)


def _issued(folder: Path, url: str, profile: CertificateProfile, who: Applicant, *, on_device: bool) -> Path:
    """The file of a certificate that a CA at this address issues."""
    service = open_service(settings_for(folder, Issuer(), url))
    key, life = rsa.generate_private_key(65537, 2048).public_key(), timedelta(days=365)
    certificate = service.authority.issue(profile, who, key, on_device=on_device, at=service.clock(), life=life)
    file = folder / "certificate.pem"
    file.write_bytes(certificate.public_bytes(Encoding.PEM))
    return file


def _findings(file: Path, kind: str) -> dict[str, str]:
    """What the linter finds of warnings and worse, with their severity."""
    done = run(_LINTER, "lint", "-t", kind, "-s", "WARNING", "-f", "JSON", file, timeout=120)
    assert not done.stderr, done.stderr
    found = json.loads(done.stdout)["results"]
    return {
        description["code"]: description["severity"]
        for result in found
        for description in result["finding_descriptions"]
    }
