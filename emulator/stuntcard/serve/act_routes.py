"""The API's routes for what people off the card do, faults, the PIN pad, and snapshots."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from stuntcard.control import requests as api
from stuntcard.serve.callers import CardSeen, CardToChange
from stuntcard.serve.languages import InLanguage
from stuntcard.serve.people import ActorAbout, actors_of
from stuntcard.serve.problems import Problem, refusals
from stuntcard.serve.snapshots import Snapshot

_LOOKING = refusals(Problem.NOT_ALLOWED, Problem.NO_SUCH_CARD, Problem.NOT_VALID)
_CHANGING = _LOOKING | refusals(Problem.REFUSED)
router = APIRouter(prefix="/api/v1/cards/{id}")

_Name = Annotated[str, Path(pattern=r"^[a-z0-9][a-z0-9-]{0,63}$")]
_SnapshotName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$")]
_Value = Annotated[str, StringConstraints(max_length=64)]


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)


class Actors(BaseModel):
    """The people off the card."""

    actors: list[ActorAbout]


class Values(_Body):
    """The values of codes that an act asks for, by the codes' ids."""

    values: dict[str, _Value] = Field(default_factory=dict, max_length=20, examples=[{"dok": "1111", "iok": "2222"}])


class FaultRule(_Body):
    """A fault, as `stuntcard fault set` takes it."""

    rule: Annotated[str, StringConstraints(max_length=500)] = Field(examples=["ins=2A nth=3 act=status:6F00"])


class PinPadKeys(_Body):
    """Keys of a PIN pad: digits, `ok`, `cancel`, `clear`."""

    keys: Annotated[str, StringConstraints(max_length=200)] = Field(examples=["123456 ok"])


class NewSnapshot(_Body):
    """The name that a snapshot shall have."""

    name: _SnapshotName | None = Field(default=None, description="Without it, the time.")


class SnapshotList(BaseModel):
    """A card's snapshots, the oldest first."""

    snapshots: list[Snapshot]


@router.get("/actors", tags=["people"], responses=_LOOKING)
def actors(card: CardSeen, messages: InLanguage) -> Actors:
    """The people off the card, what each can do, and which codes' values that asks for."""
    return Actors(actors=actors_of(card.card.profile, messages))


@router.post("/actors/{actor}/{act}", tags=["people"], responses=_CHANGING)
def perform(card: CardToChange, actor: _Name, act: _Name, values: Values | None = None) -> api.DoneAnswer:
    """Has one of them act on the card."""
    return card.asked(api.ActRequest(actor, act, values.values if values else {}), api.DoneAnswer)


@router.get("/faults", tags=["faults"], responses=_LOOKING)
def faults(card: CardSeen) -> api.FaultsAnswer:
    """The faults that are set."""
    return card.asked(api.ListFaultsRequest(), api.FaultsAnswer)


@router.post("/faults", tags=["faults"], responses=_CHANGING)
def set_fault(card: CardToChange, fault: FaultRule) -> api.FaultsAnswer:
    """Sets one more; gives all that are set."""
    return card.asked(api.SetFaultRequest(fault.rule), api.FaultsAnswer)


@router.delete("/faults", tags=["faults"], responses=_CHANGING)
def clear_faults(card: CardToChange) -> api.FaultsAnswer:
    """Clears all."""
    return card.asked(api.ClearFaultsRequest(), api.FaultsAnswer)


@router.delete("/faults/{number}", tags=["faults"], responses=_CHANGING)
def clear_fault(card: CardToChange, number: Annotated[int, Path(ge=1, le=10**9)]) -> api.FaultsAnswer:
    """Clears one; gives those left."""
    return card.asked(api.ClearFaultsRequest(number), api.FaultsAnswer)


@router.get("/pinpad", tags=["PIN pad"], responses=_CHANGING)
def pinpad(card: CardSeen) -> api.PinPadAnswer:
    """What the reader's PIN pad asks for now."""
    return card.asked(api.PinPadRequest(), api.PinPadAnswer)


@router.post("/pinpad/keys", tags=["PIN pad"], responses=_CHANGING)
def press(card: CardToChange, keys: PinPadKeys) -> api.PinPadAnswer:
    """Presses keys there."""
    return card.asked(api.TypeRequest(keys.keys), api.PinPadAnswer)


@router.get("/snapshots", tags=["snapshots"], responses=_LOOKING)
def snapshots(card: CardSeen) -> SnapshotList:
    """The card's snapshots."""
    return SnapshotList(snapshots=list(card.snapshots.listed()))


@router.post("/snapshots", tags=["snapshots"], responses=_CHANGING)
def save_snapshot(card: CardToChange, new: NewSnapshot | None = None) -> SnapshotList:
    """Keeps the card as it stands; gives all its snapshots."""
    card.snapshots.save(new.name if new else None)
    return SnapshotList(snapshots=list(card.snapshots.listed()))


@router.post("/snapshots/{name}/restore", tags=["snapshots"], responses=_CHANGING | refusals(Problem.NOT_FOUND))
def restore_snapshot(
    card: CardToChange, name: Annotated[str, Path(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$")]
) -> api.DoneAnswer:
    """The card is as it was in the snapshot; what came since is lost, and its session ends."""
    card.restore(name)
    return api.DoneAnswer(f"the card is as it was in {name}")
