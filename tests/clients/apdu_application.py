"""A PC/SC program: each line in is a command for the card in the first reader, each line out the card's answer."""

from __future__ import annotations

import sys

from smartcard.System import readers

connection = readers()[0].createConnection()
connection.connect()
for line in sys.stdin:
    data, sw1, sw2 = connection.transmit(list(bytes.fromhex(line)))
    print(bytes([*data, sw1, sw2]).hex(), flush=True)
