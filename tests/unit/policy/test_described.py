"""How a card comes from the factory to what somebody says of it, told stage by stage."""

from __future__ import annotations

import pytest
from stuntcard.messages import Messages
from stuntcard.policy.described import (
    ChangeIsDue,
    CodeIs,
    KeysAre,
    NoSuchStateError,
    PartIs,
    Stage,
    Trait,
    history_described,
    state_described,
)
from stuntcard.profile.load import load_profile
from stuntcard.profile.model import CodeStatus, Language, Profile
from stuntcard.words.exploration import move_briefly

ENGLISH = Messages(Language.ENGLISH)
SET, NOT_SET, BLOCKED = CodeStatus.SET, CodeStatus.NOT_SET, CodeStatus.BLOCKED
ALL_CHANGED = ["PIN changed", "PUK changed", "QPIN changed"]
TWO_AND_ONE = KeysAre("general", paired=2, unpaired=1)
ALL_BLOCKED = tuple(CodeIs(code, BLOCKED) for code in ("pin", "puk", "qpin"))
DOK_WITHOUT_IOK = CodeIs("dok", BLOCKED), CodeIs("iok", SET)


def told(profile: Profile, stages: tuple[Stage, ...]) -> list[str]:
    """Stages in a word each: a move as often as it is done, or the keys put on the card."""
    return [
        (move_briefly(profile, stage.move, ENGLISH) if stage.move is not None else "keys")
        + (f" x {stage.times}" if stage.times > 1 else "")
        for stage in stages
    ]


@pytest.mark.parametrize(
    ("name", "traits", "history"),
    [
        ("proid-q", (), ALL_CHANGED),
        ("proid-q", (ChangeIsDue("pin"),), ["PUK changed", "QPIN changed"]),
        ("proid-q", (ChangeIsDue("pin", due=False), CodeIs("pin", BLOCKED)), [*ALL_CHANGED, "wrong PIN x 3"]),
        (
            "proid-q",
            (CodeIs("pin", SET, 1), CodeIs("puk", SET, 3)),
            [*ALL_CHANGED, "wrong PIN x 2", "wrong PUK x 2"],
        ),
        ("proid-q", (CodeIs("pin", SET, 3),), ALL_CHANGED),
        (
            "proid-q",
            (CodeIs("pin", BLOCKED), KeysAre("cc", paired=1, unpaired=1)),
            [*ALL_CHANGED, "keys", "wrong PIN x 3"],
        ),
        ("tokenme", (TWO_AND_ONE,), ["keys"]),
        ("zzzs-pk", (CodeIs("tpin", SET, 1),), ["wrong TPIN x 2"]),
        ("zzzs-pk", (PartIs("pep"),), ["PIN of KPEP set with TPIN", "wrong PUK of PEP x 5"]),
        ("eobcanka", (CodeIs("puk", NOT_SET),), ["the office: DOK and IOK set", "the office: BOK set"]),
        (
            "eobcanka",
            (CodeIs("bok", SET, 2),),
            [
                "the office: DOK and IOK set",
                "PUK set with IOK",
                "PIN set with PUK",
                "QPIN set with PUK",
                "the office: BOK set",
                "wrong BOK",
            ],
        ),
        (
            "eobcanka",
            (PartIs("identification"), CodeIs("puk", NOT_SET)),
            ["the office: BOK set", "the helpline: identification blocked"],
        ),
    ],
)
def test_a_history_is_as_short_as_can_be_and_leaves_a_card_that_does_well(
    name: str, traits: tuple[Trait, ...], history: list[str]
) -> None:
    profile = load_profile(name)
    assert told(profile, history_described(profile, traits).stages) == history


def test_the_keys_that_were_spoken_of_are_on_the_card() -> None:
    tokenme = load_profile("tokenme")
    assert [(item.area, item.listed, item.certificate) for item in state_described(tokenme, [TWO_AND_ONE]).items] == [
        ("general", True, True),
        ("general", True, True),
        ("general", True, False),
    ]


@pytest.mark.parametrize(
    ("name", "traits", "conflict", "instead"),
    [
        ("proid-q", (ChangeIsDue("pin"), ChangeIsDue("pin", due=False)), None, (ChangeIsDue("pin"),)),
        ("proid-q", (CodeIs("pin", SET), ChangeIsDue("puk"), CodeIs("pin", BLOCKED)), (0, 2), (CodeIs("pin", SET),)),
        ("proid-q", (CodeIs("pin", NOT_SET),), None, (CodeIs("pin", SET), CodeIs("pin", BLOCKED))),
        ("proid-q", (KeysAre("cc", 0, 3),), None, (KeysAre("cc", 0, 2),)),
        ("proid-q", (KeysAre("cc", 2, 1),), None, (KeysAre("cc", 2, 0),)),
        ("proid-q", (PartIs("card"), CodeIs("pin", SET)), None, (CodeIs("pin", BLOCKED),)),
        ("proid-q", (*ALL_BLOCKED, PartIs("card", lost=False)), None, (PartIs("card"),)),
        ("eobcanka", (CodeIs("pin", BLOCKED), *DOK_WITHOUT_IOK), (1, 2), (CodeIs("iok", BLOCKED),)),
        ("eobcanka", (CodeIs("puk", NOT_SET), KeysAre("qualified", 1)), None, (KeysAre("qualified", 0),)),
        ("eobcanka", (PartIs("card"),), None, (PartIs("card", lost=False),)),
        ("tokenme", (KeysAre("general", 4),), None, (KeysAre("general", 3),)),
        ("zzzs-pk", (PartIs("pep"), CodeIs("pep-puk", SET)), None, (CodeIs("pep-puk", BLOCKED),)),
    ],
)
def test_what_can_not_go_together_is_named_with_what_can(
    name: str, traits: tuple[Trait, ...], conflict: tuple[int, ...] | None, instead: tuple[Trait, ...]
) -> None:
    """`conflict`: by number, or all of them."""
    with pytest.raises(NoSuchStateError) as refused:
        state_described(load_profile(name), traits)
    assert refused.value.traits == (traits if conflict is None else tuple(traits[number] for number in conflict))
    assert refused.value.instead == instead
    assert str(refused.value) == f"{refused.value.traits} can't go together"


def test_a_code_that_never_had_a_value_from_the_factory_is_never_due_for_a_change() -> None:
    with pytest.raises(NoSuchStateError) as refused:
        state_described(load_profile("eobcanka"), [ChangeIsDue("pin")])
    assert refused.value.instead == (ChangeIsDue("pin", due=False),)


def test_codes_that_nobody_spoke_of_stay_set_where_a_way_just_as_short_blocks_them() -> None:
    """DOK given wrongly blocks IOK too; where DOK is the first of the codes, that way is found first."""
    eobcanka = load_profile("eobcanka")
    codes = {"dok": eobcanka.codes["dok"], **eobcanka.codes}
    state = state_described(eobcanka.model_copy(update={"codes": codes}), [CodeIs("iok", BLOCKED)])
    assert (state.codes["iok"].status, state.codes["dok"].status) == (BLOCKED, SET)
