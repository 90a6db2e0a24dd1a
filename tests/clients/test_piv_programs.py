"""Cards as PIV in programs that know nothing of PIV, through a PKCS#11 module: Yubico's, or OpenSC's."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from stuntcard.profile.load import load_profile
from stuntcard.profile.model import CodeStatus
from stuntcard.readers.slot import Slot
from stuntcard.running.making import fresh_card

from tests import programs
from tests.clients.desk import Desk, WatchedCard, desk_before
from tests.clients.opensc import SOCKET_VARIABLE, pkcs11_module
from tests.clients.piv_card import AUTHENTICATION, KEY_MANAGEMENT, SIGNATURE, PivCard

PIN, WRONG = "12345678", "00000000"
YKCS11 = "/usr/lib/x86_64-linux-gnu/libykcs11.so.2"
READER_OF_YUBICO = "Yubico Stuntcard 00 00"
"""Debian 12's module sees no reader of another maker's name; since 2.3 it sees all."""


@contextmanager
def holder_at(reader: str) -> Iterator[PivCard]:
    """A holder of a fresh ProID+Q that shows its general area, in a reader of this name."""
    card = WatchedCard(fresh_card(load_profile("proid-q"), "piv:general"))
    with desk_before({reader: Slot(card)}, card) as desk:
        yield PivCard(desk, PIN, reader)


# Yubico's module


def test_yubicos_module_shows_keys_signs_and_agrees_that_the_pin_is_locked() -> None:
    with holder_at(READER_OF_YUBICO) as holder:
        desk, module = holder.desk, ("pkcs11-tool", "--module", YKCS11)
        holder.equip(AUTHENTICATION, "RSA2048")
        holder.equip(SIGNATURE, "ECCP256")
        shown = desk.tool(*module, "--login", "--pin", PIN, "--list-objects")
        assert "Private key for PIV Authentication" in shown
        assert "Private key for Digital Signature" in shown
        assert re.findall(r"serial num +: (\d+)", desk.tool(*module, "--list-slots")) == [str(0x54000001)]
        for slot, identifier, mechanism in (
            (AUTHENTICATION, "01", "SHA256-RSA-PKCS"), (SIGNATURE, "02", "ECDSA-SHA256"),
        ):  # fmt: skip
            desk.tool(
                *module, "--login", "--pin", PIN, "--sign", "--id", identifier, "--mechanism", mechanism,
                "--signature-format", "openssl", "--input-file", desk.write("text", b"a letter"),
                "--output-file", "signature",
            )  # fmt: skip
            desk.openssl("dgst", "-sha256", "-verify", f"{slot}.pem", "-signature", "signature", "text")
        desk.tool(*module, "--login", "--pin", PIN, "--change-pin", "--new-pin", "654321")
        for _ in range(3):
            assert "CKR_PIN_INCORRECT" in desk.refused(*module, "--login", "--pin", WRONG, "--list-objects")
        assert "CKR_PIN_LOCKED" in desk.refused(*module, "--login", "--pin", "654321", "--list-objects")


def test_a_token_made_anew_through_yubicos_module_is_none() -> None:
    """It asks for a reset, which this card has not; a module newer than Debian 12's spends the PIN's tries before."""
    with holder_at(READER_OF_YUBICO) as holder:
        desk = holder.desk
        holder.generate(AUTHENTICATION, "ECCP256")
        desk.refused(
            "pkcs11-tool", "--module", YKCS11, "--init-token", "--label", "new",
            "--so-pin", "010203040506070801020304050607080102030405060708",
        )  # fmt: skip
        assert (desk.code("pin").state, desk.tries()) in (
            (CodeStatus.SET, (3, 5, 3)), (CodeStatus.BLOCKED, (0, 5, 3)),
        )  # fmt: skip
        assert len(desk.card.state.items) == 1


# OpenSSH and OpenSSL, through OpenSC's


def run(desk: Desk, *command: str) -> str:
    """What a program of this machine shows, with the desk's card in its reader; it must end well."""
    askpass = desk.folder / "askpass"
    askpass.write_text(f"#!/bin/sh\necho {PIN}\n")
    askpass.chmod(0o700)
    environment = {
        **os.environ, SOCKET_VARIABLE: str(desk.socket), "SSH_ASKPASS": str(askpass), "SSH_ASKPASS_REQUIRE": "force",
        "HOME": str(desk.folder),
    }  # fmt: skip
    return programs.shown(*command, cwd=desk.folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)


@pytest.mark.own_module
@pytest.mark.parametrize("algorithm", ["RSA2048", "ECCP256"])
def test_openssh_signs_with_the_key_for_authentication(algorithm: str) -> None:
    with holder_at("Stuntcard ProID+Q 00 00") as holder:
        desk, module = holder.desk, str(pkcs11_module())
        holder.equip(AUTHENTICATION, algorithm)
        holder.equip(KEY_MANAGEMENT, "ECCP384")
        shown = run(desk, "ssh-keygen", "-D", module, "-e")
        (line,) = [line for line in shown.splitlines() if "PIV AUTH" in line]
        desk.write("card.pub", f"{line}\n".encode())
        desk.write("order", b"an order")
        script = f"""
            eval "$(ssh-agent -P {module})" >/dev/null
            trap 'kill $SSH_AGENT_PID' EXIT
            ssh-add -s {module}
            ssh-keygen -Y sign -f card.pub -n file order
            echo "jana $(cat card.pub)" >signers
            ssh-keygen -Y verify -f signers -I jana -n file -s order.sig <order
        """
        assert 'Good "file" signature for jana' in run(desk, "bash", "-euc", script)


@pytest.mark.own_module
def test_openssl_signs_a_message_with_the_key_for_authentication() -> None:
    with holder_at("Stuntcard ProID+Q 00 00") as holder:
        desk = holder.desk
        holder.equip(AUTHENTICATION, "RSA2048")
        desk.write("order", b"an order")
        key = f"pkcs11:id=%01;type=private;pin-value={PIN}"
        run(
            desk, "openssl", "cms", "-sign", "-in", "order", "-signer", "9a.crt", "-engine", "pkcs11",
            "-keyform", "engine", "-inkey", key, "-binary", "-outform", "DER", "-out", "order.p7s",
        )  # fmt: skip
        shown = run(
            desk, "openssl", "cms", "-verify", "-in", "order.p7s", "-inform", "DER", "-content", "order", "-noverify"
        )
        assert "an order" in shown
        assert "Verification successful" in shown
