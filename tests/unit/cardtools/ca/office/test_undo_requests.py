"""The request to undo a bond: the authorised person sends it, the CA carries it out or refuses it."""

from __future__ import annotations

import pytest
from cardtools.ca.cli import app
from typer.testing import CliRunner

from tests.unit.cardtools.ca.cards import AttestingCard
from tests.unit.cardtools.ca.running_ca import JANA, PETR, RunningCa, refused

_STILL_VALID = (409, "still-valid-certificates")
_ALREADY_DONE = (409, "already-done")


def _card_with_nothing_valid(ca: RunningCa, number: str = "0001") -> AttestingCard:
    card = ca.card(number)
    ca.revoke(ca.issued(card=card)["serial"])
    return card


@pytest.mark.fact("PQ-25")
def test_the_operator_carries_it_out(manual_ca: RunningCa) -> None:
    card = _card_with_nothing_valid(manual_ca)
    sent = manual_ca.ask_to_undo_bond(card)
    assert sent.status_code == 201
    assert sent.json() | {"sent": "then"} == {
        "number": 1, "card_profile": "proid-q", "card_number": "0001", "name": JANA.name, "sent": "then",
        "state": "pending", "decided": None, "reason": None,
    }  # fmt: skip
    assert manual_ca.bond(card).status_code == 200
    assert manual_ca.listed("/undo-requests?state=pending") == [sent.json()]

    done = manual_ca.operate("/undo-requests/1/carry-out").json()
    assert done["state"] == "done"
    assert done["decided"] is not None
    assert manual_ca.bond(card).status_code == 404
    assert manual_ca.listed("/undo-requests?state=pending") == []
    assert manual_ca.issued(card=card, who=PETR)["on_device"]
    assert refused(manual_ca.operate("/undo-requests/1/carry-out")) == _ALREADY_DONE
    assert ("authorised Adam", "ask to undo bond", "proid-q/0001", "done") in manual_ca.audit()
    assert ("operator Olga", "undo bond", "proid-q/0001", "done") in manual_ca.audit()


@pytest.mark.fact("PQ-25")
def test_without_an_operator_it_is_carried_out_at_once(ca: RunningCa) -> None:
    card = _card_with_nothing_valid(ca)
    assert ca.ask_to_undo_bond(card).json()["state"] == "done"
    assert ca.bond(card).status_code == 404


@pytest.mark.fact("PQ-25")
def test_it_is_not_taken_while_something_is_valid(manual_ca: RunningCa) -> None:
    card = manual_ca.card()
    manual_ca.issued(card=card)
    assert refused(manual_ca.ask_to_undo_bond(card)) == _STILL_VALID
    assert manual_ca.listed("/undo-requests") == []


@pytest.mark.fact("PQ-25")
def test_a_certificate_issued_meanwhile_holds_it_up(manual_ca: RunningCa) -> None:
    """It goes on waiting; once that certificate is revoked too, it can be carried out."""
    card = _card_with_nothing_valid(manual_ca)
    manual_ca.ask_to_undo_bond(card)
    later = manual_ca.issued(card=card)["serial"]
    assert refused(manual_ca.operate("/undo-requests/1/carry-out")) == _STILL_VALID
    assert manual_ca.listed("/undo-requests")[0]["state"] == "pending"
    manual_ca.revoke(later)
    assert manual_ca.operate("/undo-requests/1/carry-out").json()["state"] == "done"


def test_it_is_refused_with_a_reason_and_may_be_sent_again(manual_ca: RunningCa) -> None:
    card = _card_with_nothing_valid(manual_ca)
    manual_ca.ask_to_undo_bond(card)
    answer = manual_ca.operate("/undo-requests/1/refuse", reason="Send the card first.")
    assert (answer.json()["state"], answer.json()["reason"]) == ("refused", "Send the card first.")
    assert refused(manual_ca.operate("/undo-requests/1/carry-out")) == _ALREADY_DONE
    assert refused(manual_ca.operate("/undo-requests/1/refuse", reason="Again.")) == _ALREADY_DONE
    assert manual_ca.bond(card).status_code == 200
    assert manual_ca.ask_to_undo_bond(card).json()["number"] == 2


def test_one_waits_for_a_card_and_no_second(manual_ca: RunningCa) -> None:
    first, second = (_card_with_nothing_valid(manual_ca, number) for number in ("0001", "0002"))
    assert manual_ca.ask_to_undo_bond(first).status_code == 201
    assert refused(manual_ca.ask_to_undo_bond(first)) == _ALREADY_DONE
    assert manual_ca.ask_to_undo_bond(second).status_code == 201


def test_a_bond_undone_otherwise_is_a_request_done(manual_ca: RunningCa) -> None:
    card = _card_with_nothing_valid(manual_ca)
    manual_ca.ask_to_undo_bond(card)
    assert manual_ca.undo_bond(card).status_code == 204
    assert manual_ca.listed("/undo-requests")[0]["state"] == "done"


def test_there_is_none_such(manual_ca: RunningCa) -> None:
    assert refused(manual_ca.ask_to_undo_bond(manual_ca.card())) == (404, "not-found")
    assert refused(manual_ca.operate("/undo-requests/7/carry-out")) == (404, "not-found")
    assert refused(manual_ca.operate("/undo-requests/7/refuse", reason="None.")) == (404, "not-found")


@pytest.mark.fact("PQ-25")
def test_on_the_command_line(manual_ca: RunningCa) -> None:
    folder = str(manual_ca.service.settings.folder)
    cards = [_card_with_nothing_valid(manual_ca, number) for number in ("0001", "0002")]
    for card in cards:
        manual_ca.ask_to_undo_bond(card)

    def told(*arguments: str, status: int = 0) -> str:
        result = CliRunner().invoke(app, ["bond", *arguments])
        assert result.exit_code == status, result.output
        return result.output

    waiting = "pending  proid-q/0001  authorised Adam  Jana Nováková"
    assert told("requests", folder).splitlines()[1] == f"1  {waiting}"
    assert told("undo", folder, "1") == "bond undone  proid-q/0001\n"
    told("refuse", folder, "2", "--reason", "Not hers.")
    assert told("requests", folder).splitlines() == [
        "2  refused  proid-q/0002  authorised Adam  Jana Nováková  Not hers.",
        "1  done  proid-q/0001  authorised Adam  Jana Nováková",
    ]
    assert told("requests", folder, "--state", "pending") == ""
    assert told("undo", folder, "2", status=1) == "Request 2 to undo a bond is refused already.\n"
