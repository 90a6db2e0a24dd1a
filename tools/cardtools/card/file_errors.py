"""What can be wrong with a file that holds a key. Each names the message that tells people what to do about it."""

from __future__ import annotations

from cardtools.card.errors import CardError


class Pkcs12Error(CardError):
    """A file with a key can't be used."""

    key = "p12-bad"

    def __init__(self, technical: str = "not a PKCS#12 file") -> None:
        super().__init__(technical)


class WrongPasswordError(Pkcs12Error):
    """The file's password is wrong."""

    key = "p12-wrong-password"

    def __init__(self) -> None:
        super().__init__("wrong password")


class NoKeyInFileError(Pkcs12Error):
    """The file has no private key with a certificate of its own."""

    key = "p12-no-key"

    def __init__(self) -> None:
        super().__init__("no private key with its certificate")


class FileTooLargeError(CardError):
    """A file is larger than any that is of use."""

    key = "file-too-large"

    def __init__(self, limit: int) -> None:
        super().__init__(f"more than {limit} bytes", limit=limit)
