"""What the command `watch` does and shows."""

from __future__ import annotations

import gc
import json

from rich.text import Text

from cardtools.card.errors import NotOursError
from cardtools.common.output import shown
from cardtools.enrol.commands.run import EnrolRun
from cardtools.enrol.files.settings import home
from cardtools.enrol.files.store_choice import read_choice, write_choice
from cardtools.enrol.flows.device import OtherCard, QualifiedDevice
from cardtools.enrol.flows.request_status import check_request
from cardtools.enrol.flows.session import Session
from cardtools.enrol.flows.watching import Change, Seen, changes

_MARK = "✓ "


def watch_readers(run: EnrolRun, session: Session, *, once: bool, as_json: bool) -> None:
    """Tells what comes and goes, and keeps which device is the store. Raises ToldError; Ctrl-C ends it."""
    gc.enable()  # which one short command does without
    run.progress(run.messages.text("watch-began"))
    try:
        for change in changes(read_choice(home())):
            write_choice(home(), None if change.store is None else change.store.as_choice())
            (_write if as_json else _show)(run, change)
            if once and change.store is not None:
                return
            if change.newly_chosen and change.store is not None:
                _tell_issued(run, session, change.store)
    except KeyboardInterrupt:
        return


def _show(run: EnrolRun, change: Change) -> None:
    for seen in change.went:
        run.say("watch-went", card=seen.name, reader=seen.reader)
    for seen in change.came:
        if isinstance(seen, OtherCard):
            _show_other(run, seen)
        elif seen is not change.store:
            run.say("watch-came", card=seen.name, serial=seen.status.serial, reader=seen.reader)
    if change.store is None:
        run.say("watch-no-store")
    elif change.newly_chosen:
        _show_store(run, change.store)


def _show_store(run: EnrolRun, store: QualifiedDevice) -> None:
    """The mark, and the notice (PQ-30)."""
    notice = run.messages.text("watch-chosen", card=store.name, serial=store.status.serial, reader=store.reader)
    run.out.print(Text.assemble((_MARK, "bold green"), shown(notice)), soft_wrap=True)


def _show_other(run: EnrolRun, other: OtherCard) -> None:
    if isinstance(other.error, NotOursError):
        run.say("watch-other", card=other.name, reader=other.reader)
    else:
        run.say("watch-unknown", reader=other.reader, reason=run.messages.told(other.error))


def _tell_issued(run: EnrolRun, session: Session, device: QualifiedDevice) -> None:
    """Which of the device's requests were issued. A CA that can't be asked is told of, and ends nothing."""
    for request in session.pending.of_card(device.status.profile, device.status.serial):
        checked = check_request(session, request.id)
        if checked.failure is not None:
            run.tell_failure(checked.failure)
        elif checked.issued:
            run.warn_of("check-issued", id=checked.id)


def _write(_run: EnrolRun, change: Change) -> None:
    """A line of JSON for each that went or came."""
    for event, all_seen in (("went", change.went), ("came", change.came)):
        for seen in all_seen:
            print(json.dumps(_data(event, seen, change), ensure_ascii=False), flush=True)


def _data(event: str, seen: Seen, change: Change) -> dict[str, object]:
    device = seen if isinstance(seen, QualifiedDevice) else None
    return {
        "event": event,
        "reader": seen.reader,
        "card": seen.name,
        "serial": None if device is None else device.status.serial,
        "qualified_device": device is not None,
        "store": None if change.store is None else change.store.reader,
    }
