"""A program for the real eObčanka, written as the open-source ones are, over PC/SC."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from stuntcard.card.factory_ca import ca_certificate

from tests.clients.apdu_client import ApduClient
from tests.clients.desk import Desk

DOK, IOK = "11111111", "2222"
PROFILE = "eobcanka"
CZECH_CARD = "1.2.203.7064.1.1.11"


class EopError(Exception):
    """A status word that the program did not expect."""

    def __init__(self, status: int) -> None:
        self.status = status
        super().__init__(f"{status:04X}")


class EopClient:
    """What the open-source programs do: ask again after 6Cxx, fetch after 61xx, read files in blocks."""

    MANAGEMENT = bytes.fromhex("D20310010001000202")
    FILES = bytes.fromhex("D2031001000103020100")
    IDENTIFICATION_CERTIFICATE, AUTHORISATION_CERTIFICATE = 0x0001, 0x0132
    IOK, DOK = 17, 16
    BLOCK = 0xD0

    def __init__(self, client: ApduClient) -> None:
        self._client = client

    def card_number(self) -> str:
        return self._data(0x01).decode("ascii")

    def serial_number(self) -> bytes:
        return self._data(0x02)

    def iok(self) -> tuple[str, int, int]:
        """State, tries left, most tries."""
        return self._state(0x82), self._data(0x83)[0], self._data(0x84)[0]

    def dok(self) -> tuple[str, int, int]:
        return self._state(0x8B), self._data(0x8C)[0], self._data(0x8D)[0]

    def change(self, code: int, old: str, new: str) -> int:
        """The status word."""
        return self._new_value(0x00, code, old, new)

    def unblock_iok(self, dok: str, new: str) -> int:
        return self._new_value(0x01, self.IOK, dok, new)

    def certificate(self, identifier: int) -> bytes:
        self._select(self.FILES)
        data, status = self._send(bytes([0x00, 0xA4, 0x08, 0x00, 0x02]) + identifier.to_bytes(2))
        if status >> 8 == 0x61:
            data, status = self._send(bytes([0x00, 0xC0, 0x00, 0x00, status & 0xFF]))
        self._expect(status)
        size, content = data[4] * 256 + data[5], b""
        while len(content) < size:
            length = min(self.BLOCK, size - len(content))
            block, status = self._send(bytes([0x00, 0xB0, len(content) // 256, len(content) % 256, length]))
            self._expect(status)
            content += block
        return content

    def _state(self, tag: int) -> str:
        state = self._data(tag)[0]
        return "blocked" if state & 4 else "normal" if state & 1 else "none"

    def _data(self, tag: int) -> bytes:
        self._select(self.MANAGEMENT)
        request = bytes([0x80, 0xCA, 0x01, tag, 0x00])
        data, status = self._send(request)
        if status >> 8 == 0x6C:
            data, status = self._send(request[:-1] + bytes([status & 0xFF]))
        self._expect(status)
        return data

    def _new_value(self, act: int, code: int, given: str, new: str) -> int:
        self._select(self.MANAGEMENT)
        fields = b"".join(value.encode("ascii").ljust(10, b"\xff") for value in (given, new))
        return self._send(bytes([0x00, 0x24, act, code, len(fields)]) + fields)[1]

    def _select(self, name: bytes) -> None:
        self._expect(self._send(bytes([0x00, 0xA4, 0x04, 0x0C, len(name)]) + name)[1])

    def _send(self, command: bytes) -> tuple[bytes, int]:
        answer = self._client.transmit(command)
        return answer[:-2], int.from_bytes(answer[-2:])

    def _expect(self, status: int) -> None:
        if status != 0x9000:
            raise EopError(status)


@pytest.fixture
def program(desk: Desk) -> Iterator[EopClient]:
    with ApduClient(desk) as client:
        yield EopClient(client)


def test_numbers_of_the_card(program: EopClient, desk: Desk) -> None:
    assert program.card_number() == "000000003"
    assert program.serial_number() == bytes.fromhex(desk.card.profile.token.serial)


@pytest.mark.fact("EO-08", "EO-09")
def test_the_program_sees_codes_not_set_then_set(program: EopClient, desk: Desk) -> None:
    assert (program.iok(), program.dok()) == (("none", 3, 3), ("none", 10, 10))
    desk.office(dok=DOK, iok=IOK)
    assert (program.iok(), program.dok()) == (("normal", 3, 3), ("normal", 10, 10))


@pytest.mark.fact("EO-02", "EO-10", "EO-11")
def test_iok_changed_blocked_and_unblocked(program: EopClient, desk: Desk) -> None:
    desk.office(dok=DOK, iok=IOK)
    assert program.change(program.IOK, IOK, "3333") == 0x9000
    assert [program.change(program.IOK, IOK, "4444") for _ in range(4)] == [0x63C2, 0x63C1, 0x63C0, 0x6983]
    assert program.iok() == ("blocked", 0, 3)
    assert program.unblock_iok(DOK, "5555") == 0x9000
    assert program.iok() == ("normal", 3, 3)
    assert program.change(program.IOK, "5555", IOK) == 0x9000


@pytest.mark.fact("EO-01", "EO-11", "EO-12")
def test_dok_changed_and_blocked(program: EopClient, desk: Desk) -> None:
    desk.office(dok=DOK, iok=IOK)
    assert program.change(program.DOK, DOK, "4444") == 0x9000
    assert program.unblock_iok(DOK, "5555") == 0x63C9
    for _ in range(9):
        program.unblock_iok(DOK, "5555")
    assert (program.iok(), program.dok()) == (("blocked", 0, 3), ("blocked", 0, 10))


def test_both_certificates_are_read_whole_and_vouched_for(program: EopClient) -> None:
    ca = x509.load_der_x509_certificate(ca_certificate("eobcanka"))
    for identifier in (program.IDENTIFICATION_CERTIFICATE, program.AUTHORISATION_CERTIFICATE):
        certificate = x509.load_der_x509_certificate(program.certificate(identifier))
        certificate.verify_directly_issued_by(ca)
        key = certificate.public_key()
        assert isinstance(key, ec.EllipticCurvePublicKey)
        assert isinstance(key.curve, ec.SECP521R1)


def test_the_holder_as_the_program_reads_her_data_from_the_certificate(program: EopClient) -> None:
    certificate = x509.load_der_x509_certificate(program.certificate(program.IDENTIFICATION_CERTIFICATE))
    subject = {attribute.oid.dotted_string: attribute.value for attribute in certificate.subject}
    assert subject["2.5.4.42"] == "TESTOMIL"
    assert subject["2.5.4.4"] == "TEST-VYMYŠLENÝ"
    assert bytes.fromhex(str(subject["2.5.4.5"])) == program.serial_number()
    assert [subject[f"{CZECH_CARD}.{number}"] for number in (1, 2, 4, 5, 6, 7)] == [
        "01.01.2000", "M", "TESTOV", "000000/0000", "svobodný", "Česká republika",
    ]  # fmt: skip
    number = certificate.serial_number
    assert number.to_bytes((number.bit_length() + 7) // 8).decode("ascii") == program.card_number()


def test_the_authorisation_certificate_names_the_document(program: EopClient) -> None:
    certificate = x509.load_der_x509_certificate(program.certificate(program.AUTHORISATION_CERTIFICATE))
    (name,) = certificate.subject.get_attributes_for_oid(x509.NameOID.COMMON_NAME)
    assert name.value == program.card_number()
