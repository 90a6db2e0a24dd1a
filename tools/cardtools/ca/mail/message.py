"""Reading a signed e-mail: its sender, its signed content byte for byte, and its signature. Pure; nothing is checked.

Two forms are taken (RFC 8551, 3.5): `multipart/signed` with a detached signature, and `application/pkcs7-mime` with the
content inside. Only what is signed may be a message's content, so that nothing of the head but `From` is looked at.
"""

from __future__ import annotations

import binascii
import codecs
import quopri
import re
from dataclasses import dataclass, field
from email.message import Message
from email.parser import BytesHeaderParser
from email.policy import compat32
from email.utils import getaddresses

from cardtools.ca.errors import RefusedError
from cardtools.common.protocol import Problem
from cardtools.common.told import Value

SIZE_MAX = 64 * 1024
"""Bytes of a whole e-mail: a few lines of text, and a signature with its certificates."""

_SIGNATURE_TYPES = ("application/pkcs7-signature", "application/x-pkcs7-signature")
_SIGNED_DATA_TYPES = ("application/pkcs7-mime", "application/x-pkcs7-mime")
_HEAD_END = re.compile(rb"(?:\A|\r?\n)\r?\n")
_CHARSETS = {codecs.lookup(name).name for name in ("ascii", "utf-8", "iso-8859-1", "iso-8859-2", "cp1250", "cp1252")}
_MESSAGE_ID_MAX = 200


@dataclass(frozen=True, slots=True)
class SignedMessage:
    """An e-mail that says it is signed."""

    sender: str
    """The one address in `From`."""
    message_id: str
    """As far as it can be shown; empty when there is none. It is not signed."""
    signature: bytes = field(repr=False)
    """A CMS SignedData in its ContentInfo."""
    content: bytes | None = field(repr=False)
    """What a detached signature signs; None when the content is in the signature."""


def read(raw: bytes) -> SignedMessage:
    """Reads an e-mail (RFC 5322). Raises RefusedError."""
    if len(raw) > SIZE_MAX:
        raise _refused("mail-too-large", size=SIZE_MAX)
    try:
        head, body = _split(raw)
        sender, message_id = _sender(head), _message_id(head)
        kind = head.get_content_type()
        if kind == "multipart/signed":
            content, signature = _parts(head, body)
        elif kind in _SIGNED_DATA_TYPES:
            content, signature = None, _decoded(head, body)
        else:
            raise _refused("mail-unsigned")
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        # What the standard library's e-mail parser raises for heads that are not of the form of RFC 5322.
        raise _refused("mail-unreadable") from error
    return SignedMessage(sender, message_id, signature, content)


def text_of(content: bytes) -> str:
    """The text of a signed content. Raises RefusedError when it is anything but plain text."""
    try:
        head, body = _split(content)
        if (head.keys() or head.get_payload()) and "Content-Type" not in head:
            # Without a head and an empty line, the first lines of the text would be taken for the head.
            raise _refused("mail-content-unnamed")
        if head.get_content_type() != "text/plain":
            raise _refused("mail-not-plain")
        charset = codecs.lookup(str(head.get_content_charset("utf-8"))).name
        if charset not in _CHARSETS:
            raise _refused("mail-charset", charset=charset)
        return _decoded(head, body).decode(charset)
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        raise _refused("mail-text-unreadable") from error


def _split(raw: bytes) -> tuple[Message, bytes]:
    """Head and body of an entity. The parser is given the head only: a body of many nested parts is not followed."""
    end = _HEAD_END.search(raw)
    head, body = (raw, b"") if end is None else (raw[: end.start()], raw[end.end() :])
    return BytesHeaderParser(policy=compat32).parsebytes(head), body


def _sender(head: Message) -> str:
    lines = [str(line) for line in head.get_all("From", [])]
    addresses = [address for _, address in getaddresses(lines)]
    if len(lines) != 1 or len(addresses) != 1 or "@" not in addresses[0]:
        raise _refused("mail-one-sender")
    return addresses[0]


def _message_id(head: Message) -> str:
    text = str(head.get("Message-ID", "")).strip()
    return "".join(letter for letter in text if letter.isascii() and letter.isprintable())[:_MESSAGE_ID_MAX]


def _parts(head: Message, body: bytes) -> tuple[bytes, bytes]:
    """Content and signature of a `multipart/signed` (RFC 1847, 2.1)."""
    boundary = str(head.get_boundary("")).encode("ascii")
    line = re.compile(rb"(?:\A|\r?\n)--" + re.escape(boundary) + rb"(?P<last>--)?[ \t]*(?:\r?\n|\Z)")
    ends = list(line.finditer(body))
    if not boundary or [bool(end["last"]) for end in ends] != [False, False, True]:
        raise _refused("mail-not-text-and-signature")
    content, second = (body[ends[part].end() : ends[part + 1].start()] for part in (0, 1))
    signature_head, signature_body = _split(second)
    if signature_head.get_content_type() not in _SIGNATURE_TYPES:
        raise _refused("mail-not-smime")
    # Signed is the canonical form, whatever line ends the e-mail travelled with (RFC 8551, 3.1.1).
    return re.sub(rb"\r?\n", b"\r\n", content), _decoded(signature_head, signature_body)


def _decoded(head: Message, body: bytes) -> bytes:
    match str(head.get("Content-Transfer-Encoding", "7bit")).strip().lower():
        case "base64":
            return binascii.a2b_base64(body)
        case "quoted-printable":
            return quopri.decodestring(body)
        case "7bit" | "8bit" | "binary":
            return body
        case other:
            raise ValueError(f"content transfer encoding {other}")


def _refused(key: str, **values: Value) -> RefusedError:
    return RefusedError(Problem.BAD_REQUEST, key, **values)
