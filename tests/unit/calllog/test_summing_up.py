"""A call in one paragraph."""

from __future__ import annotations

from typing import Any

import pytest

from hanvisa.calllog.explain import tell_story
from hanvisa.policy.model import Decision, Effect, Language, Text
from unit.calllog.test_explain import BECAUSE, NAMES, REFERRAL, decided, story

OPENED = ("opened", {"side": "carrier", "caller": "+46980319244", "called": "0980319201"})


def summary(*steps: tuple[str, dict[str, Any]], language: Language = Language.EN) -> str:
    return tell_story(story(*steps), language, name_of=NAMES.get).summary


def test_it_says_who_rang_what_was_decided_by_which_rule_and_what_they_heard() -> None:
    assert tell_story(REFERRAL, Language.SV, name_of=NAMES.get).summary == (
        "Måndag 3 augusti 2026 klockan 14.03 ringde 0980-31 92 44 till 0980-31 92 01 och sökte Anna Berg. "
        "Anna Berg är på sammanträde till 15:00. Därför hänvisades samtalet, enligt regel G1 (All frånvaro hänvisas). "
        "Den som ringde fick höra: «Anna Berg är på sammanträde.» Den som ringde har lagt på."
    )
    assert tell_story(REFERRAL, Language.EN, name_of=NAMES.get).summary == (
        "On Monday 3 August 2026 at 14:03, 0980-31 92 44 rang 0980-31 92 01 and sought Anna Berg. "
        "Anna Berg is in a meeting until 15:00. So the call was referred, by rule G1 (Every absence is referred). "
        "The caller heard: “Anna Berg är på sammanträde.” The caller has hung up."
    )


def test_it_leaves_the_keys_out_and_tells_the_one_that_was_pressed() -> None:
    words = "Anna Berg är borta. Tryck ett för att lämna ett meddelande."
    told = summary(
        OPENED,
        decided(Decision(Effect.REFER, ("G1",), BECAUSE)),
        ("heard", {"to": "caller", "channel": "c", "words": words}),
        ("key", {"channel": "c", "digit": "1"}),
        ("key", {"channel": "other", "digit": "7"}),
        ("outcome", {"outcome": "message", "person": "1"}),
    )
    assert "The caller heard: “Anna Berg är borta.” The caller pressed 1. The message has been left" in told
    assert "Tryck" not in told
    assert "pressed 7" not in told
    assert told.endswith("The call goes on.")


def test_what_a_person_has_recorded_has_no_words() -> None:
    told = summary(
        OPENED, decided(Decision(Effect.REFER, ("G1",), BECAUSE)), ("heard", {"to": "caller", "words": "♬."})
    )
    assert "The caller heard the recorded greeting." in told


def test_what_could_not_be_played_was_heard_by_nobody() -> None:
    """The caller had hung up a moment before: of the sentence that was due the summary says nothing."""
    told = summary(
        OPENED,
        decided(Decision(Effect.REFER, ("G1",), BECAUSE)),
        ("heard", {"to": "caller", "channel": "c", "words": "Anna Berg är borta."}),
        ("signal", {"type": "not_heard", "channel": "c"}),
        ("closed", {"reason": "caller_hung_up"}),
    )
    assert "borta" not in told
    assert told.endswith("The caller has hung up.")


def test_one_sentence_that_could_not_be_played_leaves_the_others() -> None:
    heard = ("heard", {"to": "caller", "channel": "c", "words": "Anna Berg är borta."})
    told = summary(
        OPENED,
        decided(Decision(Effect.REFER, ("G1",), BECAUSE)),
        heard,
        ("heard", {"to": "other", "channel": "another", "words": "Hej."}),
        ("signal", {"type": "not_heard", "channel": "another"}),
    )
    assert "The caller heard: “Anna Berg är borta.”" in told


def test_it_says_who_answered_and_not_that_nothing_stood_in_the_way() -> None:
    nothing = Decision(Effect.ALLOW, (), Text(sv="Inget hindrar.", en="Nothing is in the way."))
    told = summary(
        OPENED,
        ("stage", {"name": "ReachingPerson", "args": {"person": "1"}}),
        decided(nothing),
        ("signal", {"type": "ringing", "account": "nora-201", "person": "1"}),
        ("stage", {"name": "Talking", "args": {}}),
        ("closed", {"reason": "caller_hung_up"}),
    )
    assert "Nothing is in the way" not in told
    assert told.endswith("sought Anna Berg. Anna Berg answered. The caller has hung up.")


def test_it_tells_a_transfer_that_was_refused() -> None:
    mobile = Text(sv="Bara i undantagsfall (O2).", en="Only in exceptional cases (O2).")
    told = summary(
        OPENED,
        ("signal", {"type": "transfer", "target": "0701740605", "attended": False, "by": "2"}),
        decided(Decision(Effect.REFUSE, ("O2",), mobile)),
        ("outcome", {"outcome": "transfer_refused", "rules": ["O2"], "by": "2"}),
    )
    assert (
        "Eva Ek wants to transfer, blind, to 070-174 06 05. Only in exceptional cases. So the answer was no, by rule O2"
    ) in told


@pytest.mark.parametrize("language", Language)
def test_there_is_a_paragraph_of_whatever_was_kept(language: Language) -> None:
    assert tell_story([], language).summary == ""
    assert summary(("later", {"field": 1}), ("decision", {}), ("heard", {}), ("key", {}), language=language)
