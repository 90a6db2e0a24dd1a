"""Runs a program with a fresh card in a vpcd reader of a private pcscd.

.venv/bin/python demo/with_pcscd.py -- COMMAND…

The same as `stuntcard exec proid-q -- COMMAND…`, but through pcscd. Ends with COMMAND's exit status.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tests.clients import private_pcscd
from tests.clients.private_pcscd import PrivatePcscd

_STUNTCARD = Path(sys.executable).with_name("stuntcard")
_PATIENCE = 60
"""Seconds for the card to be in the reader, and to be out of it again."""


def main(arguments: list[str]) -> int:
    """Start pcscd and the card, run the program, and give its exit status."""
    if arguments[:1] != ["--"] or not arguments[1:]:
        print("usage: with_pcscd.py -- COMMAND…", file=sys.stderr)
        return 2
    if reason := private_pcscd.why_not():
        print(f"The demo can't run a pcscd: {reason}.", file=sys.stderr)
        return 1
    with PrivatePcscd() as daemon:
        card_command = ["stuntcard", "run", "proid-q", "--reader", f"vpcd:localhost:{daemon.port}"]
        print(f"$ {' '.join(card_command)} &")
        print(f"$ export PCSCLITE_CSOCK_NAME={daemon.socket_path}")
        print(f"$ {' '.join(arguments[1:])}", flush=True)
        card = subprocess.Popen([_STUNTCARD, *card_command[1:]])
        try:
            # opensc-tool waits for a card to be put in, as a person would.
            waiting = ["opensc-tool", "--wait", "--atr"]
            subprocess.run(waiting, env=daemon.env, check=True, timeout=_PATIENCE, stdout=subprocess.DEVNULL)
            return subprocess.run(arguments[1:], env=daemon.env).returncode
        except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
            print(f"No card came into the reader: {error}", file=sys.stderr)
            return 1
        finally:
            card.terminate()
            card.wait(_PATIENCE)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
