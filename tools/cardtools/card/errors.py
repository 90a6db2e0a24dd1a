"""Every way in which work with a card fails. Each names the message that tells people what to do about it."""

from __future__ import annotations

from cardtools.common.told import Name, ToldError


class CardError(ToldError):
    """Every failure with a card."""

    key = "card-failed"


# Between the program and the card


class NoServiceError(CardError):
    """No PC/SC service runs, or it stopped; `emulated` is a card that runs and that nobody told this program of."""

    key = "card-no-service"

    def __init__(self, emulated: str | None = None) -> None:
        if emulated is None:
            super().__init__("there is no PC/SC service")
            return
        self.key = "card-emulated-elsewhere"
        super().__init__("there is no PC/SC service, but an emulated card", card=emulated)


class NoSlotError(CardError):
    """OpenSC's module has no slot left for the cards in this reader."""

    key = "card-no-slot"

    def __init__(self) -> None:
        super().__init__("the module shows no slot of this reader")


class NoReaderError(CardError):
    """There is no reader at all."""

    key = "card-no-reader"

    def __init__(self) -> None:
        super().__init__("there is no card reader")


class NoSuchReaderError(CardError):
    """No reader has the name that was asked for."""

    key = "card-no-such-reader"

    def __init__(self, reader: str) -> None:
        super().__init__(f"there is no reader '{reader}'", reader=reader)


class NoCardError(CardError):
    """No reader, or not the one asked for, has a card in it."""

    key = "card-no-card"

    def __init__(self) -> None:
        super().__init__("there is no card in a reader")


class SeveralCardsError(CardError):
    """Several readers have a card, and none was named."""

    key = "card-several"

    def __init__(self, readers: list[str]) -> None:
        self.readers = tuple(readers)
        super().__init__(f"several readers have a card: {', '.join(readers)}", readers=", ".join(readers))


class CardInUseError(CardError):
    """Another program holds the card for itself."""

    key = "card-in-use"

    def __init__(self) -> None:
        super().__init__("another program holds the card")


class CardGoneError(CardError):
    """The card, or its reader, was taken away in the middle."""

    key = "card-gone"

    def __init__(self) -> None:
        super().__init__("the card was removed")


class CardResetError(CardError):
    """Another program reset the card; what was given to it is forgotten."""

    key = "card-reset"

    def __init__(self) -> None:
        super().__init__("another program has reset the card")


class CardSilentError(CardError):
    """The card does not answer, or not so that it can be understood by the reader."""

    key = "card-silent"

    def __init__(self, code: int = 0) -> None:
        super().__init__(f"the card does not answer (PC/SC {code & 0xFFFFFFFF:08X})" if code else "an empty answer")


class CardDeadError(CardError):
    """The card answers every command with an error: it is destroyed."""

    key = "card-dead"

    def __init__(self) -> None:
        super().__init__("the card answers 6F00 to everything")


class CardRefusedError(CardError):
    """The card answered a command with a status word that means no."""

    key = "card-refused"

    def __init__(self, sw: int, what: str = "a command") -> None:
        self.sw = sw
        super().__init__(f"the card answered {what} with {sw:04X}", sw=f"{sw:04X}")


class BadAnswerError(CardError):
    """The card's answer is not what its documentation says."""

    key = "card-bad-answer"


class NotOursError(CardError):
    """A card without the `manage` applet, or of a kind that is not known here."""

    key = "card-not-ours"


# Codes


class CodeRefusedError(CardError):
    """A code was not taken. `code` is its id, such as `qpin`."""

    key = "code-not-allowed"

    def __init__(self, technical: str, code: str, name: str, *, number: int | None = None, **values: str) -> None:
        self.code = code
        super().__init__(technical, number=number, code=Name(name), **values)


class WrongCodeError(CodeRefusedError):
    """The value was wrong. `tries_left` is 0 when this try has blocked the code."""

    key = "code-wrong"

    def __init__(self, code: str, name: str, tries_left: int) -> None:
        self.tries_left = tries_left
        super().__init__(f"wrong {code}, {tries_left} tries left", code, name, number=tries_left)
        if not tries_left:
            self.key, self.number = "code-wrong-now-blocked", None


class CodeBlockedError(CodeRefusedError):
    """The code is blocked, so no value was compared."""

    key = "code-blocked"

    def __init__(self, code: str, name: str) -> None:
        super().__init__(f"{code} is blocked", code, name)


class CodeNotSetError(CodeRefusedError):
    """The code has no value yet."""

    key = "code-not-set"

    def __init__(self, code: str, name: str) -> None:
        super().__init__(f"{code} is not set", code, name)


class NewValueRefusedError(CodeRefusedError):
    """The card did not take the new value; the code is what it was."""

    key = "code-new-value-refused"

    def __init__(self, code: str, name: str) -> None:
        super().__init__(f"the card refused the new value of {code}", code, name)


class ImpossibleValueError(CodeRefusedError):
    """The value given can't be the code's, for its length or its characters; nothing was sent to the card."""

    key = "code-impossible-value"

    def __init__(self, code: str, name: str) -> None:
        super().__init__(f"no value of {code} is like that", code, name)


class NotAllowedError(CodeRefusedError):
    """The card does not allow this act with the code, such as a first setting done before."""

    key = "code-not-allowed"

    def __init__(self, code: str, name: str) -> None:
        super().__init__(f"the card does not allow this with {code}", code, name)


class NotOnChipError(CodeRefusedError):
    """The code is not on the chip, so no program can use it."""

    key = "code-not-on-chip"

    def __init__(self, code: str, name: str) -> None:
        super().__init__(f"{code} is not on the chip", code, name)


class PartLostError(CodeRefusedError):
    """The part of the card that the code belongs to is lost for good. `part` is its id."""

    key = "part-lost"

    def __init__(self, code: str, name: str, part: str, part_name: str) -> None:
        self.part = part
        super().__init__(f"the part {part} is lost", code, name, part=Name(part_name))


# Objects on the card


class ModuleNotFoundOrBrokenError(CardError):
    """OpenSC's PKCS#11 module is not there, or can't be loaded."""

    key = "module-missing"

    def __init__(self, module: str = "") -> None:
        super().__init__(f"no usable PKCS#11 module{f' at {module}' if module else ''}", module=module)


class TokenRefusedError(CardError):
    """The PKCS#11 module refused with an error that has no better name here."""

    key = "token-refused"

    def __init__(self, error: str, what: str) -> None:
        self.error = error
        super().__init__(f"{what}: {error}", error=error)


class NotLoggedInError(CardError):
    """The code that this needs has not been given."""

    key = "token-not-logged-in"

    def __init__(self, code: str, name: str) -> None:
        self.code = code
        super().__init__(f"{code} has not been given", code=Name(name))


class ReadOnlyCardError(CardError):
    """Nothing can be put on this kind of card, nor deleted from it (PK-09)."""

    key = "card-read-only"

    def __init__(self) -> None:
        super().__init__("nothing can be written to this kind of card")


class NoSuchAreaError(CardError):
    """The card has no such area."""

    key = "no-such-area"

    def __init__(self, area: str) -> None:
        super().__init__(f"no area '{area}'", area=area)


class NoPlaceError(CardError):
    """All places of an area are taken. `area` is its id."""

    key = "no-place"

    def __init__(self, area: str, name: str, places: int) -> None:
        self.area, self.places = area, places
        super().__init__(f"the area {area} is full", number=places, area=Name(name))


class NoSpaceError(CardError):
    """The card's memory has no room for it."""

    key = "no-space"

    def __init__(self) -> None:
        super().__init__("no memory left on the card")


class NoSuchObjectError(CardError):
    """Nothing of that kind with that identifier is on the card."""

    key = "no-such-object"

    def __init__(self, identifier: bytes) -> None:
        super().__init__(f"no object {identifier.hex()}", identifier=identifier.hex())


class IdentifierTakenError(CardError):
    """A key or a certificate with that identifier is on the card already."""

    key = "identifier-taken"

    def __init__(self, identifier: bytes) -> None:
        super().__init__(f"{identifier.hex()} is taken", identifier=identifier.hex())


class UnpairedCertificateError(CardError):
    """No key on the card belongs to the certificate. Nothing was written."""

    key = "certificate-unpaired"

    def __init__(self) -> None:
        super().__init__("the certificate's public key is that of no key on the card")


class BadCertificateError(CardError):
    """The bytes are no X.509 certificate, or one that can't be used here."""

    key = "certificate-bad"

    def __init__(self) -> None:
        super().__init__("not a usable X.509 certificate")


class KeyNotTakenError(CardError):
    """A key of this kind or size can't be made or brought in, or can't sign."""

    key = "key-not-taken"

    def __init__(self, kind: str) -> None:
        super().__init__(f"a key of the kind {kind} is not taken", kind=kind)


class RemnantError(CardError):
    """A step failed half way, and what it left could not be taken away. `cause` is what failed first."""

    key = "remnant-key"

    def __init__(self, cause: CardError, identifier: bytes, *, listed: bool) -> None:
        self.cause, self.identifier = cause, identifier
        super().__init__(f"{cause}; a key remains on the card", identifier=identifier.hex())
        if not listed:
            self.key = "remnant-unlisted-key"


class DirectoryError(CardError):
    """The card's directory of objects (ISO 7816-15) can't be read or has no room."""

    key = "directory-unusable"
