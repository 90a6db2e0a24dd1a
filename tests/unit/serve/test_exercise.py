"""What is kept of an exercise that is done on a served card."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

from stuntcard.exercises.record import AttemptRecord
from stuntcard.messages import Messages
from stuntcard.profile.model import Language
from stuntcard.serve.exercise import ServedExercise
from stuntcard.serve.making import ready_exercise


def test_what_is_kept_last_is_the_newest() -> None:
    ready, kept = ready_exercise("proid-q-622-unpaired-key"), list[AttemptRecord]()
    started = threading.Event()

    def keep(record: AttemptRecord) -> None:
        """The first one to be kept takes longest."""
        first = not started.is_set()
        started.set()
        if first:
            threading.Event().wait(0.2)
        kept.append(record)

    exercise = ServedExercise(ready, ready.new_card(), keep=keep)
    with ThreadPoolExecutor() as pool:
        first = pool.submit(exercise.hint, Messages(Language.ENGLISH))
        assert started.wait(60)
        second = pool.submit(exercise.hint, Messages(Language.ENGLISH))
        assert None not in (first.result(60), second.result(60))
    assert kept[-1].hints == exercise.attempt.hints == 2
