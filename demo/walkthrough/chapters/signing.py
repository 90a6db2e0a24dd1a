"""A PDF is signed with the card's qualified key, and three programs that know nothing of each other validate it."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import httpx
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from fpdf import FPDF

from demo.walkthrough.answers import StoryError
from demo.walkthrough.chapters.common_steps import JANA, QPIN
from demo.walkthrough.chapters.first_certificate import FIRST
from demo.walkthrough.stage import Stage, Typing
from demo.walkthrough.story import Chapter, Step, World
from demo.walkthrough.words import say

_PYHANKO = ("pyhanko", "--config", "pyhanko.yml")
_ON_CARD = ("pkcs11", "--p11-setup", "card", "contract.pdf")
_TYPED_QPIN = Typing("PKCS#11 user PIN: ", QPIN, say("typed-of-jana", code="QPIN"))
_CHECK_CMS = (
    "openssl cms -verify -cades -binary -inform der -in {pdf}.sig0 -content signed-part -CAfile chain.pem -purpose any"
    " -out /dev/null"
)
_PATIENCE = 60.0

_CONFIGURATION = """\
pkcs11-setups:
  card:
    module-path: {module}
    token-criteria:
      label: ProID+Q (QPIN)
    key-id: "{identifier}"
    cert-id: "{identifier}"
    # Every use of a key in the CC area takes QPIN once more.
    signing-pin-mode: reauthenticate
validation-contexts:
  training:
    trust: ca/root.pem
    trust-replace: true
    other-certs: issuer.pem
"""


def _prepare(stage: Stage, world: World) -> None:
    folder = stage.bench.folder
    sentence = stage.words.text("contract")
    (folder / "contract.pdf").write_bytes(_document(sentence))
    stage.note(say("note-document"), sentence)

    stage.note(say("note-issuer"), f"{world.ca_url}/issuer/qualified")
    issuer = _fetched(f"{world.ca_url}/issuer/qualified")
    (folder / "issuer.pem").write_bytes(issuer)
    stage.shell("cat issuer.pem ca/root.pem >chain.pem")
    stage.shell("openssl x509 -in issuer.pem -noout -subject -issuer", shows=["TEST Stuntcard Training Qualified CA"])

    identifier = stage.objects().identifier(world.serials[FIRST])
    configuration = _CONFIGURATION.format(identifier=identifier, module=stage.bench.pkcs11_module)
    (folder / "pyhanko.yml").write_text(configuration)
    stage.note(say("note-configuration"), configuration)


def _document(sentence: str) -> bytes:
    document = FPDF()
    document.set_creation_date(datetime(2026, 1, 1, tzinfo=UTC))
    document.add_page()
    document.set_font("helvetica", size=20)
    document.cell(text=sentence)
    return bytes(document.output())


def _fetched(url: str) -> bytes:
    """A certificate, from DER to PEM."""
    try:
        answer = httpx.get(url, timeout=_PATIENCE, trust_env=False).raise_for_status()
    except httpx.HTTPError as error:
        raise StoryError(f"The CA does not give its certificate: {error}") from error
    return x509.load_der_x509_certificate(answer.content).public_bytes(Encoding.PEM)


def _sign_b_b(stage: Stage, world: World) -> None:
    stage.do(
        *_PYHANKO, "sign", "addsig", "--field", "Signature", "--use-pades", *_ON_CARD, "b-b.pdf", typing=[_TYPED_QPIN]
    )
    _check_signed(stage, world, "b-b.pdf")
    stage.check(say("found-pades"), b"/ETSI.CAdES.detached" in _content(stage, "b-b.pdf"))


def _sign_b_lt(stage: Stage, world: World) -> None:
    stage.do(
        *_PYHANKO, "sign", "addsig", "--field", "Signature", "--use-pades", "--timestamp-url", f"{world.ca_url}/tsa",
        "--with-validation-info", "--validation-context", "training", *_ON_CARD, "b-lt.pdf", typing=[_TYPED_QPIN],
    )  # fmt: skip
    _check_signed(stage, world, "b-lt.pdf")
    content = _content(stage, "b-lt.pdf")
    stage.check(say("found-dss"), b"/DSS" in content and b"/OCSPs" in content)


def _content(stage: Stage, name: str) -> bytes:
    return (stage.bench.folder / name).read_bytes()


def _check_signed(stage: Stage, world: World, name: str) -> None:
    stage.check(say("found-file", file=name), (stage.bench.folder / name).exists())
    stage.check(say("found-no-try-lost"), stage.card(world.sockets[JANA]).all_tries())


def _validate(stage: Stage, _world: World) -> None:
    validate = (*_PYHANKO, "sign", "validate", "--validation-context", "training")
    stage.do(*validate, "b-b.pdf", shows=["INTACT:TRUSTED"])
    stage.do(
        *validate, "--pretty-print", "b-lt.pdf",
        shows=[
            "Jana Nováková",
            "The signer's certificate is trusted.",
            "The timestamp token is cryptographically sound.",
            "The TSA certificate is trusted.",
            "The signature is judged VALID.",
        ],
    )  # fmt: skip


def _pdfsig(stage: Stage, _world: World) -> None:
    for name in ("b-b.pdf", "b-lt.pdf"):
        stage.do(
            "pdfsig", "-nocert", name,
            shows=["Jana Nováková", "ETSI.CAdES.detached", "Signature Validation: Signature is Valid."],
        )  # fmt: skip


def _openssl(stage: Stage, world: World) -> None:
    for name in ("b-b.pdf", "b-lt.pdf"):
        stage.do("pdfsig", "-dump", name, shows=[f"{name}.sig0"])
        first, second, third, fourth = _byte_range(_content(stage, name))
        stage.shell(f"(head -c {first + second} {name}; tail -c +{third + 1} {name} | head -c {fourth}) >signed-part")
        stage.shell(_CHECK_CMS.format(pdf=name), shows=["CAdES Verification successful"])
    certificate = f"{world.requests[FIRST]}.crt"
    stage.shell(
        f"openssl ocsp -issuer issuer.pem -cert {certificate} -CAfile ca/root.pem -url {world.ca_url}/ocsp",
        shows=["Response verify OK", f"{certificate}: good"],
    )


def _byte_range(pdf: bytes) -> tuple[int, int, int, int]:
    """Which bytes of the file are signed (ISO 32000-1, 12.8.1)."""
    found = re.search(rb"/ByteRange\s*\[\s*(\d+)\s+(\d+)\s+(\d+)\s+(\d+)", pdf)
    if found is None:
        raise StoryError("The signed PDF does not say which of its bytes are signed.")
    first, second, third, fourth = (int(number) for number in found.groups())
    return first, second, third, fourth


CHAPTER = Chapter(
    name="signing",
    needs=("first-certificate",),
    steps=(
        Step("prepare", _prepare),
        Step("sign-b-b", _sign_b_b),
        Step("sign-b-lt", _sign_b_lt),
        Step("validate", _validate),
        Step("pdfsig", _pdfsig),
        Step("openssl", _openssl),
    ),
)
