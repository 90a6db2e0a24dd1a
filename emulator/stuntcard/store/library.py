"""The user's stored cards, by name: what `stuntcard card` and `stuntcard snapshot` do."""

from __future__ import annotations

import contextlib
import datetime
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from stuntcard.card.content import factory_content
from stuntcard.profile.load import parse_profile
from stuntcard.profile.serial import random_serial, with_serial
from stuntcard.store.database import (
    CardFile,
    Durability,
    StoredCard,
    create_file,
    move_file,
    now,
    read_file,
    remove_file,
)
from stuntcard.store.errors import DamagedCardError, StoreError
from stuntcard.store.lock import CardLock, CardUser, user_of
from stuntcard.store.places import (
    CARD_SUFFIX,
    card_path,
    cards_directory,
    private_directory,
    snapshot_path,
    snapshots_directory,
)

if TYPE_CHECKING:
    from stuntcard.messages import Messages


@dataclass(frozen=True, slots=True)
class ListedCard:
    """One card in the list. `stored` is None when the file can't be read, and `problem` says why."""

    name: str
    path: Path
    stored: StoredCard | None
    problem: str | None
    user: CardUser | None


def factory_card(profile_text: bytes, file: str, durability: Durability, serial: str | None = None) -> StoredCard:
    """A new card of a profile, which comes as YAML from `file`; without a serial number it gets a random one.

    Raises ProfileError, or SerialError.
    """
    profile = parse_profile(profile_text, file)
    profile = with_serial(profile, random_serial(profile) if serial is None else serial)
    return StoredCard(profile_text, profile, factory_content(profile), durability, now())


def add_card(name: str, stored: StoredCard) -> Path:
    """Stores a card under a new name; gives its file. Raises StoreError."""
    path = card_path(name)
    with _locked(path):
        if path.exists():
            raise StoreError(lambda messages: messages.text("stored-exists", name=name))
        create_file(path, stored)
    return path


def list_cards() -> tuple[ListedCard, ...]:
    """All cards, the damaged ones too. Raises StoreError when there is no reading the directory."""
    entries = []
    for path in _card_files(cards_directory()):
        user = user_of(path)
        try:
            entries.append(ListedCard(path.stem, path, read_file(path), None, user))
        except StoreError as error:
            entries.append(ListedCard(path.stem, path, None, str(error), user))
    return tuple(entries)


def card_names() -> tuple[str, ...]:
    """The names of the stored cards, in their order. Raises StoreError when the directory of cards can't be had."""
    return tuple(path.stem for path in _card_files(cards_directory()))


def read_card(name: str) -> StoredCard:
    """A card as it stands now, also while it runs. Raises StoreError."""
    return read_file(_existing(name))


def user_of_card(name: str) -> CardUser | None:
    """The program that has a card open now. Raises StoreError."""
    return user_of(_existing(name))


@contextlib.contextmanager
def open_card(name: str) -> Iterator[CardFile]:
    """A card's file, for as long as nobody else shall open it. Raises StoreError."""
    path = _existing(name)
    with _locked(path):
        file = CardFile(path)
        try:
            yield file
        finally:
            file.close()


def copy_card(name: str, to: str) -> Path:
    """A second card that is as this one stands now; gives its file. Raises StoreError."""
    return add_card(to, read_card(name))


def reset_card(name: str) -> None:
    """Makes a card as it left the factory. Raises StoreError."""
    with open_card(name) as file:
        file.replace(replace(file.stored, content=factory_content(file.stored.profile)))


def delete_card(name: str) -> None:
    """Deletes a card and its snapshots. Raises StoreError."""
    path = _existing(name)
    with _locked(path) as lock, _explained_os_errors(path):
        for snapshot in _card_files(snapshots_directory(name)):
            remove_file(snapshot)
        remove_file(path)
        lock.forget()


def save_snapshot(name: str, snapshot: str | None = None) -> str:
    """Keeps a card as it stands now, under a name of its own or the time; gives that name. Raises StoreError."""
    stored = read_card(name)
    snapshot = snapshot or datetime.datetime.now().strftime("%Y%m%d-%H%M%S-%f")
    path = snapshot_path(name, snapshot)
    private_directory(path.parent)
    with _locked(path) as lock:
        if path.exists():
            raise StoreError(lambda messages: messages.text("snapshot-exists", name=name, snapshot=snapshot))
        create_file(path, stored)
        lock.forget()
    return snapshot


def list_snapshots(name: str) -> tuple[tuple[str, datetime.datetime], ...]:
    """A card's snapshots and when they were taken, the oldest first. Raises StoreError."""
    _known(name)
    taken = [(path.stem, path.stat().st_mtime_ns) for path in _card_files(snapshots_directory(name))]
    return tuple(
        (snapshot, datetime.datetime.fromtimestamp(time / 1e9).astimezone())
        for snapshot, time in sorted(taken, key=lambda pair: (pair[1], pair[0]))
    )


def read_snapshot(name: str, snapshot: str) -> StoredCard:
    """A card as it was in a snapshot. Raises StoreError."""
    return read_file(_snapshot_meant(name, snapshot)[1])


def restore_snapshot(name: str, snapshot: str | None = None) -> tuple[str, Path | None]:
    """Makes a card as it was in a snapshot, or in the latest one; gives the snapshot's name.

    A damaged card is moved aside first; then its new path comes second. Raises StoreError.
    """
    snapshot, taken = _snapshot_meant(name, snapshot)
    stored = read_file(taken)
    path, aside = card_path(name), None
    with _locked(path):
        if path.exists():
            try:
                with contextlib.closing(CardFile(path)) as file:
                    file.replace(stored)
                return snapshot, None
            except DamagedCardError:
                aside = path.with_name(f"{path.name}.damaged-{datetime.datetime.now():%Y%m%d-%H%M%S-%f}")
                with _explained_os_errors(path):
                    move_file(path, aside)
        create_file(path, stored)
    return snapshot, aside


def _snapshot_meant(name: str, snapshot: str | None) -> tuple[str, Path]:
    """The snapshot, or the latest one, and its file. Raises StoreError."""
    snapshots = [known for known, _ in list_snapshots(name)]
    if snapshot is None and snapshots:
        snapshot = snapshots[-1]
    if snapshot is None or snapshot not in snapshots:
        key = "snapshot-no-such" if snapshot is not None else "snapshot-not-any"

        def say(messages: Messages) -> str:
            known = messages.text(
                "stored-there-are" if snapshots else "snapshot-save-one", names=", ".join(snapshots), name=name
            )
            return messages.text(key, name=name, snapshot=snapshot or "", known=known)

        raise StoreError(say)
    return snapshot, snapshot_path(name, snapshot)


def _card_files(directory: Path) -> list[Path]:
    return sorted(directory.glob(f"*{CARD_SUFFIX}"))


def _existing(name: str) -> Path:
    path = card_path(name)
    if not path.exists():
        raise _no_such(name)
    return path


def _known(name: str) -> None:
    """A card that is there, or was and has snapshots."""
    if not card_path(name).exists() and not _card_files(snapshots_directory(name)):
        raise _no_such(name)


def _no_such(name: str) -> StoreError:
    names = ", ".join(path.stem for path in _card_files(cards_directory()))

    def say(messages: Messages) -> str:
        known = messages.text("stored-there-are" if names else "stored-none-yet", names=names)
        return messages.text("stored-no-such", name=name, known=known)

    return StoreError(say)


@contextlib.contextmanager
def _locked(path: Path) -> Iterator[CardLock]:
    with _explained_os_errors(path):
        lock = CardLock(path)
    try:
        yield lock
    finally:
        lock.release()


@contextlib.contextmanager
def _explained_os_errors(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise StoreError(f"{error.filename or path}: {error.strerror}; you need the right to write there") from error
