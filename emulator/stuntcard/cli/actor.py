"""The `actor` command: somebody off the card acts on a running card."""

from __future__ import annotations

import sys
from getpass import getpass

from stuntcard.control.actors import ActError, ActRequest
from stuntcard.control.control import RunningCard, act_on, codes_needed, running_cards

BAD_INPUT = 2
REFUSED = 1


def actor_command(card_id: str, actor: str, act: str, options: list[str]) -> int:
    """Has the act done and says so; gives the exit status: 0 done, 1 refused by the card's law, 2 bad input."""
    try:
        card = the_running_card(card_id)
        values = _values(codes_needed(card, actor, act), options)
    except (ActError, OSError) as error:
        print(error, file=sys.stderr)
        return BAD_INPUT
    try:
        print(act_on(card, ActRequest(actor, act, values)))
    except (ActError, OSError) as error:
        print(error, file=sys.stderr)
        return REFUSED
    return 0


def the_running_card(card_id: str) -> RunningCard:
    """The one running card of this profile. Raises ActError when there is none, or more than one."""
    cards = running_cards()
    found = [card for card in cards if card_id in (card.status["profile"], card.directory.name, str(card.directory))]
    if len(found) == 1:
        return found[0]
    if found:
        names = ", ".join(card.directory.name for card in found)
        raise ActError(f"several cards of '{card_id}' are running; name one of them: {names}")
    running = ", ".join(str(card.status["profile"]) for card in cards) or "none"
    raise ActError(f"no card '{card_id}' is running (running: {running}); start one with: stuntcard run {card_id}")


def _values(needed: tuple[str, ...], options: list[str]) -> dict[str, str]:
    """The values given as `--CODE VALUE`, the others asked for. Raises ActError for options that are no such code."""
    given: dict[str, str] = {}
    rest = list(options)
    while rest:
        word, *rest = rest
        name, equals, value = word.partition("=")
        if equals:
            rest = [value, *rest]
        code = name.removeprefix("--")
        if not name.startswith("--") or code not in needed or not rest:
            wanted = " ".join(f"--{item} VALUE" for item in needed) or "no options"
            shown = name if name.startswith("--") else "a word without --"
            raise ActError(f"{shown} can't be understood here; this act takes {wanted}")
        given[code], *rest = rest
    for code in needed:
        if code not in given:
            given[code] = getpass(f"{code}: ") if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n")
    return given
