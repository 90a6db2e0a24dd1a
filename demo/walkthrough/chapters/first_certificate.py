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

FIRST = "Jana's first"


def _start_ca(stage: Stage, world: World) -> None:
    shown = stage.do("cardtools-ca", "init", "ca", shows=["The operator's token, told this once:"])
    stage.narrator.conceal(shown.partition("told this once: ")[2].split()[0], "OPERATORS-TRAINING-TOKEN")
    world.processes["ca"], found = stage.start("cardtools-ca", "run", "ca", "--port", "0", ready=r"^(http://\S+)$")
    world.ca_url = found[1]
    stage.do("enrol", "settings", "set", "ca-url", world.ca_url, shows=[world.ca_url])


def _ask(stage: Stage, world: World) -> None:
    request(stage, world, QUALIFIED, JANA_NOVAKOVA, FIRST, [TYPED_PIN, TYPED_QPIN])
    card = stage.card(world.sockets[JANA])
    stage.check(
        "one key is in the CC area, made there, without a certificate yet",
        [(key.area, key.origin, key.paired) for key in card.keys] == [("cc", "made", False)],
    )
    stage.check("it takes a place already: 1 of 2", (card.areas["cc"].used, card.areas["cc"].places) == (1, 2))


def _issue(stage: Stage, world: World) -> None:
    stage.do("cardtools-ca", "list", "ca", "--state", "pending", shows=[world.requests[FIRST], "device"])
    issue(stage, world, FIRST)
    stage.do("enrol", "check", shows=[f"{world.requests[FIRST]}: issued."])


def _download(stage: Stage, world: World) -> None:
    stage.do(
        "enrol", "download", world.requests[FIRST], "--report", "report.pdf",
        shows=[world.serials[FIRST], "The report is in report.pdf."],
    )  # fmt: skip
    report = (stage.bench.folder / "report.pdf").read_bytes()
    stage.check("the report is a PDF document", report.startswith(b"%PDF-"))


def _install(stage: Stage, world: World) -> None:
    install(stage, world, FIRST, [TYPED_PIN])
    stage.do("cardmanager", "devices", shows=["qualified, with the QESCD mark", "1 of 2 places taken"])
    on_card = stage.objects()
    stage.check("the certificate has found its key", on_card.unpaired == 0)
    stage.check(
        "it is the one that the CA issued, with the QESCD mark", on_card.certificate(world.serials[FIRST]).qescd_mark
    )


CHAPTER = Chapter(
    name="first-certificate",
    title="The first qualified certificate",
    why="A certificate for qualified signatures needs a key that was made on the card and never leaves it. Jana's "
    "computer asks a CA for one over HTTP; an operator of the CA issues it.",
    needs=("codes",),
    steps=(
        Step(
            "A training CA opens",
            "It is a real one, with a root, OCSP, a CRL and time stamps, on this machine only. The enrolment client "
            "is told its address.",
            _start_ca,
        ),
        Step(
            "Jana asks for a certificate",
            "PIN lets a key be made, QPIN lets it be made in the CC area. The card signs the request, and a statement "
            "that the key was made there. The CA answers with the request's number: BP and ten digits.",
            _ask,
        ),
        Step(
            "The CA issues it",
            "Until then the request waits. The word `device` in the CA's list means that the card's statement holds, "
            "so that the certificate gets the QESCD mark.",
            _issue,
        ),
        Step(
            "The certificate is downloaded, with its issue report",
            "The report says what was issued, for whom and until when; it can be kept as PDF or as text.",
            _download,
        ),
        Step(
            "The certificate is installed on the card",
            "It takes PIN to store it, beside the key that it belongs to.",
            _install,
        ),
    ),
)
