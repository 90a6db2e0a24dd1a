"""Signatures a second through PKCS#11, the applets beside one another: `python benchmarks/signatures.py [MODULE]`.

MODULE is OpenSC's PKCS#11 module; without it, the one that `make p11test` built, else the system's. OpenSC 0.23 has no
ECDSA over a digest for an IsoApplet, so that its row is "failed"; a newer module has.
What counts is the relation between two figures of one run: each is the best short window of several interleaved
rounds, so that other work on the machine falls between them.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
STUNTCARD = str(Path(sys.executable).parent / "stuntcard")
MODULES = (
    ROOT / ".work/opensc-built/installed/lib/opensc-pkcs11.so",
    Path("/usr/lib/x86_64-linux-gnu/opensc-pkcs11.so"),
)
SOFTHSM = Path("/usr/lib/softhsm/libsofthsm2.so")
ROUNDS, WINDOWS, SIGNATURES = 5, 20, 20
"""Fresh cards one after the other, windows on each, signatures in each window."""
PIN = "12345678"
KINDS = ("rsa", "ec")
OPENSSL = "openssl speed"
NAMES = {"rsa": "RSA-2048", "ec": "P-256"}

SIGNER = """
import subprocess, sys, time
import pkcs11
from pkcs11.util.ec import encode_named_curve_parameters
module, pin, kind, prepare = sys.argv[1:5]
count, window = int(sys.argv[5]), int(sys.argv[6])
if prepare:
    subprocess.run(["bash", "-euc", prepare, kind], check=True, capture_output=True)
slot = pkcs11.lib(module).get_slots(token_present=True)[0]
with slot.get_token().open(rw=True, user_pin=pin) as session:
    if prepare:
        key = next(session.get_objects({pkcs11.Attribute.CLASS: pkcs11.ObjectClass.PRIVATE_KEY}))
    elif kind == "rsa":
        _, key = session.generate_keypair(pkcs11.KeyType.RSA, 2048, store=True, id=b"1", label="bench")
    else:
        curve = {pkcs11.Attribute.EC_PARAMS: encode_named_curve_parameters("secp256r1")}
        parameters = session.create_domain_parameters(pkcs11.KeyType.EC, curve, local=True)
        made = pkcs11.Mechanism.EC_KEY_PAIR_GEN
        _, key = parameters.generate_keypair(mechanism=made, store=True, id=b"1", label="bench")
    if kind == "rsa":
        mechanism, data = pkcs11.Mechanism.RSA_PKCS, bytes.fromhex("3031300d060960864801650304020105000420") + bytes(32)
    else:
        mechanism, data = pkcs11.Mechanism.ECDSA, bytes(range(32))
    best = 0
    for _ in range(count):
        start = time.perf_counter()
        for _ in range(window):
            key.sign(data, mechanism=mechanism)
        best = max(best, window / (time.perf_counter() - start))
    print(best)
"""
PREPARE_PIV = f"""
folder=$(mktemp -d); trap 'rm -r "$folder"' EXIT; cd "$folder"
case $0 in rsa) algorithm=RSA2048 ;; *) algorithm=ECCP256 ;; esac
piv() {{ yubico-piv-tool --reader Stuntcard --action verify-pin --pin {PIN} --slot 9a "$@"; }}
piv --action generate --algorithm $algorithm --output key.pem
openssl req -x509 -newkey ed25519 -nodes -keyout ca.key -out ca.pem -subj /CN=bench
openssl x509 -new -force_pubkey key.pem -subj /CN=bench -CA ca.pem -CAkey ca.key -out certificate.pem
piv --action import-certificate --input certificate.pem
"""
"""Clients of PIV see a key by its certificate, and OpenSC makes none."""
APPLETS = {"isoapplet": "", "myeid": "", "piv": PREPARE_PIV, "gids": ""}
PREPARE_IAS = '[ "$0" = rsa ]'
"""Its key is from the factory, and for RSA."""


@dataclass(frozen=True, slots=True)
class Signer:
    """One way to a signature: how the program is started, and in what environment."""

    name: str
    module: Path
    start: tuple[str, ...] = ()
    environment: Mapping[str, str] | None = None
    prepare: str = ""
    pin: str = PIN

    def rate(self, kind: str) -> float | None:
        """Signatures a second with a fresh key; None when the program ended with an error."""
        numbers = (str(WINDOWS), str(SIGNATURES))
        signer = [sys.executable, "-c", SIGNER, str(self.module), self.pin, kind, self.prepare, *numbers]
        done = subprocess.run([*self.start, *signer], env=self.environment, capture_output=True, text=True)
        return float(done.stdout) if done.returncode == 0 else None


def main() -> None:
    """Measures and prints everything."""
    module = Path(sys.argv[1]) if len(sys.argv) > 1 else next(path for path in MODULES if path.exists())
    print(f"{module}; load {os.getloadavg()[0]:.2f} at the start")
    with contextlib.ExitStack() as stack:
        signers = _signers(module)
        if SOFTHSM.exists():
            signers.append(Signer("SoftHSM2", SOFTHSM, environment=stack.enter_context(_softhsm())))
        best: dict[tuple[str, str], float] = {}
        for _ in range(ROUNDS):
            for kind in KINDS:
                rates = {signer.name: signer.rate(kind) for signer in signers} | {OPENSSL: _openssl_speed(kind)}
                for name, rate in rates.items():
                    if rate is not None:
                        best[name, kind] = max(rate, best.get((name, kind), 0))
    for kind in KINDS:
        whole = best[OPENSSL, kind]
        for name in (*(signer.name for signer in signers), OPENSSL):
            rate = best.get((name, kind))
            print(f"{NAMES[kind]:9} {name:14} {'none' if rate is None else f'{rate:6.0f}/s  {rate / whole:.2f}'}")


def _signers(module: Path) -> list[Signer]:
    """The applets, each with the card that it is measured with; IAS Classic where OpenSC has a driver for it."""
    start = (STUNTCARD, "exec", "proid-q", "--applet")
    signers = [Signer(name, module, (*start, name, "--"), prepare=prepare) for name, prepare in APPLETS.items()]
    if any(b"cedulauy" in library.read_bytes() for library in module.parent.glob("libopensc.so*")):
        health_card = (STUNTCARD, "exec", "zzzs-pk", "--applet", "ias", "--")
        signers.append(Signer("ias", module, health_card, prepare=PREPARE_IAS, pin="1234"))
    return signers


def _openssl_speed(kind: str) -> float:
    """What OpenSSL itself makes in a second, with nothing in between."""
    name = {"rsa": "rsa2048", "ec": "ecdsap256"}[kind]
    command = ["openssl", "speed", "-mr", "-seconds", "1", name]
    shown = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    (line,) = (line for line in shown.splitlines() if line.startswith(("+F2:", "+F4:")))
    return float(line.split(":")[3])


@contextlib.contextmanager
def _softhsm() -> Iterator[dict[str, str]]:
    """The environment of a SoftHSM2 with a token of its own."""
    with tempfile.TemporaryDirectory() as directory:
        config = Path(directory) / "softhsm2.conf"
        config.write_text(f"directories.tokendir = {directory}\n", encoding="ascii")
        environment = {**os.environ, "SOFTHSM2_CONF": str(config)}
        initialise = ["softhsm2-util", "--init-token", "--free", "--label", "bench", "--pin", PIN, "--so-pin", PIN]
        subprocess.run(initialise, env=environment, check=True, capture_output=True)
        yield environment


if __name__ == "__main__":
    main()
