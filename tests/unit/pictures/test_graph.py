from __future__ import annotations

from itertools import combinations
from xml.etree import ElementTree

import pytest
from stuntcard.messages import Messages
from stuntcard.pictures.draw import to_dot, to_mermaid, to_svg
from stuntcard.pictures.graph import Folded, GraphError, Look, Node, Picture, picture, place_in
from stuntcard.pictures.layout import Box, layout
from stuntcard.policy.walk import walk
from stuntcard.profile.load import load_profile
from stuntcard.profile.model import Language

from tests.unit.policy.profiles_made_smaller import small_eobcanka, small_proid_q, with_tries

ENGLISH = Messages(Language.ENGLISH)
WALKS = {
    "zzzs-pk": walk(load_profile("zzzs-pk")),
    "proid-q": walk(small_proid_q()),
    "eobcanka": walk(with_tries(small_eobcanka(), {"dok": 6})),
}
SMALL_ENOUGH = [
    (name, of)
    for name, walked in WALKS.items()
    for of in (
        *(f"code:{code}" for code in walked.profile.codes),
        *(f"part:{part}" for part in walked.profile.parts),
        *(["card"] if name != "eobcanka" else []),
    )
]


def drawn(name: str, of: str, messages: Messages = ENGLISH) -> Picture:
    life = picture(WALKS[name], of, messages)
    assert isinstance(life, Picture)
    return life


# What a picture shows


def test_the_life_of_tpin() -> None:
    """Set from the factory; used up when it sets KPEP's PIN, or locked with KPEP by its third wrong try."""
    life = drawn("zzzs-pk", "code:tpin")
    labels = {node.lines: number for number, node in enumerate(life.nodes)}
    three, two, one = (labels[(f"TPIN set, {left} left",)] for left in ("3 tries", "2 tries", "1 try"))
    used, lost = labels[("TPIN not set",)], labels[("KPEP lost", "TPIN blocked")]
    assert three == 0
    assert {(arrow.source, arrow.target): arrow.lines for arrow in life.arrows} == {
        (three, two): ("wrong TPIN",),
        (two, one): ("wrong TPIN",),
        (one, lost): ("wrong TPIN",),
        (two, three): ("right TPIN",),
        (one, three): ("right TPIN",),
        (three, used): ("PIN of KPEP set with TPIN",),
        (two, used): ("PIN of KPEP set with TPIN",),
        (one, used): ("PIN of KPEP set with TPIN",),
        (used, lost): ("wrong PIN of KPEP",),
    }
    assert [node.final for node in life.nodes].index(True) == lost
    assert life.nodes[lost].look is Look.LOST
    assert life.nodes[used].look is Look.NOT_SET


def test_an_actor_is_named_on_his_arrow() -> None:
    lines = {line for arrow in drawn("eobcanka", "code:iok").arrows for line in arrow.lines}
    assert {"the office: DOK and IOK set", "the office: DOK unblocked", "the helpline: identification blocked"} <= lines


def test_a_card_that_is_too_large_to_be_looked_at_is_folded_into_its_parts() -> None:
    walked = WALKS["eobcanka"]
    profile = walked.profile
    folded = picture(walked, "card", ENGLISH)
    assert isinstance(folded, Folded)
    assert [one.title for one in folded.pictures] == ["eObčanka: identification", "eObčanka: signing", "eObčanka: BOK"]
    assert [len(one.nodes) for one in folded.pictures] == [5, 19, 3]
    assert "231 states" in folded.note
    state = walked.state(len(walked) - 1)
    places = place_in(folded, profile, "card", state, ENGLISH)
    shown = [one.nodes[place].lines for one, place in zip(folded.pictures, places, strict=True) if place is not None]
    assert [line for lines in shown for line in lines if "lost" not in line] == [
        f"{profile.codes[code].name} {state.codes[code].status.replace('_', ' ')}"
        for code in ("dok", "iok", "puk", "pin", "qpin", "bok")
    ]
    for written in (to_svg(folded, places, "HERE"), to_dot(folded), to_mermaid(folded)):
        assert written.count("last wrong DOK") == 2
        assert "last wrong PUK" in written
    assert to_svg(folded, places, "HERE").count("HERE") == 3
    ElementTree.fromstring(to_svg(folded, places, "HERE"))


def test_a_graph_that_is_too_large_is_refused_and_says_what_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("stuntcard.pictures.graph.MAX_NODES", 6)
    with pytest.raises(GraphError, match=r"card would have 231 nodes, .* draw one of: code:pin, .*part:signing"):
        picture(WALKS["eobcanka"], "card", ENGLISH)


@pytest.mark.parametrize("of", ["code:nip", "part:card", "area:pep", ""])
def test_what_is_not_there_is_refused_and_says_what_is(of: str) -> None:
    with pytest.raises(GraphError, match=r"expected card or one of: code:pep-pin, .*part:kpep"):
        drawn("zzzs-pk", of)


# Where things are put


def apart(one: Box, other: Box) -> bool:
    return (
        abs(one.x - other.x) >= (one.width + other.width) / 2 or abs(one.y - other.y) >= (one.height + other.height) / 2
    )


@pytest.mark.parametrize(("name", "of"), SMALL_ENOUGH)
def test_no_two_boxes_touch_and_all_lie_within_the_picture(name: str, of: str) -> None:
    placed = layout(drawn(name, of))
    boxes = [*placed.nodes, *placed.labels]
    assert all(apart(one, other) for one, other in combinations(boxes, 2))
    for box in boxes:
        assert 0 <= box.x - box.width / 2 <= box.x + box.width / 2 <= placed.width
        assert 0 <= box.y - box.height / 2 <= box.y + box.height / 2 <= placed.height


@pytest.mark.parametrize(("name", "of"), SMALL_ENOUGH)
def test_every_arrow_begins_at_its_source_and_ends_at_its_target(name: str, of: str) -> None:
    shown = drawn(name, of)
    placed = layout(shown)
    assert len(placed.lines) == len(placed.labels) == len(shown.arrows)
    for arrow, line in zip(shown.arrows, placed.lines, strict=True):
        for (x, y), box in (
            (line.pieces[0][0], placed.nodes[arrow.source]),
            (line.pieces[-1][1], placed.nodes[arrow.target]),
        ):
            assert abs(x - box.x) < box.width / 2
            assert abs(y - box.y) == pytest.approx(box.height / 2)


@pytest.mark.parametrize(("name", "of"), SMALL_ENOUGH)
def test_no_line_runs_through_a_box(name: str, of: str) -> None:
    """Lines bend between rows only; within a row they go straight down, beside every box."""
    placed = layout(drawn(name, of))
    for line in placed.lines:
        for (x, y), (end_x, end_y) in line.pieces:
            top, bottom = min(y, end_y), max(y, end_y)
            for box in (*placed.nodes, *placed.labels):
                beside = max(x, end_x) <= box.x - box.width / 2 or min(x, end_x) >= box.x + box.width / 2
                outside = bottom <= box.y - box.height / 2 + 0.01 or top >= box.y + box.height / 2 - 0.01
                assert beside or outside


# How it is written

PEP = drawn("zzzs-pk", "part:pep")


def test_dot() -> None:
    assert to_dot(PEP) == (
        "digraph {\n"
        '  label="ZZZS-PK: PEP"; labelloc=t; fontname=sans\n'
        "  node [shape=box, style=filled, fontname=sans]; edge [fontname=sans, fontsize=10]\n"
        '  n0 [label="PIN of PEP set\\nPUK of PEP set", fillcolor="#e3f1e3", style="rounded,filled", penwidth=2.5]\n'
        '  n1 [label="PIN of PEP blocked\\nPUK of PEP set", fillcolor="#fbeccb", style="rounded,filled"]\n'
        '  n2 [label="PEP lost\\nPIN of PEP blocked\\nPUK of PEP blocked", fillcolor="#d9c3c3", '
        'style="rounded,filled,dashed"]\n'
        '  n0 -> n1 [label="last wrong PIN of PEP"]\n'
        '  n0 -> n2 [label="last wrong PUK of PEP"]\n'
        '  n1 -> n0 [label="PIN of PEP set with PUK of PEP"]\n'
        '  n1 -> n2 [label="last wrong PUK of PEP"]\n'
        "}\n"
    )


def test_mermaid() -> None:
    assert to_mermaid(PEP) == (
        '---\ntitle: "ZZZS-PK: PEP"\n---\n'
        "stateDiagram-v2\n"
        "  n0: PIN of PEP set<br/>PUK of PEP set\n"
        "  n1: PIN of PEP blocked<br/>PUK of PEP set\n"
        "  n2: PEP lost<br/>PIN of PEP blocked<br/>PUK of PEP blocked\n"
        "  [*] --> n0\n"
        "  n0 --> n1: last wrong PIN of PEP\n"
        "  n0 --> n2: last wrong PUK of PEP\n"
        "  n1 --> n0: PIN of PEP set with PUK of PEP\n"
        "  n1 --> n2: last wrong PUK of PEP\n"
        "  n2 --> [*]\n"
    )


def test_mermaid_keeps_an_actors_colon() -> None:
    assert "the office#58; DOK unblocked" in to_mermaid(drawn("eobcanka", "code:dok"))


@pytest.mark.parametrize(("name", "of"), SMALL_ENOUGH)
def test_svg_is_xml_and_shows_every_word(name: str, of: str) -> None:
    shown = drawn(name, of)
    root = ElementTree.fromstring(to_svg(shown))
    texts = [element.text for element in root.iter("{http://www.w3.org/2000/svg}text")]
    expected = [line for node in shown.nodes for line in node.lines]
    expected += [line for arrow in shown.arrows for line in arrow.lines]
    assert sorted(text or "" for text in texts) == sorted([shown.title, *expected])


def test_names_with_signs_of_markup_are_escaped() -> None:
    odd = Picture('a <b> & "c"', (Node(('<&>"\\',), Look.USABLE, 0, final=True),), ())
    assert ElementTree.fromstring(to_svg(odd))[0].text == 'a <b> & "c"'
    assert '[label="<&>\\"\\\\"' in to_dot(odd)
