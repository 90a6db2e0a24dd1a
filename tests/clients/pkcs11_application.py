"""A program that uses a token through python-pkcs11. Run with the PKCS#11 module's path as its argument.

Each line on its standard input is a request, a JSON list of an act's name and its arguments. Each is answered with
one line: {"done": what the act gives}, or {"refused": the name of the error}. Bytes travel as hexadecimal.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from typing import Any

import pkcs11
from pkcs11 import Attribute, KeyType, Mechanism, ObjectClass
from pkcs11.util.ec import encode_named_curve_parameters

_MECHANISMS = {
    "rsa": Mechanism.RSA_PKCS,
    "sha256-rsa": Mechanism.SHA256_RSA_PKCS,
    "ecdsa-sha1": Mechanism.ECDSA_SHA1,
}


class Application:
    """One user of the module, with a session for each token that it is logged in to."""

    def __init__(self, module: str) -> None:
        self._library = pkcs11.lib(module)
        self._sessions: dict[str, Any] = {}

    def tokens(self) -> list[str]:
        return [slot.get_token().label for slot in self._library.get_slots(token_present=True)]

    def log_in(self, token: str, code: str) -> None:
        self._sessions[token] = self._library.get_token(token_label=token).open(rw=True, user_pin=code)

    def log_out(self, token: str) -> None:
        self._sessions.pop(token).close()

    def change_code(self, token: str, old: str, new: str) -> None:
        self._sessions[token].set_pin(old, new)

    def make_key(self, token: str, kind: str, identifier: str, always_authenticate: bool = False) -> None:
        """Makes a key pair: `rsa:BITS`, or `ec:CURVE`."""
        session = self._sessions[token]
        private: dict[Attribute, object] = {Attribute.SIGN: True}
        if always_authenticate:
            private[Attribute.ALWAYS_AUTHENTICATE] = True
        wanted = {
            "id": bytes.fromhex(identifier),
            "label": f"key {identifier}",
            "store": True,
            "private_template": private,
            "public_template": {Attribute.VERIFY: True},
        }
        algorithm, _, size = kind.partition(":")
        if algorithm == "rsa":
            session.generate_keypair(KeyType.RSA, int(size), **wanted)
            return
        curve = {Attribute.EC_PARAMS: encode_named_curve_parameters(size)}
        parameters = session.create_domain_parameters(KeyType.EC, curve, local=True)
        parameters.generate_keypair(mechanism=Mechanism.EC_KEY_PAIR_GEN, **wanted)

    def keys(self, token: str) -> list[str]:
        """The identifiers of the private keys that a logged-in user sees."""
        keys = self._sessions[token].get_objects({Attribute.CLASS: ObjectClass.PRIVATE_KEY})
        return sorted(key[Attribute.ID].hex() for key in keys)

    def sign(self, token: str, identifier: str, mechanism: str, data: str, code: str | None = None) -> str:
        """Signs; with `code` given, that is the context-specific login of a key that wants it each time."""
        key = self._private_key(token, identifier)
        signature: bytes = key.sign(bytes.fromhex(data), mechanism=_MECHANISMS[mechanism], pin=code)
        return signature.hex()

    def decrypt(self, token: str, identifier: str, data: str) -> str:
        key = self._private_key(token, identifier)
        plain: bytes = key.decrypt(bytes.fromhex(data), mechanism=Mechanism.RSA_PKCS)
        return plain.hex()

    def destroy_key(self, token: str, identifier: str) -> None:
        self._private_key(token, identifier).destroy()

    def _private_key(self, token: str, identifier: str) -> Any:
        return self._sessions[token].get_key(object_class=ObjectClass.PRIVATE_KEY, id=bytes.fromhex(identifier))


def main() -> None:
    application = Application(sys.argv[1])
    for line in sys.stdin:
        name, *arguments = json.loads(line)
        act: Callable[..., object] = getattr(application, name)
        try:
            answer = {"done": act(*arguments)}
        except (pkcs11.PKCS11Error, pkcs11.NoSuchKey) as error:
            answer = {"refused": type(error).__name__}
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
