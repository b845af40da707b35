"""What is said of a caller who is sent on in vain: of whom they were to have, no more than is known."""

from __future__ import annotations

from typing import Literal

import pytest

from hanvisa.policy.attendant import SentOnFacts, Waiting, decide_sent_on
from unit.calls.scene import id_of, register


@pytest.mark.parametrize(
    ("why", "words"),
    [
        ("no_answer", ("svarar inte", "does not answer")),
        ("unplugged", ("har ingen telefon ansluten", "has no phone connected")),
        ("not_rung", ("kunde inte ringas upp", "could not be rung")),
    ],
)
@pytest.mark.parametrize("setting", ["referral", "recall"])
def test_it_says_that_somebody_did_not_answer_only_of_whom_it_is_known(
    why: str, words: tuple[str, str], setting: Literal["referral", "recall"]
) -> None:
    anna = register().person(id_of("anna"))
    assert anna is not None
    because = decide_sent_on(SentOnFacts(anna, why, Waiting.NOT_ASKED, setting=setting)).because
    for told, said in zip((because.sv, because.en), words, strict=True):
        assert told.startswith(f"Anna Berg {said},")


def test_who_is_busy_after_all_is_said_to_be() -> None:
    anna = register().person(id_of("anna"))
    assert anna is not None
    because = decide_sent_on(SentOnFacts(anna, "busy", Waiting.DECLINED)).because
    assert because.en.startswith("Anna Berg is busy,")
