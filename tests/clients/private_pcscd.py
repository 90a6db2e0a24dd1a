"""A pcscd of the test's own, with vpcd on a free port, beside whatever pcscd the system runs.

pcscd takes its listening socket from systemd as file descriptor 3 (sd_listen_fds(3)), so any program can hand
it one at a place of its own, and clients find it by PCSCLITE_CSOCK_NAME. Two things cannot be moved: pcscd
wants /run/pcscd to exist (root makes it; others cannot), and as root it writes its process id there, which
nothing reads but `pcscd --hotplug` and the start of a second pcscd without systemd.
"""

from __future__ import annotations

import os
import random
import shutil
import socket
import struct
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path
from types import TracebackType

PCSCD = shutil.which("pcscd", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")
READY_WITHIN = 60.0
_CMD_VERSION = 0x11

# The shell's process becomes pcscd, so $$ is the number that sd_listen_fds compares.
_HAND_OVER_STDIN = 'export LISTEN_FDS=1 LISTEN_PID=$$; exec "$@" 3<&0 </dev/null'

# `opensc-tool --wait` would not do: it waits for a card's coming, and never ends when the card has come before.
_AWAIT_CARD = """
from smartcard.scard import *
code, context = SCardEstablishContext(SCARD_SCOPE_USER)
code, readers = SCardListReaders(context, [])
state = SCARD_STATE_UNAWARE
while not state & SCARD_STATE_PRESENT:
    code, states = SCardGetStatusChange(context, INFINITE, [(readers[0], state)])
    assert code == SCARD_S_SUCCESS, SCardGetErrorMessage(code)
    state = states[0][1]
"""


def why_not() -> str | None:
    """Say why no private pcscd can be started here, or None if one can."""
    if PCSCD is None:
        return "pcscd is not installed (Debian: apt install pcscd)"
    if driver_library() is None:
        return "the vpcd driver is not installed (Debian: apt install vsmartcard-vpcd)"
    if os.geteuid() != 0 and not Path("/run/pcscd").is_dir():
        return "pcscd needs the directory /run/pcscd, which only root can make"
    return None


@cache
def driver_library() -> Path | None:
    """Give the driver library of vpcd: Debian's place first, then that of a build from source."""
    for root in ("/usr/lib/pcsc/drivers", "/usr/local/lib/pcsc/drivers"):
        for library in sorted(Path(root).glob("**/libifdvpcd.so*")):
            return library
    return None


def free_port_pair() -> int:
    """Give a TCP port P such that P and P+1 are free: vpcd opens a second reader on the next port.

    Taken from below the ports that the system hands to clients (32768 and up on Linux), so that none of them
    gets it meanwhile.
    """
    while True:
        port = random.randrange(20000, 32000, 2)
        try:
            for candidate in (port, port + 1):
                with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as trial:
                    trial.bind(("", candidate))
        except OSError:
            continue
        return port


class PrivatePcscd:
    """A running pcscd with two virtual readers, on `port` and `port + 1`.

    Use as a context manager. `env` is the environment for PC/SC clients. `kill` and `start` stage a crash and
    a restart at the same place.

    It starts in 10 ms, so take a new one for each test: pcscd notices a card's removal only by looking every
    400 ms, and would not tell the next test's card from the one before.
    """

    def __init__(self, port: int | None = None) -> None:
        self.port = port if port is not None else free_port_pair()
        self._directory = Path(tempfile.mkdtemp(prefix="stuntcard-pcscd-"))
        self.socket_path = self._directory / "pcscd.comm"
        self.log_path = self._directory / "pcscd.log"
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def env(self) -> dict[str, str]:
        """The environment for clients of this pcscd."""
        return {**os.environ, "PCSCLITE_CSOCK_NAME": str(self.socket_path)}

    @property
    def pid(self) -> int:
        """The process id of pcscd."""
        assert self._process is not None, "pcscd is not running"
        return self._process.pid

    def start(self) -> None:
        """Start pcscd and wait until it answers. Raises RuntimeError, with the reason, if it does not."""
        if reason := why_not():
            raise RuntimeError(reason)
        assert PCSCD is not None
        self.socket_path.unlink(missing_ok=True)
        command = [PCSCD, "--foreground", "--config", self._write_config()]
        if _knows_disable_polkit():
            command.append("--disable-polkit")
        # A drop directory without drivers leaves the USB readers to the system's own pcscd.
        environment = {**os.environ, "PCSCLITE_HP_DROPDIR": str(self._directory)}
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listener, self.log_path.open("wb") as log:
            listener.bind(str(self.socket_path))
            self.socket_path.chmod(0o600)
            listener.listen(16)
            self._process = subprocess.Popen(
                ["/bin/sh", "-c", _HAND_OVER_STDIN, "sh", *command],
                stdin=listener.fileno(),
                stdout=log,
                stderr=log,
                env=environment,
            )
        try:
            self._await_answer()
        except OSError as error:
            self.kill()
            raise RuntimeError(f"pcscd does not answer ({error}):\n{self.log_path.read_text()}") from error
        if "Could not initialize" in self.log_path.read_text():
            self.kill()
            raise RuntimeError(f"vpcd cannot listen on ports {self.port}:\n{self.log_path.read_text()}")

    def await_card(self) -> None:
        """Wait until clients see a card in the first reader. Raises subprocess.TimeoutExpired when none comes."""
        subprocess.run([sys.executable, "-c", _AWAIT_CARD], env=self.env, timeout=READY_WITHIN, check=True)

    def stop(self) -> None:
        """Ask pcscd to end, and wait for it."""
        if self._process is not None:
            self._process.terminate()
            try:
                self._process.wait(10)
            except subprocess.TimeoutExpired:
                self.kill()
            self._process = None

    def kill(self) -> None:
        """End pcscd at once, as a crash would."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def __enter__(self) -> PrivatePcscd:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
        shutil.rmtree(self._directory)

    def _write_config(self) -> str:
        directory = self._directory / "reader.conf.d"
        directory.mkdir(exist_ok=True)
        (directory / "vpcd").write_text(
            f'FRIENDLYNAME "Stuntcard"\n'
            f"DEVICENAME /dev/null:{self.port}\n"
            f"LIBPATH {driver_library()}\n"
            f"CHANNELID {self.port}\n"
        )
        return str(directory)

    def _await_answer(self) -> None:
        """Open a session as libpcsclite does; pcscd has loaded its drivers by the time it answers."""
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as client:
            client.settimeout(READY_WITHIN)
            client.connect(str(self.socket_path))
            client.sendall(struct.pack("=IIiiI", 12, _CMD_VERSION, 4, 4, 0))
            if not client.recv(12):
                raise ConnectionError("it closed the connection")


@cache
def _knows_disable_polkit() -> bool:
    assert PCSCD is not None
    return "disable-polkit" in subprocess.run([PCSCD, "--help"], capture_output=True, text=True).stdout
