"""The command lines of OpenSC's programs that tests give most often."""

from __future__ import annotations

AUTH_ID = {"pin": "01", "puk": "02", "qpin": "03", "iok": "04", "dok": "05"}
"""The identifiers that OpenSC's programs know the codes of the Czech cards by."""


def verifying(code: str, value: str) -> tuple[str, ...]:
    """Gives a code, which is named as the profile does or by its identifier."""
    return ("pkcs15-tool", "--verify-pin", "--auth-id", AUTH_ID.get(code, code), "--pin", value)


def changing(code: str, old: str, new: str) -> tuple[str, ...]:
    return ("pkcs15-tool", "--change-pin", "--auth-id", AUTH_ID.get(code, code), "--pin", old, "--new-pin", new)


def unblocking(code: str, by: str, new: str) -> tuple[str, ...]:
    """Sets a code, blocked or not, with the value of the code that does so."""
    return ("pkcs15-tool", "--unblock-pin", "--auth-id", AUTH_ID.get(code, code), "--puk", by, "--new-pin", new)


def deleting(identifier: str, what: str, pin: str) -> tuple[str, ...]:
    """Deletes objects of the general area: `cert`, `privkey`, `pubkey`, or several with commas between."""
    return ("pkcs15-init", "--delete-objects", what, "--id", identifier, "--auth-id", "01", "--pin", pin)


def storing(identifier: str, pin: str) -> tuple[str, ...]:
    """Stores the certificate that `issue_certificate` made, by pkcs15-init."""
    return (
        "pkcs15-init", "--store-certificate", f"{identifier}.crt", "--id", identifier, "--verify-pin",
        "--auth-id", "01", "--pin", pin,
    )  # fmt: skip


def writing(identifier: str, pin: str) -> tuple[str, ...]:
    """Stores the same certificate by pkcs11-tool."""
    return (
        "pkcs11-tool", "--login", "--pin", pin, "--write-object", f"{identifier}.der", "--type", "cert",
        "--id", identifier,
    )  # fmt: skip
