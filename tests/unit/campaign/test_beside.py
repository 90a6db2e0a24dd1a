"""Files that are named from the campaign's own: what they become, and what is said of those that are not there."""

from __future__ import annotations

from pathlib import Path

import pytest
from stuntcard.campaign.load import CampaignError, parse_campaign, with_variables

NO_PROGRAM = "./client.sh: it can't be run; make it a program: chmod +x ./client.sh"
TEXT = b"""\
schema: 1
title: A try
cards: [tokenme]
variables: {new: ./build/module.so, word: .hidden}
clients:
  ours:
    path: [., ../bin, /opt/bin]
    module: "{new}"
    environment: {SETTINGS: ./settings, PIN: "{pin}"}
    version: ./client.sh --version
  rooted: {root: ./elsewhere, path: [.], module: ./inner.so}
tasks:
  one: {before: ./client.sh ./first, run: [sh -c ./client.sh, "'./my client' {pin}"]}
"""


def test_they_are_seen_from_the_campaigns_file(tmp_path: Path) -> None:
    folder = tmp_path / "two words"
    campaign = parse_campaign(TEXT, str(folder / "try.yaml")).campaign
    ours, rooted, task = campaign.clients["ours"], campaign.clients["rooted"], campaign.tasks["one"]
    assert campaign.variables == {"new": f"{folder}/build/module.so", "word": ".hidden"}
    assert ours.path == (str(folder), f"{folder}/../bin", "/opt/bin")
    assert (ours.module, ours.environment) == ("{new}", {"SETTINGS": f"{folder}/settings", "PIN": "{pin}"})
    assert (ours.version, task.before[0].run) == (f"'{folder}'/client.sh --version", f"'{folder}'/client.sh ./first")
    # The first word alone is the program; what stands in another root is that root's.
    assert [step.run for step in task.run] == ["sh -c ./client.sh", f"'{folder}'/'./my client' {{pin}}"]
    assert (rooted.root, rooted.path, rooted.module) == (f"{folder}/elsewhere", (".",), "./inner.so")


def test_a_variables_other_value_is_seen_from_where_the_command_is_typed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    named = with_variables(parse_campaign(TEXT, "elsewhere/try.yaml"), {"new": "./mine.so"})
    assert named.campaign.variables["new"] == f"{tmp_path}/mine.so"


def test_all_that_are_not_there_are_told_with_their_places(tmp_path: Path) -> None:
    (tmp_path / "client.sh").write_text("#!/bin/sh\n")
    (tmp_path / "settings").touch()
    with pytest.raises(CampaignError) as caught:
        parse_campaign(TEXT, str(tmp_path / "try.yaml"), files_too=True)
    assert str(caught.value).replace(f"{tmp_path}", "HERE").splitlines() == [
        "HERE/try.yaml:4:13: variables.new: ./build/module.so: there is no such file; it is seen from HERE",
        "HERE/try.yaml:7:15: clients.ours.path.1: ../bin: there is no such file; it is seen from HERE",
        f"HERE/try.yaml:10:5: clients.ours.version: {NO_PROGRAM}",
        "HERE/try.yaml:11:12: clients.rooted.root: ./elsewhere: there is no such file; it is seen from HERE",
        f"HERE/try.yaml:13:9: tasks.one.before: {NO_PROGRAM}",
        "HERE/try.yaml:13:63: tasks.one.run.1: ./my client: there is no such program; it is seen from HERE",
    ]
