"""Keys and certificates on a card, through OpenSC's PKCS#11 module.

OpenSC shows each code of a card as a slot of its own; a key is made and used on the slot of the code that guards its
area. Every operation opens the module, logs in with what it needs and no more, and closes it again. That has three
reasons: a code that holds for one use is fresh when it is needed; a key goes where the codes given lead (with QPIN
given, a key meant for the general area would go to the CC area); and codes do not stay given on the card.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType

import pkcs11
from pkcs11 import Attribute, KeyType, Mechanism, ObjectClass
from pkcs11.types import SignMixin

from cardtools.card import codes, directory, objects
from cardtools.card.errors import (
    CardError,
    CardGoneError,
    IdentifierTakenError,
    KeyNotTakenError,
    NoCardError,
    NoReaderError,
    NoSuchAreaError,
    NoSuchObjectError,
    NoSuchReaderError,
    NotLoggedInError,
    ReadOnlyCardError,
    RemnantError,
    UnpairedCertificateError,
)
from cardtools.card.objects import ObjectKind, StoredObject
from cardtools.card.pcsc import Connection, connect
from cardtools.card.pinpad import AtPad, CodeGiven
from cardtools.card.pkcs11_errors import GONE, Operation, WantedKey, meaning_of
from cardtools.card.pkcs11_module import find_module, module_in_use
from cardtools.card.pkcs11_slots import OpenSlots, tokens_by_code
from cardtools.card.pkcs12 import PrivateKey
from cardtools.card.status import CardStatus, KeyStatus, public_key_of, read_status

__all__ = ["ObjectKind", "StoredObject", "Token"]


class Token:
    """The card in a reader. What `log_in` was given is forgotten at the end of `with`."""

    def __init__(self, reader: str | None = None, module: Path | None = None) -> None:
        """The only card there is, or the one in the reader named. Raises CardError."""
        with connect(reader) as connection:
            self.reader = connection.reader
            self.status: CardStatus = read_status(connection)
            self._labels = {item.reference: item.label for item in directory.listed_codes(connection)}
        self._module = module
        self._values: dict[str, CodeGiven] = {}

    def __enter__(self) -> Token:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._values.clear()

    # Looking

    def refresh(self) -> CardStatus:
        """The card's status as it is now, also in `status`. Raises CardGoneError when another card lies there now."""
        with self._connection():
            return self.status

    def objects(self) -> list[StoredObject]:
        """Certificates, public keys and private keys; no code is needed. Raises CardError."""
        areas = {key.identifier: key.area for key in self.refresh().keys if key.identifier is not None}
        with self._module_in_use(Operation("list")) as opened:
            found = {item for session in opened.sessions for item in objects.public_objects(session, areas)}
        # A key pair has one label; a certificate's, which sorts first, stands in where there is no public key.
        labels = {item.identifier: item.label for item in sorted(found, key=lambda item: item.kind)}
        found |= {
            StoredObject(ObjectKind.PRIVATE_KEY, key.identifier, labels.get(key.identifier, ""), key.area, None)
            for key in self.status.keys
            if key.identifier is not None and key.listed and key.origin is not None
        }
        return sorted(found, key=lambda item: (item.identifier, item.kind, item.label, item.der or b""))

    def free_identifier(self) -> bytes:
        """An identifier that no key and no certificate on the card has. Raises CardError."""
        taken = self._taken_identifiers()
        return next(bytes((number,)) for number in range(0x21, 0x100) if bytes((number,)) not in taken)

    # Codes

    def log_in(self, values: Mapping[str, CodeGiven]) -> None:
        """Gives codes, each under its id, for the operations that follow.

        Each is shown to the card first; those that are typed at the reader come when an operation wants them. Raises
        WrongCodeError and the other CodeRefusedErrors, CardError; then those that came before are given all the same.
        """
        with self._connection() as connection:
            for name, value in values.items():
                if not isinstance(value, AtPad):
                    codes.verify(connection, self.status.code(name), value)
                self._values[name] = value
        self.refresh()

    # Keys

    def make_key(self, area: str, identifier: bytes, label: str, bits: int = 2048) -> bytes:
        """Makes an RSA key in an area and gives its SubjectPublicKeyInfo, in DER.

        Raises NoPlaceError or NoSpaceError when it does not fit, KeyNotTakenError, IdentifierTakenError,
        NoSuchAreaError, ReadOnlyCardError, NotLoggedInError, CardError; then the card is as it was. RemnantError when
        it is not.
        """
        guard = self._guard_for_writing(area)
        wanted = WantedKey(area, f"RSA-{bits}")
        self._require_unused(identifier)
        with self._cleaned_up(identifier):
            with self._module_in_use(Operation("make a key", (self._writes_with(), guard), wanted)) as opened:
                public, _ = opened.session(guard).generate_keypair(
                    KeyType.RSA,
                    bits,
                    id=identifier,
                    label=label,
                    store=True,
                    private_template={
                        Attribute.SIGN: True,
                        Attribute.ALWAYS_AUTHENTICATE: self.status.code(guard).one_use,
                    },
                    public_template={Attribute.VERIFY: True},
                )
                made = objects.public_key_info(public)
            self._require_in(area, identifier)
        return made

    def import_key(
        self, key: PrivateKey, identifier: bytes, label: str, certificate: bytes | None = None, area: str | None = None
    ) -> None:
        """Brings in a key, with its certificate (DER) if there is one; to the general area unless another is named.

        Raises what `make_key` raises, UnpairedCertificateError, BadCertificateError.
        """
        if certificate is not None and objects.spki_of_certificate(certificate) != objects.spki_of_key(key):
            raise UnpairedCertificateError
        area = area or self.status.kind.general_area
        if area is None:
            raise ReadOnlyCardError
        guard = self._guard_for_writing(area)
        wanted = WantedKey(area, objects.kind_of(key))
        self._require_unused(identifier)
        with self._cleaned_up(identifier):
            with self._module_in_use(Operation("import a key", (self._writes_with(), guard), wanted)) as opened:
                session = opened.session(guard)
                for attributes in objects.key_pair_attributes(key, identifier, label):
                    session.create_object(attributes)
                if certificate is not None:
                    session.create_object(objects.certificate_attributes(certificate, identifier, label))
            self._require_in(area, identifier)

    def sign(self, identifier: bytes, data: bytes, code_value: str | None = None) -> bytes:
        """A signature over data by a key: RSASSA-PKCS1-v1_5 with SHA-256.

        `code_value` is the code of the key's area, where `log_in` has not been given it. Raises NoSuchObjectError,
        NotLoggedInError, KeyNotTakenError for a key that is not RSA, CodeRefusedError's kinds, CardError.
        """
        guard = self.status.area(self._existing_key(identifier).area).guard
        if code_value is not None:
            self.log_in({guard: code_value})
        value = self._value(guard)
        with self._module_in_use(Operation("sign", (guard,))) as opened:
            private = objects.find_one(opened.session(guard), ObjectClass.PRIVATE_KEY, identifier)
            if not isinstance(private, SignMixin):
                raise NoSuchObjectError(identifier)
            if private[Attribute.KEY_TYPE] is not KeyType.RSA:
                raise KeyNotTakenError("EC")
            # At the reader's keys it was typed a moment ago, for this one use.
            again = value if objects.always_authenticates(private) and not isinstance(value, AtPad) else None
            return bytes(private.sign(data, mechanism=Mechanism.SHA256_RSA_PKCS, pin=again))

    def delete_key(self, identifier: bytes) -> None:
        """Deletes a key with its public key, with the code for writing alone. Its certificate stays.

        Raises NoSuchObjectError, NotLoggedInError, ReadOnlyCardError, CodeRefusedError's kinds, DirectoryError.
        """
        guard = self._writes_with()
        value = self._value(guard)
        self._existing_key(identifier)
        with self._connection() as connection:
            directory.delete_key(connection, identifier, self.status.code(guard), value)
        self.refresh()

    def clear_unlisted_key(self, number: int) -> None:
        """Deletes a key that no directory names, by the card's own number for it (`KeyStatus.number`).

        Raises LookupError when there is no such key, and what `delete_key` raises.
        """
        guard = self._writes_with()
        value = self._value(guard)
        with self._connection() as connection:
            key = next((key for key in self.status.keys if key.number == number and not key.listed), None)
            if key is None or key.reference is None:
                raise LookupError(f"no unlisted key {number}")
            directory.clear_unlisted_key(connection, key, self.status.code(guard), value)
        self.refresh()

    # Certificates

    def key_of_certificate(self, der: bytes) -> KeyStatus:
        """The key on the card that a certificate belongs to. Raises UnpairedCertificateError, BadCertificateError."""
        wanted = objects.spki_of_certificate(der)
        with self._connection() as connection:
            for key in self.status.keys:
                if key.origin is not None and key.listed and public_key_of(connection, key) == wanted:
                    return key
        raise UnpairedCertificateError

    def store_certificate(self, identifier: bytes | None, label: str, der: bytes) -> bytes:
        """Stores a certificate with the key that it belongs to, and gives that key's identifier.

        With an identifier, the key must be that one. Raises UnpairedCertificateError before anything is written,
        BadCertificateError, IdentifierTakenError when the key has a certificate, NoSpaceError, NotLoggedInError,
        ReadOnlyCardError, CardError; then the card is as it was.
        """
        guard = self._writes_with()
        self._value(guard)
        key = self.key_of_certificate(der)
        if key.identifier is None or identifier not in (None, key.identifier):
            raise UnpairedCertificateError
        if key.paired:
            raise IdentifierTakenError(key.identifier)
        with self._module_in_use(Operation("store a certificate", (guard,))) as opened:
            opened.session(guard).create_object(objects.certificate_attributes(der, key.identifier, label))
        self.refresh()
        return key.identifier

    def delete_certificate(self, identifier: bytes) -> None:
        """Deletes a certificate; its key stays. Raises NoSuchObjectError, NotLoggedInError, ReadOnlyCardError."""
        with self._module_in_use(Operation("delete a certificate", (self._writes_with(),))) as opened:
            # OpenSC shows it on its key's slot, and writes with the code that the card was given on the other one.
            for session in opened.sessions:
                found = objects.find_one(session, ObjectClass.CERTIFICATE, identifier)
                if found is not None:
                    found.destroy()
                    break
            else:
                raise NoSuchObjectError(identifier)
        self.refresh()

    # What is required first

    def _writes_with(self) -> str:
        """The id of the code for writing."""
        code = self.status.kind.writes_with
        if code is None:
            raise ReadOnlyCardError
        return code

    def _value(self, code: str) -> CodeGiven:
        value = self._values.get(code)
        if value is None:
            raise NotLoggedInError(code, self.status.code(code).name)
        return value

    def _guard_for_writing(self, area: str) -> str:
        """The id of the code that guards an area where keys can be made, and has been given."""
        writes_with = self._writes_with()
        if not self.status.kind.create_with.get(area):
            raise NoSuchAreaError(area)
        guard = self.status.area(area).guard
        for code in (writes_with, guard):
            self._value(code)
        return guard

    def _require_unused(self, identifier: bytes) -> None:
        if identifier in self._taken_identifiers():
            raise IdentifierTakenError(identifier)

    def _taken_identifiers(self) -> frozenset[bytes]:
        with self._connection() as connection:
            known = {key.identifier for key in self.status.keys if key.identifier is not None}
            return directory.listed_identifiers(connection) | known

    def _existing_key(self, identifier: bytes) -> KeyStatus:
        key = self.refresh().key(identifier)
        if key is None or key.origin is None or not key.listed:
            raise NoSuchObjectError(identifier)
        return key

    def _require_in(self, area: str, identifier: bytes) -> None:
        """The card has the last word where a key goes."""
        key = self.refresh().key(identifier)
        if key is None or key.area != area:
            raise NoSuchAreaError(area)

    # When something fails

    @contextmanager
    def _cleaned_up(self, identifier: bytes) -> Iterator[None]:
        """Takes away what a making or an import has left that fails half way."""
        before = {key.number for key in self.status.keys}
        try:
            yield
        except CardError as error:
            try:
                left = [key for key in self.refresh().keys if key.number not in before]
            except CardError:
                # The card is gone, or can't be asked; the first error says to look what is on it.
                raise error from None
            try:
                self._take_away(identifier, left)
            except CardError as failure:
                raise RemnantError(error, identifier, listed=any(key.listed for key in left)) from failure
            raise

    def _take_away(self, identifier: bytes, left: Sequence[KeyStatus]) -> None:
        for key in left:
            if not key.listed:
                self.clear_unlisted_key(key.number)
        kinds = {item.kind for item in self.objects() if item.identifier == identifier}
        if ObjectKind.CERTIFICATE in kinds:
            self.delete_certificate(identifier)
        if kinds & {ObjectKind.PRIVATE_KEY, ObjectKind.PUBLIC_KEY}:
            guard = self._writes_with()
            with self._connection() as connection:
                directory.delete_key(connection, identifier, self.status.code(guard), self._value(guard))
            self.refresh()

    # The card, through PC/SC and through PKCS#11

    @contextmanager
    def _connection(self) -> Iterator[Connection]:
        """The card through PC/SC, its status read anew, and the same card as ever."""
        try:
            connection = connect(self.reader)
        except (NoCardError, NoReaderError, NoSuchReaderError):
            raise CardGoneError from None
        with connection:
            status = read_status(connection)
            if status.serial != self.status.serial:
                raise CardGoneError
            self.status = status
            yield connection

    @contextmanager
    def _module_in_use(self, operation: Operation) -> Iterator[OpenSlots]:
        """The card through PKCS#11, logged in with the codes of the operation, in their order.

        What the module refuses is raised as what it means, which the card's status tells once the module is closed.
        """
        values = {name: self._value(name) for name in operation.log_in}
        try:
            with module_in_use(find_module(self._module)) as slots:
                yield OpenSlots(tokens_by_code(slots, self.reader, self.status.codes, self._labels), values)
        except GONE as error:
            raise CardGoneError from error
        except pkcs11.PKCS11Error as error:
            at_pad = any(isinstance(value, AtPad) for value in values.values())
            raise meaning_of(error, operation, self.refresh(), at_pad=at_pad) from error
        finally:
            if values:
                self._forget_codes_given()

    def _forget_codes_given(self) -> None:
        """Resets the card, which OpenSC leaves logged in. One that is not there has forgotten them by itself."""
        with suppress(CardError):
            connect(self.reader).close()
