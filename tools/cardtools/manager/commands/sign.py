"""The command `sign`: a signature over a file, by a key on the card."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from cardtools.common.told import Name
from cardtools.manager.commands.code_prompts import CodePrompts
from cardtools.manager.commands.run import ManagerRun
from cardtools.manager.model.files import check_writable, digest_of_file, write_file
from cardtools.manager.model.inventory import Container, Inventory
from cardtools.manager.model.lookup import certificate_of, find_container
from cardtools.manager.model.refusals import ManagerError, UsageError
from cardtools.manager.model.signed_file import detached_signature
from cardtools.manager.model.writing import guard_of


def sign_file(
    run: ManagerRun, codes: CodePrompts, file: Path, identifier: str | None, to: Path | None, *, force: bool
) -> None:
    """Writes a signature beside a file, with the code of the key's area and no other (EO-30). Raises ToldError."""
    target = to if to is not None else file.with_name(f"{file.name}.p7s")
    check_writable(target, force=force)
    digest = digest_of_file(file)
    inventory = run.read_inventory()
    container = _key_to_sign_with(inventory, identifier)
    certificate = certificate_of(container).der
    assert container.identifier is not None, "only a listed key is found"
    name = container.identifier
    assert container.area is not None, "a key lies in an area"
    guard = guard_of(inventory.card, container.area)
    run.warn_of("signs-with", identifier=container.name, code=Name(guard.name))
    value = codes.given(guard)
    with run.token() as token:
        token.log_in({guard.id: value})
        signature = detached_signature(digest, certificate, lambda data: token.sign(name, data), datetime.now(UTC))
    write_file(target, signature, force=force)
    run.say("signed-file", file=str(file), signature=str(target))


def _key_to_sign_with(inventory: Inventory, identifier: str | None) -> Container:
    """The key named, or the only one with a certificate. Raises UsageError, and ManagerError for one without key."""
    if identifier is not None:
        container = find_container(inventory, identifier)
        if not container.has_private_key:
            raise ManagerError("no-key-there", identifier=container.name)
        return container
    able = [one for one in inventory.containers if one.has_private_key and one.certificates and one.identifier]
    if not able:
        raise ManagerError("nothing-to-sign-with")
    if len(able) > 1:
        raise UsageError("sign-with-which", known=", ".join(sorted(one.name for one in able)))
    return able[0]
