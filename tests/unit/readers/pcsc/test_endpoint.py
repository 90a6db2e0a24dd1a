"""The socket: private, replaced when stale, and removed in the end."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from stuntcard.readers.pcsc import PcscServer, PcscSocketError
from stuntcard.readers.slot import Slot

from tests.unit.readers.pcsc.clients import READER, SELECT, THREADS_MAY_NOT_FAIL, Client, RawClient, TroublesomeCard

pytestmark = THREADS_MAY_NOT_FAIL


class TestEndpoint:
    def test_is_private_and_removed_in_the_end(self, socket_path: Path, slot: Slot) -> None:
        server = PcscServer(socket_path, [(READER, slot)])
        assert not socket_path.exists()
        for _ in range(2):
            server.start()
            assert socket_path.stat().st_mode & 0o777 == 0o600
            assert socket_path.parent.stat().st_mode & 0o777 == 0o700
            RawClient(socket_path).open(6)
            server.stop()
            assert not socket_path.exists()

    def test_stopping_parts_from_the_clients_and_cuts_the_power(
        self, server: PcscServer, client: Client, card: TroublesomeCard
    ) -> None:
        handle = client.handle()
        assert server.clients == 1
        server.stop()
        assert server.clients == 0
        assert card.history == ["on", "off"]
        assert client.transmit(handle, SELECT)[0] == 0x8010001D

    def test_a_stale_socket_is_replaced(self, socket_path: Path, slot: Slot) -> None:
        script = (
            "import socket, sys; s = socket.socket(socket.AF_UNIX); s.bind(sys.argv[1]); s.listen();"
            "print(flush=True); input()"
        )
        socket_path.parent.mkdir(mode=0o700)
        with subprocess.Popen(
            [sys.executable, "-c", script, str(socket_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        ) as process:
            assert process.stdout is not None
            process.stdout.readline()
            with pytest.raises(PcscSocketError, match="another server is already serving"):
                PcscServer(socket_path, {READER: slot}).start()
            process.kill()
        with PcscServer(socket_path, {READER: slot}):
            RawClient(socket_path).open(4)

    def test_a_live_server_is_left_alone(self, server: PcscServer, slot: Slot) -> None:
        rival = PcscServer(server.socket_path, {READER: slot})
        with pytest.raises(PcscSocketError, match=r"another server is already serving .* Stop it, or choose"):
            rival.start()
        rival.stop()
        RawClient(server.socket_path).open(4)

    def test_a_successors_socket_is_left_alone(self, socket_path: Path, slot: Slot) -> None:
        first = PcscServer(socket_path, {READER: slot})
        first.start()
        socket_path.unlink()
        with PcscServer(socket_path, {READER: slot}):
            first.stop()
            RawClient(socket_path).open(4)

    def test_a_file_in_the_way(self, socket_path: Path, slot: Slot) -> None:
        socket_path.parent.mkdir(mode=0o700)
        socket_path.write_text("precious")
        with pytest.raises(PcscSocketError, match="exists and is not a socket"):
            PcscServer(socket_path, {READER: slot}).start()
        assert socket_path.read_text() == "precious"

    def test_a_directory_open_to_others(self, socket_path: Path, slot: Slot) -> None:
        socket_path.parent.mkdir(mode=0o755)
        with pytest.raises(PcscSocketError, match=r"open to other users \(mode 0755\).*chmod 700"):
            PcscServer(socket_path, {READER: slot}).start()

    def test_a_path_too_long(self, tmp_path: Path, slot: Slot) -> None:
        path = tmp_path / ("x" * (108 - len(os.fsencode(tmp_path)) - 1))
        assert len(os.fsencode(path)) == 108
        with pytest.raises(PcscSocketError, match="has 108 bytes, and a Unix socket allows 107"):
            PcscServer(path, {READER: slot}).start()

    @pytest.mark.parametrize(
        ("names", "message"),
        [
            ([""], "cannot be used"),
            (["x" * 128], "cannot be used"),
            (["a\0b"], "cannot be used"),
            (["eObčanka"], "cannot be used"),
            (["a", "a"], "same name"),
            ([f"Reader {number}" for number in range(17)], "at most 16 readers"),
        ],
    )
    def test_reader_names_no_client_could_use(self, socket_path: Path, names: list[str], message: str) -> None:
        with pytest.raises(ValueError, match=message):
            PcscServer(socket_path, [(name, Slot()) for name in names])
