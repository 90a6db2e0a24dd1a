"""Programs show a server the certificate that lies on a card, through each command set: what TLS can be had with it.

MyEID's recipes are in docs/clients.md, which test_docs.py runs.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_public_key
from cryptography.x509 import load_der_x509_certificate
from stuntcard.card.factory_ca import ca_certificate

from tests.clients.certificates import certify
from tests.clients.desk import PIN, Desk, desk_with_own_socket
from tests.clients.opensc import opensc_version, pkcs11_module
from tests.clients.piv_card import AUTHENTICATION, PivCard
from tests.clients.tls import CERTIFICATE, Holder, server_for, trust

pytestmark = pytest.mark.own_module

JAVA = (
    "-keystore", "NONE", "-storetype", "PKCS11", "-providerClass", "sun.security.pkcs11.SunPKCS11",
    "-providerArg", "java.cfg",
)  # fmt: skip


def certify_file(desk: Desk, public: str) -> None:
    """A certificate for the public key in a file, as the file CERTIFICATE, and whom all trust."""
    key = load_pem_public_key((desk.folder / public).read_bytes())
    assert isinstance(key, rsa.RSAPublicKey | ec.EllipticCurvePublicKey)
    desk.write(CERTIFICATE, certify(key, "Holder").public_bytes(Encoding.PEM))
    trust(desk)


@contextmanager
def with_piv(algorithm: str) -> Iterator[Holder]:
    """A TokenME as PIV, with a key for authentication."""
    with desk_with_own_socket("tokenme", applet="piv") as desk:
        card = PivCard(desk, PIN)
        certify_file(desk, card.generate(AUTHENTICATION, algorithm))
        card.with_pin("--action", "import-certificate", "--slot", AUTHENTICATION, "--input", CERTIFICATE)
        yield Holder(desk, "01", PIN)


@contextmanager
def with_gids() -> Iterator[Holder]:
    with desk_with_own_socket("tokenme", applet="gids") as desk:
        given = ("--verify-pin", "--auth-id", "80", "--pin", PIN)
        desk.tool("pkcs15-init", "--generate-key", "rsa/2048", "--label", "web", "--key-usage", "sign", *given)
        certify_file(desk, desk.public_key("00"))
        desk.tool("pkcs15-init", "--store-certificate", CERTIFICATE, "--id", "00", *given)
        yield Holder(desk, "00", PIN)


@contextmanager
def with_isoapplet(kind: str) -> Iterator[Holder]:
    with desk_with_own_socket("tokenme") as desk:
        desk.make_key("01", kind)
        certify_file(desk, desk.public_key("01"))
        given = ("--verify-pin", "--auth-id", "01", "--pin", PIN)
        desk.tool("pkcs15-init", "--store-certificate", CERTIFICATE, "--id", "01", *given)
        yield Holder(desk, "01", PIN)


def java_signs(holder: Holder, key: str, signature: str) -> str:
    """Java has the card sign a request for a certificate, which OpenSSL checks."""
    holder.desk.write("java.cfg", f"name = Stuntcard\nlibrary = {pkcs11_module()}\nslotListIndex = 0\n".encode())
    script = 'keytool -certreq "$@" | openssl req -verify -noout'
    asked = ("-alias", key, "-sigalg", signature, "-storepass", holder.pin)
    return holder.run("sh", "-c", script, "sh", *JAVA, *asked)


RSA_SIGNATURE, EC_SIGNATURE = "SHA256withRSA", "SHA256withECDSA"
PKCS1 = ("-client_sigalgs", "RSA+SHA256:ECDSA+SHA256")
"""What a server has to ask for where a card signs with PKCS#1 v1.5 alone: OpenSSL would rather have PSS."""


def let_in(holder: Holder, *versions: str) -> None:
    """All programs show the certificate, and the server finds it good."""
    with server_for(holder) as server:
        for version in versions:
            agreed = [program(version) for program in (server.curl, server.openssl, server.gnutls, server.nss)]
            assert agreed == [version] * 4
        assert server.java(versions[-1]) == versions[-1]


@pytest.mark.parametrize(("algorithm", "signature"), [("RSA2048", RSA_SIGNATURE), ("ECCP256", EC_SIGNATURE)])
def test_piv(algorithm: str, signature: str) -> None:
    with with_piv(algorithm) as holder:
        let_in(holder, "1.2", "1.3")
        assert "self-signature verify OK" in java_signs(holder, "Certificate for PIV Authentication", signature)


@pytest.mark.parametrize("kind", ["rsa/2048", "ec/prime256v1"])
def test_the_cards_own_command_set_from_opensc_0_24_on(kind: str) -> None:
    """Of an IsoApplet, 0.23 offers no PSS and no ECDSA over SHA-2."""
    with with_isoapplet(kind) as holder:
        if opensc_version() >= (0, 24):
            let_in(holder, "1.2", "1.3")
        else:
            with server_for(holder) as server:
                assert "Mechanism invalid" in server.openssl("1.3")


def test_gids_signs_as_tls_1_2_has_it_and_not_as_1_3() -> None:
    with with_gids() as holder:
        with server_for(holder, *PKCS1) as server:
            agreed = [program("1.2") for program in (server.curl, server.openssl, server.gnutls, server.nss)]
            assert agreed == ["1.2"] * 4
        with server_for(holder) as server:
            assert [program("1.2") for program in (server.gnutls, server.nss, server.java)] == ["1.2"] * 3
            assert "Mechanism invalid" in server.openssl("1.3")
            assert "Mechanism invalid" in server.openssl("1.2")
            assert server.openssl("1.2", "-sigalgs", "RSA+SHA256:ECDSA+SHA256") == "1.2"
        assert "self-signature verify OK" in java_signs(holder, "web", RSA_SIGNATURE)


@pytest.mark.opensc_driver("cedulauy")
def test_ias_signs_as_tls_1_2_has_it() -> None:
    with desk_with_own_socket("zzzs-pk") as desk:
        desk.certified_key("01")
        desk.write(CERTIFICATE, (desk.folder / "certificate.pem").read_bytes())
        holder = Holder(desk, "01", "1234")
        issuer = load_der_x509_certificate(ca_certificate("zzzs-pk"))
        trust(desk, issuer.public_bytes(Encoding.PEM))
        with server_for(holder, *PKCS1) as server:
            programs = (server.curl, server.openssl, server.gnutls, server.nss, server.java)
            assert [program("1.2") for program in programs] == ["1.2"] * 5
