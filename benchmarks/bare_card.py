"""The least that can sit behind vpcd: answers 6D00 to everything. The yardstick for the card's own cost."""

from __future__ import annotations

import socket
import struct
import sys
import time

ATR = bytes.fromhex("3B7E9400008025A00000002856801012000114")


def main(port: int) -> None:
    """Serves until the connection ends."""
    for _ in range(200):
        try:
            connection = socket.create_connection(("127.0.0.1", port))
            break
        except OSError:
            time.sleep(0.05)
    answer, atr = struct.pack(">H", 2) + b"\x6d\x00", struct.pack(">H", len(ATR)) + ATR
    received = bytearray()
    while True:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)
        part = connection.recv(65536)
        if not part:
            return
        received += part
        while len(received) >= 2 and len(received) >= 2 + (size := received[0] << 8 | received[1]):
            payload = bytes(received[2 : 2 + size])
            del received[: 2 + size]
            if len(payload) == 1:
                if payload == b"\x04":
                    connection.sendall(atr)
            else:
                connection.sendall(answer)


if __name__ == "__main__":
    main(int(sys.argv[1]))
