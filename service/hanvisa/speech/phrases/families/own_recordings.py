"""What people record of themselves by phone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from hanvisa.calls.prompts import ReviewYourOwn, SayYourOwn, YourOwnKept, YourOwnNotKept, YourOwnWrong
from hanvisa.policy.facts import RecordingKind
from hanvisa.policy.own_recordings import RecordingFault
from hanvisa.speech.phrases.piece import COMMA, Piece
from hanvisa.speech.phrases.speaker import Speaker, in_both, says


@dataclass(frozen=True, slots=True)
class Words:
    say: Mapping[RecordingKind, str]
    end: str
    keep: str
    hear: str
    anew: str
    kept: Mapping[RecordingKind, str]
    facts_follow: str
    not_kept: str
    wrong: Mapping[RecordingFault, str]


WORDS = in_both(
    sv=Words(
        say={
            RecordingKind.NAME: "säg ditt namn efter tonen",
            RecordingKind.GREETING: "tala in din hälsning efter tonen",
        },
        end="avsluta med fyrkant",
        keep="tryck ett för att spara",
        hear="två för att höra igen",
        anew="tre för att tala in på nytt",
        kept={
            RecordingKind.NAME: "namnet är sparat",
            RecordingKind.GREETING: "hälsningen är sparad",
        },
        facts_follow="efter den sägs varför du är borta, och hur länge",
        not_kept="inget har sparats",
        wrong={
            RecordingFault.NOTHING: "inget hördes. Slå koden igen",
            RecordingFault.TOO_LONG: "det blev för långt. Slå koden igen",
            RecordingFault.TOO_MANY: "du har redan spelat in många gånger. Slå koden igen i morgon",
        },
    ),
    en=Words(
        say={
            RecordingKind.NAME: "say your name after the tone",
            RecordingKind.GREETING: "record your greeting after the tone",
        },
        end="end with hash",
        keep="press one to keep it",
        hear="two to hear it again",
        anew="three to record it anew",
        kept={
            RecordingKind.NAME: "your name has been kept",
            RecordingKind.GREETING: "your greeting has been kept",
        },
        facts_follow="after it callers are told why you are away, and for how long",
        not_kept="nothing has been kept",
        wrong={
            RecordingFault.NOTHING: "nothing was heard. Dial the code again",
            RecordingFault.TOO_LONG: "it was too long. Dial the code again",
            RecordingFault.TOO_MANY: "you have recorded many times already. Dial the code again tomorrow",
        },
    ),
)


@says(SayYourOwn)
def say_your_own(prompt: SayYourOwn, speaker: Speaker) -> list[Piece]:
    words = WORDS[speaker.language]
    return speaker.sentence(words.say[prompt.kind]) + speaker.sentence(words.end)


@says(ReviewYourOwn)
def review_your_own(_: ReviewYourOwn, speaker: Speaker) -> list[Piece]:
    words = WORDS[speaker.language]
    return speaker.sentence(words.keep, COMMA, words.hear, COMMA, words.anew)


@says(YourOwnKept)
def your_own_kept(prompt: YourOwnKept, speaker: Speaker) -> list[Piece]:
    words = WORDS[speaker.language]
    said = speaker.sentence(words.kept[prompt.kind])
    return said + speaker.sentence(words.facts_follow) if prompt.kind is RecordingKind.GREETING else said


@says(YourOwnNotKept)
def your_own_not_kept(_: YourOwnNotKept, speaker: Speaker) -> list[Piece]:
    return speaker.sentence(WORDS[speaker.language].not_kept)


@says(YourOwnWrong)
def your_own_wrong(prompt: YourOwnWrong, speaker: Speaker) -> list[Piece]:
    return speaker.sentence(WORDS[speaker.language].wrong[prompt.fault])
