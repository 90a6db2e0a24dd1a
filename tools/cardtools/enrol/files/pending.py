"""The requests that wait for their certificate, remembered from one run to the next."""

from __future__ import annotations

import re
from datetime import datetime
from pathlib import Path

from pydantic import ValidationError

from cardtools.common.devices import devices
from cardtools.common.protocol import REQUEST_ID, CertificateProfile, Hex, Model, RequestId, RequestStatus, Serial
from cardtools.enrol.errors import BadInputError, UnavailableError
from cardtools.enrol.files.key_files import KeyFiles
from cardtools.enrol.files.private_files import make_private_folder, read_private, write_private

_FOLDER = "requests"
_SUFFIX = ".json"

FILE = "file"
"""Stands for the kind of card where the key is in a file, and names that store."""


class PendingRequest(Model):
    """A request that was sent: which CA has it, and where its key is."""

    id: RequestId
    ca_url: str
    profile: CertificateProfile
    applicant: str
    sent: datetime
    card_profile: str
    card_serial: str
    area: str
    """The area's name, as the card tells it."""
    key: Hex
    """The identifier of the key on the card."""
    renews: Serial | None = None

    @classmethod
    def of_file(
        cls, status: RequestStatus, ca_url: str, key: str, sent: datetime, renews: str | None
    ) -> PendingRequest:
        """A request whose key was made in software and is kept in the client's folder under this name."""
        return cls(
            id=status.id,
            ca_url=ca_url,
            profile=status.profile,
            applicant=status.applicant.name,
            sent=sent,
            card_profile=FILE,
            card_serial="",
            area="",
            key=key,
            renews=renews,
        )

    @property
    def in_file(self) -> bool:
        """Whether its key is on no card."""
        return self.card_profile == FILE

    @property
    def card(self) -> str:
        """The card as people tell it from others: its name and serial number."""
        known = devices().get(self.card_profile)
        return f"{self.card_profile if known is None else known.name} {self.card_serial}"


class PendingRequests:
    """The folder that remembers them, one file a request."""

    def __init__(self, home: Path) -> None:
        self._folder = home / _FOLDER
        self.keys = KeyFiles(home)
        """The keys of those that are in files."""

    def prepare(self) -> None:
        """Makes sure that a request can be remembered, before one is sent. Raises UnavailableError."""
        trial = self._folder / ".trial"
        write_private(trial, "")
        trial.unlink(missing_ok=True)

    def remember(self, request: PendingRequest) -> None:
        """Keeps a request. Raises UnavailableError."""
        write_private(self._path(request.id), request.model_dump_json(indent=2) + "\n")

    def forget(self, request_id: str) -> None:
        """Forgets a request, if it is known. Raises UnavailableError."""
        try:
            self._path(request_id).unlink(missing_ok=True)
        except OSError as error:
            path = str(self._path(request_id))
            raise UnavailableError("file-unwritable", file=path, reason=error.strerror or str(error)) from error

    def find(self, request_id: str) -> PendingRequest | None:
        """A request by its id; None when it was not sent from here. Raises BadInputError for a file that is damaged."""
        path = self._path(checked_id(request_id))
        text = read_private(path)
        if text is None:
            return None
        try:
            return PendingRequest.model_validate_json(text)
        except ValidationError as error:
            raise BadInputError("pending-damaged", file=str(path)) from error

    def ids(self) -> list[str]:
        """The ids of all that are remembered, in order. Raises UnavailableError."""
        try:
            make_private_folder(self._folder)
            names = [path.name.removesuffix(_SUFFIX) for path in self._folder.iterdir() if path.suffix == _SUFFIX]
        except OSError as error:
            reason = error.strerror or str(error)
            raise UnavailableError("file-unwritable", file=str(self._folder), reason=reason) from error
        return sorted(name for name in names if re.fullmatch(REQUEST_ID, name))

    def of_card(self, card_profile: str, card_serial: str) -> list[PendingRequest]:
        """The requests whose keys are on a card, the first one first; without damaged ones. Raises UnavailableError."""
        found = []
        for request_id in self.ids():
            try:
                request = self.find(request_id)
            except BadInputError:
                continue
            if request is not None and (request.card_profile, request.card_serial) == (card_profile, card_serial):
                found.append(request)
        return sorted(found, key=lambda request: request.sent)

    def keys_on(self, card_profile: str, card_serial: str) -> frozenset[bytes]:
        """Identifiers of the keys on a card that wait for their certificate. Raises UnavailableError."""
        return frozenset(bytes.fromhex(request.key) for request in self.of_card(card_profile, card_serial))

    def _path(self, request_id: str) -> Path:
        return self._folder / f"{request_id}{_SUFFIX}"


def checked_id(request_id: str) -> str:
    """A request's id as typed, if it is one: BP and ten digits (PQ-18). Raises BadInputError."""
    tidy = request_id.strip().upper()
    if not re.fullmatch(REQUEST_ID, tidy):
        raise BadInputError("id-wrong", id=request_id)
    return tidy
