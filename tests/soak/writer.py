"""A PC/SC program that writes a rising number to a file of its own, and says each number that the card acknowledged.

Whatever befalls the card (a fault, a removal, a reset), it connects again and goes on. Its end is the end of its input.
"""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from itertools import count

from smartcard.Exceptions import SmartcardException
from smartcard.ExclusiveTransmitCardConnection import ExclusiveTransmitCardConnection
from smartcard.System import readers

SELECT_APPLET = "00A404000CF276A288BCFBA69D34F31001"
VERIFY_PIN = "00200001103132333435363738" + "FF" * 8
SELECT_APPLICATION = "00A4080C025015"
CREATE_FILE = "00E0000017" + "6F15" + "81020008" + "820101" + "83027001" + "8608FF90909090909000"
SELECT_FILE = "00A4080C0450157001"
DONE = 0x9000


def main() -> None:
    """Writes until standard input ends."""
    ended = threading.Event()

    def wait_for_the_end() -> None:
        sys.stdin.read()
        ended.set()

    threading.Thread(target=wait_for_the_end, daemon=True).start()
    numbers = count(1)
    while not ended.is_set():
        with suppress(SmartcardException, IndexError):
            write_while_it_goes_well(numbers, ended)
        time.sleep(0.05)


def write_while_it_goes_well(numbers: Iterator[int], ended: threading.Event) -> None:
    """Ends, or raises SmartcardException, when something goes wrong."""
    connection = ExclusiveTransmitCardConnection(readers()[0].createConnection())
    connection.connect()

    def send(command: str) -> int:
        _, sw1, sw2 = connection.transmit(list(bytes.fromhex(command)))
        return int(sw1) << 8 | int(sw2)

    try:
        while not ended.is_set():
            number = next(numbers)
            connection.lock()  # other programs select other files, and log out, in between
            try:
                send(SELECT_APPLET)
                send(VERIFY_PIN)
                if send(SELECT_FILE) != DONE:
                    send(SELECT_APPLICATION)
                    send(CREATE_FILE)
                if send(SELECT_FILE) != DONE:
                    return
                print(f"tried {number}", flush=True)
                if send(f"00D6000008{number:016X}") == DONE:
                    print(f"acknowledged {number}", flush=True)
            finally:
                connection.unlock()
            time.sleep(0.005)
    finally:
        connection.disconnect()


if __name__ == "__main__":
    main()
