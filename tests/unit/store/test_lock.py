from __future__ import annotations

import fcntl
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from stuntcard.store.errors import CardInUseError
from stuntcard.store.lock import CardLock, lock_path, user_of

HOLD = """
import sys, time
from pathlib import Path
from stuntcard.store.lock import CardLock
sys.argv = ["/usr/bin/stuntcard", "exec", "card:mine", "--", "/usr/bin/pkcs11-tool", "--pin", "12345678"]
lock = CardLock(Path(sys.stdin.readline().strip()))
print("held", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def card(tmp_path: Path) -> Path:
    return tmp_path / "mine.card"


def another_program(card: Path) -> subprocess.Popen[str]:
    """A program that has the lock until it is killed, or its input ends."""
    program = subprocess.Popen(
        [sys.executable, "-c", HOLD], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1
    )
    assert program.stdin is not None
    assert program.stdout is not None
    program.stdin.write(f"{card}\n")
    assert program.stdout.readline() == "held\n"
    return program


def end(program: subprocess.Popen[str]) -> None:
    program.communicate()


def test_the_second_is_told_who_the_first_is_and_what_to_do(card: Path) -> None:
    program = another_program(card)
    try:
        with pytest.raises(CardInUseError) as refusal:
            CardLock(card)
        user = user_of(card)
        assert user is not None
        assert (user.pid, user.command) == (program.pid, "stuntcard exec pkcs11-tool")
        assert str(refusal.value) == (
            f"card 'mine' is in use by `stuntcard exec pkcs11-tool` (process {program.pid}, since {user.since}); "
            "stop that first, or work on a copy: stuntcard card copy mine mine-2"
        )
    finally:
        end(program)
    assert "12345678" not in lock_path(card).read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["/usr/bin/stuntcard", "run", "card:mine", "--reader", "vpcd"], "stuntcard run"),
        (["/lib/stuntcard/__main__.py", "exec", "card:mine", "--", "sh", "-c", "echo 12345678"], "stuntcard exec sh"),
        (["/usr/bin/stuntcard", "exec", "card:mine", "--"], "stuntcard exec"),
        (["/usr/bin/my-tests", "12345678"], "my-tests"),
        ([""], "a program"),
    ],
)
def test_of_a_program_its_name_is_told_and_no_argument(
    words: list[str], told: str, card: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "argv", words)
    lock = CardLock(card)
    user = user_of(card)
    lock.release()
    assert user is not None
    assert user.command == told


def test_a_lock_is_free_when_its_program_is_killed(card: Path) -> None:
    program = another_program(card)
    program.send_signal(signal.SIGKILL)
    end(program)
    assert user_of(card) is None
    CardLock(card).release()


def test_a_lock_that_was_released_can_be_had_again(card: Path) -> None:
    for _ in range(3):
        lock = CardLock(card)
        assert user_of(card) is not None
        lock.release()
        assert user_of(card) is None


def test_two_in_one_program_exclude_each_other_too(card: Path) -> None:
    lock = CardLock(card)
    with pytest.raises(CardInUseError, match=f"process {os.getpid()}"):
        CardLock(card)
    lock.release()


def test_whoever_only_looks_is_waited_for(card: Path) -> None:
    CardLock(card).release()
    with lock_path(card).open() as looked_at:
        fcntl.flock(looked_at, fcntl.LOCK_SH)
        away = threading.Timer(0.3, fcntl.flock, (looked_at, fcntl.LOCK_UN))
        away.start()
        CardLock(card).release()
        away.join()


@pytest.mark.parametrize("record", [b"", b"not JSON", b"[1]", b'{"pid": 1}', b'{"pid": "x", "command": 1, "since": 2}'])
def test_a_record_that_can_not_be_read_does_not_matter(card: Path, record: bytes) -> None:
    lock = CardLock(card)
    lock_path(card).write_bytes(record)
    user = user_of(card)
    assert user is not None
    assert user.pid == 0
    with pytest.raises(CardInUseError, match="in use by another program; stop that first"):
        CardLock(card)
    lock.release()


def test_the_lock_of_a_deleted_card_is_no_lock_of_a_new_one(card: Path) -> None:
    old = CardLock(card)
    old.forget()
    new = CardLock(card)
    with pytest.raises(CardInUseError):
        CardLock(card)
    old.release()
    with pytest.raises(CardInUseError):
        CardLock(card)
    new.release()


def test_a_card_without_a_lock_file_is_not_in_use(card: Path) -> None:
    assert user_of(card) is None


def test_programs_that_are_started_do_not_inherit_the_lock(card: Path) -> None:
    lock = CardLock(card)
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as program:
        lock.release()
        assert user_of(card) is None
        program.communicate(b"\n")


def test_only_its_owner_can_read_it(card: Path) -> None:
    lock = CardLock(card)
    assert lock_path(card).stat().st_mode & 0o777 == 0o600
    lock.release()
