"""E-mails of every shape are read or refused."""

from __future__ import annotations

import contextlib

import pytest
from cardtools.ca.errors import RefusedError
from cardtools.ca.mail import message as mail_message
from hypothesis import given
from hypothesis import strategies as st

_GOOD = (
    b"From: Adam <adam@example.org>\r\nMessage-ID: <1@example.org>\r\n"
    b'Content-Type: multipart/signed; protocol="application/pkcs7-signature"; boundary="b-1"\r\n\r\n'
    b"This is signed.\r\n--b-1  \r\nContent-Type: text/plain\r\n\r\nDobry den\r\n\r\n--b-12\r\n--b-1\r\n"
    b"Content-Type: application/pkcs7-signature\r\nContent-Transfer-Encoding: base64\r\n\r\nMAA=\r\n--b-1--\r\nbye\r\n"
)


def test_the_parts_of_a_signed_e_mail() -> None:
    message = mail_message.read(_GOOD)
    assert (message.sender, message.message_id) == ("adam@example.org", "<1@example.org>")
    assert message.content == b"Content-Type: text/plain\r\n\r\nDobry den\r\n\r\n--b-12"
    assert message.signature == bytes.fromhex("3000")


def test_signed_is_the_canonical_form() -> None:
    assert mail_message.read(_GOOD.replace(b"\r\n", b"\n")) == mail_message.read(_GOOD)


def _refused(raw: bytes) -> str:
    with pytest.raises(RefusedError) as caught:
        mail_message.read(raw)
    return caught.value.detail


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"--b-1--\r\n", b""),
        (b"--b-1--\r\n", b"--b-1\r\n\r\nand more\r\n--b-1--\r\n"),
        (b"--b-1  \r\n", b""),
        (b'; boundary="b-1"', b""),
        (b'; boundary="b-1"', b'; boundary="\xc5\xbe"'),
        (b"\r\nContent-Type: application/pkcs7-signature", b"\r\nContent-Type: application/pgp-signature"),
        (b"base64", b"x-token"),
        (b"MAA=", b"MAA"),
        (b"multipart/signed", b"multipart/mixed"),
        (b"From: Adam <adam@example.org>", b"From: a@example.org\r\nFrom: b@example.org"),
        (b"From: Adam <adam@example.org>", b"From: a@example.org, b@example.org"),
        (b"From: Adam <adam@example.org>", b"From: <>"),
        (b"From: Adam <adam@example.org>", b"X: y"),
    ],
)
def test_what_is_not_of_the_form(old: bytes, new: bytes) -> None:
    assert old in _GOOD
    assert _refused(_GOOD.replace(old, new))


def test_an_e_mail_that_is_too_large() -> None:
    assert "larger than" in _refused(_GOOD + bytes(mail_message.SIZE_MAX))


def test_a_million_nested_parts_are_not_followed() -> None:
    nested = b"".join(
        b"Content-Type: multipart/mixed; boundary=%d\r\n\r\n--%d\r\n" % (level, level) for level in range(1000)
    )
    assert "not signed" in _refused(b"From: a@example.org\r\n" + nested)


@given(st.binary(max_size=300))
def test_rubbish_is_refused(raw: bytes) -> None:
    assert _refused(raw)
    with contextlib.suppress(RefusedError):
        mail_message.text_of(raw)


_PIECES = st.sampled_from(
    (
        *(b"From: ", b"a@b", b"Content-Type: multipart/signed", b"Content-Type: text/plain", b"; charset=", b"base64"),
        *(b"; boundary=", b"*0*=utf-8''%ff", b"Content-Transfer-Encoding: ", b"=?utf-8?b?", b"?=", b"--", b"x", b"%"),
        *(b"\r\n", b"\n", b"\r", b"<", b'"', b"\xff", b"\x00", b"(", b",", b":", b" "),
    )
)


@given(st.lists(_PIECES, max_size=30).map(b"".join))
def test_what_is_almost_an_e_mail_is_read_or_refused(raw: bytes) -> None:
    with contextlib.suppress(RefusedError):
        mail_message.read(raw)
    with contextlib.suppress(RefusedError):
        mail_message.text_of(raw)


@given(st.integers(0, len(_GOOD) - 1), st.binary(max_size=4))
def test_a_spoilt_e_mail_is_read_or_refused(at: int, instead: bytes) -> None:
    with contextlib.suppress(RefusedError):
        mail_message.read(_GOOD[:at] + instead + _GOOD[at + 1 :])
