"""Certificates in files, and what enrolment needs to know of them."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from cryptography.hazmat.primitives.serialization import Encoding

from cardtools.common import certificates, foreign
from cardtools.common.certificates import CertificateFacts
from cardtools.common.small_files import read_small
from cardtools.enrol.errors import BadInputError

MAX_FILE = 64 * 1024
_KINDS_OF_KEYS = ("RSA ", "EC ")


def read_certificate(content: bytes) -> CertificateFacts:
    """Facts of a certificate in DER or PEM. Raises ValueError when it is none, or its key is neither RSA nor EC."""
    facts = certificates.read_certificate(certificates.der_of(content))
    if not facts.algorithm.startswith(_KINDS_OF_KEYS):
        raise ValueError("a key of a kind that no card here has")
    return facts


def certificate_in(path: Path) -> CertificateFacts:
    """The certificate in a file, DER or PEM. Raises BadInputError."""
    content = file_content(path)
    try:
        return read_certificate(content)
    except ValueError as error:
        raise BadInputError("file-no-certificate", file=str(path)) from error


def file_content(path: Path) -> bytes:
    """A small file's content. Raises BadInputError when it can't be read or is not small."""
    try:
        content = read_small(path, MAX_FILE)
    except OSError as error:
        raise BadInputError("file-unreadable", file=str(path), reason=error.strerror or str(error)) from error
    if len(content) > MAX_FILE:
        raise BadInputError("file-too-large", file=str(path), limit=str(MAX_FILE))
    return content


def write_new(path: Path, content: bytes) -> None:
    """Writes a file that is not there yet. Raises BadInputError."""
    try:
        with path.open("xb") as file:
            file.write(content)
    except FileExistsError as error:
        raise BadInputError("file-there", file=str(path)) from error
    except OSError as error:
        raise BadInputError("file-unwritable", file=str(path), reason=error.strerror or str(error)) from error


def as_pem(der: bytes) -> bytes:
    """A certificate in its text form."""
    return foreign.certificate(der).public_bytes(Encoding.PEM)


def now() -> datetime:
    """The present, in UTC."""
    return datetime.now(UTC)
