"""How exercises are read, and what is said of those that are no good."""

from __future__ import annotations

from pathlib import Path

import pytest
from stuntcard.exercises.load import (
    ExerciseFileError,
    NamedExercise,
    NoSuchExerciseError,
    load_exercise,
    parse_exercise,
)
from stuntcard.exercises.proof import findings
from stuntcard.exercises.start import make_ready
from stuntcard.profile.document import DocumentError

TEXT = "{en: a, cs: b, sl: c}"
HEAD = f"schema: 1\ntitle: {TEXT}\nstory: {TEXT}\ntask: {TEXT}\nminutes: 3\n"
EXPLAIN = f"explain: [{{text: {TEXT}, source: PQ-12}}]\n"
BLOCKED = "scenario: proid-q-pin-blocked\n"
GOAL = f"{BLOCKED}goal: [{{code: pin, is: set}}]\n"
SOLVABLE = f"{GOAL}told: [puk]\n"
TRAP = f"traps: [{{id: a, title: {TEXT}, text: {TEXT}"


def made(text: str, folder: Path = Path()) -> NamedExercise:
    return parse_exercise((HEAD + EXPLAIN + text).encode(), str(folder / "mine.yaml"))


def mistakes(text: str) -> list[str]:
    with pytest.raises(DocumentError) as raised:
        made(text)
    return str(raised.value).splitlines()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "goal: {code: pin, is: set}\n",
            "1:1: the exercise: this: expected `scenario`, or `profile` with `start`: the card at first",
        ),
        (
            f"{BLOCKED}start: {{}}\ngoal: {{code: pin, is: set}}\n",
            "this: expected `profile` beside `start`; a scenario is a start already",
        ),
        (BLOCKED, "this: expected `goal` or `done`: when it is solved"),
        ("scenario: nowhere\ngoal: {code: pin, is: set}\n", "7:1: scenario: there is no scenario 'nowhere'"),
        (
            f"{BLOCKED}goal: [{{code: pni, is: set}}]\n",
            "8:9: goal.0.code: there is no code 'pni'; expected one of: pin, puk, qpin",
        ),
        (
            f"{BLOCKED}goal: [{{code: pin, is: gone}}]\n",
            "8:20: goal.0.is: 'gone' is not said of this; expected one of: not_set, set, blocked",
        ),
        (f"{BLOCKED}goal: [{{code: pin, used: 1}}]\n", "8:20: goal.0.used: this is said of `area` alone"),
        (
            f"{BLOCKED}goal: [{{code: pin, part: card}}]\n",
            "a condition speaks of one thing; give one of `code`, `part`, `can`, `final`, `area` and `key`",
        ),
        (
            f'{BLOCKED}goal: [{{key: "21", is: gone}}]\n',
            "8:9: goal.0.key: the card at first has no key '21'; it has none that could be named",
        ),
        (
            f"{BLOCKED}told: [pin, pin]\ngoal: {{code: pin, is: set}}\n",
            "8:13: told.1: it is told already: from the start",
        ),
        (f"{BLOCKED}done: {{do: change}}\n", "done.0: say which: give `code`"),
        (
            f"{BLOCKED}done: [{{do: change, code: pin, wrong: true}}]\n",
            "done.0.wrong: nothing is done with a wrong code; leave this out",
        ),
        (f"{BLOCKED}done: [{{do: set, code: pin}}]\n", "done.0: say by which code: give `by`"),
        (
            f"{BLOCKED}done: [{{do: break_off, area: cc}}]\n",
            "this can't be told from what else happens; ask for what comes of it, in `goal`",
        ),
        (
            f"{GOAL}calls: {{mother: {{says: {TEXT}}}}}\n",
            "expected some of holder, office, helpline, post; nobody else is called, as 'mother'",
        ),
        (f"{GOAL}{TRAP}, source: PQ-12}}]\n", "this: expected `when` or `after`; this trap is nowhere"),
        (
            f"{GOAL}{TRAP}, when: {{code: puk, is: blocked}}}}]\n",
            "traps.0: it teaches nothing; give `source`, the facts behind it, or `assumed`",
        ),
        (f"{GOAL}extra: 1\n", "9:1: extra: is not a key that an exercise has here"),
    ],
)
def test_a_mistake_is_told_with_its_place(text: str, expected: str) -> None:
    found = mistakes(text)
    assert any(line.startswith("mine.yaml:") and expected in line for line in found), found


def test_an_own_start_is_a_scenarios_and_its_mistakes_have_their_place() -> None:
    named = made("profile: proid-q\nstart: {codes: {pin: blocked}}\ngoal: {code: pin, is: set}\ntold: [puk]\n")
    assert make_ready(named).judge.start.state.blocked("pin")
    [found] = mistakes("profile: proid-q\nstart: {codes: {pni: blocked}}\ngoal: {code: pin, is: set}\n")
    assert found == "mine.yaml:8:17: start.codes.pni: there is no code 'pni'; expected one of: pin, puk, qpin"


def test_a_scenario_and_a_profile_beside_it_are_found(tmp_path: Path) -> None:
    texts = f"title: {TEXT}\ntext: {TEXT}\n"
    (tmp_path / "trouble.yaml").write_text(
        f"schema: 1\nprofile: proid-q\n{texts}source: PQ-12\ncodes: {{pin: blocked}}\n"
    )
    named = made("scenario: trouble.yaml\ngoal: {code: pin, is: set}\n", tmp_path)
    assert named.start.name == "trouble"
    assert (named.name, named.profile.id) == ("mine", "proid-q")


def test_a_name_may_leave_its_profile_out_and_an_unknown_one_is_told() -> None:
    assert load_exercise("warranty-claim").name == "proid-q-warranty-claim"
    with pytest.raises(
        NoSuchExerciseError, match=r"several exercises are called 'pin-blocked'; give one of: eobcanka-"
    ):
        load_exercise("pin-blocked")
    with pytest.raises(NoSuchExerciseError, match="did you mean proid-q-hand-over"):
        load_exercise("hand-ovr")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"{BLOCKED}goal: {{code: pin, is: blocked}}\n", "goal: it is solved from the start"),
        (GOAL, "goal: the law has no way from the card at first to this, with the codes that are told"),
        (f"{BLOCKED}told: [puk]\ngoal: {{code: puk, is: not_set}}\n", "goal: the law has no way"),
        (
            f"{SOLVABLE}{TRAP}, source: PQ-12, when: {{code: pin, is: blocked}}}}]\n",
            "traps.0.when: this holds from the start; a trap has to be walked into",
        ),
        (
            f"{SOLVABLE}{TRAP}, source: PQ-12, when: {{code: puk, is: not_set}}}}]\n",
            "traps.0: nobody can walk into this trap: the law has no way to it",
        ),
        (
            f"{SOLVABLE}{TRAP}, source: PQ-12, when: {{code: puk, is: blocked}}}}]\n",
            "traps.0: after it the goal is out of reach; say `fatal: true`",
        ),
        (
            f"{SOLVABLE}{TRAP}, source: PQ-12, fatal: true, when: {{code: puk, tries: 4}}}}]\n",
            "traps.0.fatal: the goal can still be reached after it",
        ),
        (
            f"{SOLVABLE}{TRAP}, source: PQ-12, after: {{do: log_in, code: pin}}}}]\n",
            "traps.0: the exercise is solved before anybody can walk into this trap",
        ),
    ],
)
def test_what_the_law_does_not_prove_is_told(text: str, expected: str) -> None:
    ready = make_ready(made(text))
    found = str(ready.named.document.error(findings(ready)))
    assert expected in found


def test_a_trap_may_be_a_wrong_code_given(tmp_path: Path) -> None:
    again = "after: {do: set, code: qpin, by: puk, wrong: true}"
    trap = f"{TRAP}, source: PQ-12, when: {{code: puk, tries: 4}}, {again}}}]\n"
    ready = make_ready(made(f"{SOLVABLE}{trap}", tmp_path))
    assert tuple(findings(ready)) == ()


def test_a_file_that_is_no_exercise_at_all_is_told() -> None:
    with pytest.raises(ExerciseFileError, match=r"mine\.yaml:1:1: the file is not UTF-8 text"):
        parse_exercise(b"\xff", "mine.yaml")
