"""Recorded sessions as seeds for OpenSC's fuzz targets, taken by those that were built with p11test.

A target plays a seed's answers in place of a card; so what it shows must be what the program showed of the card itself.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from tests.p11test.test_p11test import built
from tests.programs import shown

pytestmark = pytest.mark.p11test

CARDS = [
    ("proid-q", "isoapplet"),
    ("proid-q", "myeid"),
    ("tokenme", "gids"),
    ("eobcanka", "isoapplet"),
    ("zzzs-pk", "piv"),
]


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """Homes that are this test's alone; nothing of a card is kept between two programs."""
    configuration = tmp_path / "opensc.conf"
    configuration.write_text("app default { framework pkcs15 { use_file_caching = no; } }\n")
    return {**os.environ, "OPENSC_CONF": str(configuration), "STUNTCARD_HOME": str(tmp_path / "home")}


def stuntcard(environment: dict[str, str], *arguments: str | Path) -> str:
    return shown(sys.executable, "-m", "stuntcard", *arguments, env=environment)


def played(environment: dict[str, str], target: str, seed: Path) -> str:
    """What a target shows of a seed. It must end well; one that an input breaks ends by a signal."""
    program = built() / "source/src/tests/fuzzing" / target
    played = shown(program, seed, env=environment).removeprefix("Testing one input:\n")
    assert played.endswith("Done!\n")
    return played.removesuffix("Done!\n")


@pytest.mark.parametrize(("card", "applet"), CARDS)
def test_a_target_shows_of_a_seed_what_the_program_showed_of_the_card(
    card: str, applet: str, tmp_path: Path, environment: dict[str, str]
) -> None:
    trace, seed = tmp_path / "session.jsonl", tmp_path / "seed"
    tool = built() / "installed/bin/pkcs15-tool"
    # The target writes what the program complains of where it writes all else, each as it happens.
    dump = ("sh", "-c", f"stdbuf -o0 {tool} --dump 2>&1")
    told = stuntcard(environment, "exec", card, "--applet", applet, "--trace", trace, "--", *dump)
    told = "".join(line for line in told.splitlines(keepends=True) if not line.startswith("Using reader with a card"))
    stuntcard(environment, "trace", "export", trace, seed, "--opensc-fuzz", "--arguments=--dump")
    assert "PIN [" in told
    assert played(environment, "fuzz_pkcs15_tool", seed) == told


def test_a_seed_with_a_flipped_bit_shows_another_card(tmp_path: Path, environment: dict[str, str]) -> None:
    """So the target eats the answers, and does not ask elsewhere."""
    trace, seed = tmp_path / "session.jsonl", tmp_path / "seed"
    tool = built() / "installed/bin/pkcs15-tool"
    stuntcard(environment, "exec", "proid-q", "--trace", trace, "--", tool, "--dump")
    stuntcard(environment, "trace", "export", trace, seed, "--opensc-fuzz", "--arguments=--dump")
    content = seed.read_bytes()
    assert content.count(b"ProID+Q") >= 1
    seed.write_bytes(content.replace(b"ProID+Q", b"ProIE+Q"))
    assert "PKCS#15 Card [ProIE+Q]" in played(environment, "fuzz_pkcs15_tool", seed)


def test_a_corpus_has_a_seed_for_each_connection(tmp_path: Path, environment: dict[str, str]) -> None:
    trace, corpus = tmp_path / "session.jsonl", tmp_path / "corpus"
    corpus.mkdir()
    tool = built() / "installed/bin/opensc-tool"
    twice = f"{tool} --name && {tool} --reset=cold && {tool} --serial"
    stuntcard(environment, "exec", "proid-q", "--trace", trace, "--", "sh", "-c", twice)
    told = stuntcard(environment, "trace", "export", trace, corpus, "--opensc-fuzz").split()
    assert sorted(told) == sorted(str(seed) for seed in corpus.iterdir())
    assert len(told) == 2
    for seed in corpus.iterdir():
        for target in ("fuzz_card", "fuzz_pkcs15_reader"):
            played(environment, target, seed)
