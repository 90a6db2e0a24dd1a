"""A training CA, and the first qualified certificate."""

from __future__ import annotations

from demo.walkthrough.chapters.common_steps import (
    JANA,
    JANA_NOVAKOVA,
    QUALIFIED,
    TYPED_PIN,
    TYPED_QPIN,
    install,
    issue,
    request,
)
from demo.walkthrough.stage import Stage
from demo.walkthrough.story import Chapter, Step, World
from demo.walkthrough.words import say, shown_by

FIRST = "first"
"""What the story calls Jana's first certificate."""


def _start_ca(stage: Stage, world: World) -> None:
    told = shown_by("ca", "ca-made-token", token="")
    shown = stage.do("cardtools-ca", "init", "ca", shows=[shown_by("ca", "ca-made-token")])
    stage.narrator.conceal(shown.partition(stage.words.of(told))[2].split()[0], "OPERATORS-TRAINING-TOKEN")
    world.processes["ca"], found = stage.start("cardtools-ca", "run", "ca", "--port", "0", ready=r"^(http://\S+)$")
    world.ca_url = found[1]
    stage.do("enrol", "settings", "set", "ca-url", world.ca_url, shows=[world.ca_url])


def _ask(stage: Stage, world: World) -> None:
    request(stage, world, QUALIFIED, JANA_NOVAKOVA, FIRST, [TYPED_PIN, TYPED_QPIN])
    card = stage.card(world.sockets[JANA])
    stage.check(
        say("found-key-made"),
        [(key.area, key.origin, key.paired) for key in card.keys] == [("cc", "made", False)],
    )
    stage.check(say("found-one-place"), (card.areas["cc"].used, card.areas["cc"].places) == (1, 2))


def _issue(stage: Stage, world: World) -> None:
    stage.do("cardtools-ca", "list", "ca", "--state", "pending", shows=[world.requests[FIRST], "device"])
    issue(stage, world, FIRST)
    stage.do("enrol", "check", shows=[shown_by("enrol", "check-issued", id=world.requests[FIRST])])


def _download(stage: Stage, world: World) -> None:
    stage.do(
        "enrol", "download", world.requests[FIRST], "--report", "report.pdf",
        shows=[world.serials[FIRST], shown_by("enrol", "report-saved", file="report.pdf")],
    )  # fmt: skip
    report = (stage.bench.folder / "report.pdf").read_bytes()
    stage.check(say("found-report"), report.startswith(b"%PDF-"))


def _install(stage: Stage, world: World) -> None:
    install(stage, world, FIRST, [TYPED_PIN])
    places = shown_by("manager", "area-places", used=1, places=2)
    stage.do("cardmanager", "devices", shows=[shown_by("manager", "mark-qescd"), places])
    on_card = stage.objects()
    stage.check(say("found-paired"), on_card.unpaired == 0)
    stage.check(say("found-issued-with-mark"), on_card.certificate(world.serials[FIRST]).qescd_mark)


CHAPTER = Chapter(
    name="first-certificate",
    needs=("codes",),
    steps=(
        Step("start-ca", _start_ca),
        Step("ask", _ask),
        Step("issue", _issue),
        Step("download", _download),
        Step("install", _install),
    ),
)
