"""Every prompt, word by word, in both languages."""

from copy import copy
from datetime import UTC, datetime, time
from typing import get_args

import pytest

from hanvisa.calls import prompts
from hanvisa.calls.prompts import (
    Barred,
    Breath,
    CallBarred,
    CodeRefused,
    DepartmentEmpty,
    DialRefused,
    Goodbye,
    Greeting,
    MobileNumber,
    MobileTone,
    NoMoreTexts,
    NoOperator,
    Offers,
    OfferToWait,
    OperatorStateSet,
    OutsideFailed,
    ParkedFor,
    ParkHere,
    Prompt,
    Queued,
    Referral,
    SwitchboardClosed,
    TextOnItsWay,
    TransferRefused,
    TryLater,
    UnknownNumber,
    Waiting,
    WentWrong,
    Why,
)
from hanvisa.policy.facts import OperatorState, Window
from hanvisa.policy.model import Language, Text
from hanvisa.policy.offers import Offer
from hanvisa.speech.phrases import catalogue, pieces, words
from hanvisa.speech.phrases.piece import BEEP, TONE
from unit.speech import (
    code_prompts,
    emergency_prompts,
    guide_prompts,
    message_prompts,
    own_prompts,
    waiting_prompts,
)

AT = datetime(2026, 8, 2, 9, 0, tzinfo=UTC)  # a Sunday, eleven in Sweden
ANNA, NUMBER, MOBILE = "Anna Berg", "+46980319201", "+46701740605"
MEETING = Text(sv="är på sammanträde", en="is in a meeting")
OFFICE_HOURS = Window((1, 2, 3, 4, 5), time(8), time(10))


def utc(year: int, month: int, day: int, hour: int = 0, minute: int = 0) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=UTC)


def said(prompt: Prompt, language: Language, at: datetime = AT) -> str:
    return words(pieces(prompt, language, at))


PROMPTS: list[tuple[Prompt, str, str]] = [
    (Breath(), "", ""),
    (
        Greeting(Text(sv="Välkommen till Hällefors kommun.", en="Welcome to Hällefors Municipality.")),
        "Välkommen till Hällefors kommun.",
        "Welcome to Hällefors Municipality.",
    ),
    (Greeting(Text(sv=" ", en="")), "Välkommen till växeln.", "Welcome to the switchboard."),
    (
        Queued(),
        "Alla telefonister är upptagna. Vänta kvar, så svarar vi i tur och ordning.",
        "All our operators are busy. Please hold the line, and we will answer you in turn.",
    ),
    (
        Queued(away=True),
        "Just nu är ingen telefonist på plats. Vänta kvar, så svarar vi så snart någon är tillbaka.",
        (
            "No operator is at the desk just now. "
            "Please hold the line, and we will answer you when one is back."
        ),
    ),
    (
        NoOperator("Nora kommun"),
        (
            "Du har kommit till Nora kommun. Just nu är ingen telefonist på plats. "
            "Slå direktnumret till den du söker, eller ring senare."
        ),
        (
            "You have reached Nora kommun. No operator is on duty right now. "
            "Dial the direct number of the person you want to reach, or call back later."
        ),
    ),
    (
        SwitchboardClosed(Text(sv="Vi har flyttat.", en="We have moved."), utc(2026, 8, 3, 6)),
        "Vi har flyttat.",
        "We have moved.",
    ),
    (
        SwitchboardClosed(None, utc(2026, 8, 3, 6)),
        (
            "Växeln är stängd och öppnar i morgon klockan åtta. "
            "Slå direktnumret till den du söker, eller ring då."
        ),
        (
            "The switchboard is closed and opens tomorrow at eight AM. "
            "Dial the direct number of the person you want to reach, or call back then."
        ),
    ),
    (SwitchboardClosed(None, None), "Växeln är stängd.", "The switchboard is closed."),
    (
        Referral(ANNA, Why.ABSENT, MEETING, utc(2026, 8, 2, 11), best_reached=(OFFICE_HOURS,)),
        (
            "Anna Berg är på sammanträde och är tillbaka i dag klockan tretton. "
            "Träffas säkrast vardagar mellan åtta och tio."
        ),
        (
            "Anna Berg is in a meeting and will be back today at one PM. "
            "Anna Berg is best reached on weekdays between eight AM and ten AM."
        ),
    ),
    (
        Referral(ANNA, Why.ABSENT, None, utc(2026, 8, 3, 6)),
        "Anna Berg är frånvarande och är tillbaka i morgon klockan åtta.",
        "Anna Berg is away and will be back tomorrow at eight AM.",
    ),
    (Referral(ANNA, Why.ABSENT), "Anna Berg är frånvarande.", "Anna Berg is away."),
    (
        Referral(ANNA, Why.BUSY, direct_number=NUMBER),
        (
            "Anna Berg sitter i ett annat samtal. "
            "Direktnumret är noll nio åtta noll, trettioett, nittiotvå, noll ett."
        ),
        (
            "Anna Berg is on another call. "
            "The direct number is plus four six, nine eight zero, three one, nine two, zero one."
        ),
    ),
    (
        Referral(ANNA, Why.NO_ANSWER),
        "Anna Berg svarar inte just nu.",
        "Anna Berg is not answering right now.",
    ),
    (
        Referral(ANNA, Why.UNPLUGGED),
        "Anna Berg kan inte nås just nu.",
        "Anna Berg cannot be reached right now.",
    ),
    (
        Referral(ANNA, Why.NOT_RUNG),
        "Anna Berg kan inte nås just nu.",
        "Anna Berg cannot be reached right now.",
    ),
    (
        Referral("", Why.NO_ANSWER),
        "Den du söker svarar inte just nu.",
        "The person you are calling is not answering right now.",
    ),
    (
        DepartmentEmpty("Bygglov", NUMBER),
        (
            "Ingen på Bygglov kan svara just nu. "
            "Direktnumret är noll nio åtta noll, trettioett, nittiotvå, noll ett."
        ),
        (
            "Nobody at Bygglov can answer right now. "
            "The direct number is plus four six, nine eight zero, three one, nine two, zero one."
        ),
    ),
    (
        DepartmentEmpty(""),
        "Ingen på avdelningen kan svara just nu.",
        "Nobody at the department can answer right now.",
    ),
    (
        Offers((Offer.MOBILE_NUMBER, Offer.OPERATOR, Offer.AGAIN, Offer.ENGLISH)),
        (
            "Tryck tre för mobilnumret, noll för telefonisten, stjärna för att höra igen. "
            "For English, press nine."
        ),
        "Press three for the mobile number, zero for the operator, star to hear this again.",
    ),
    (
        Offers((Offer.MESSAGE, Offer.OPERATOR, Offer.RING_BACK)),
        "Tryck ett för att lämna ett meddelande, noll för telefonisten, fyra för att bli uppringd.",
        "Press one to leave a message, zero for the operator, four to be called back.",
    ),
    (
        Offers((Offer.INSTEAD, Offer.AGAIN), ANNA),
        "Tryck två för Anna Berg, stjärna för att höra igen.",
        "Press two for Anna Berg, star to hear this again.",
    ),
    (
        Offers((Offer.INSTEAD, Offer.AGAIN)),
        "Tryck två för avdelningen, stjärna för att höra igen.",
        "Press two for the department, star to hear this again.",
    ),
    (Offers((Offer.AGAIN,)), "Tryck stjärna för att höra igen.", "Press star to hear this again."),
    (Offers((Offer.ENGLISH,)), "For English, press nine.", ""),
    (
        MobileNumber(ANNA, MOBILE),
        "Mobilnumret till Anna Berg är noll sju noll, ett sju fyra, noll sex, noll fem.",
        "The mobile number of Anna Berg is plus four six, seven zero, one seven four, zero six, zero five.",
    ),
    (
        Offers((Offer.OPERATOR, Offer.TEXT)),
        "Tryck noll för telefonisten, fem för ett sms med direktnumret.",
        "Press zero for the operator, five for a text message with the direct number.",
    ),
    (
        TextOnItsWay(queued=True),
        "Ett sms med direktnumret är på väg till din telefon.",
        "A text message with the direct number is on its way to your phone.",
    ),
    (
        TextOnItsWay(queued=False),
        "Det gick inte att skicka något sms just nu.",
        "No text message could be sent right now.",
    ),
    (
        NoMoreTexts(),
        "Till ditt nummer skickas inga fler sms det närmaste dygnet.",
        "No more text messages will be sent to your number for a day.",
    ),
    (
        TransferRefused("O2", MOBILE, NUMBER),
        "Koppling till mobil är inte tillåten, regel O två. Du får lämna ut mobilnumret, eller direktnumret.",
        (
            "Putting a call through to a mobile is not permitted, rule O two. "
            "You may give out the mobile number, or the direct number."
        ),
    ),
    (
        TransferRefused("M4", None, NUMBER),
        "Ett sekretessamtal kopplas aldrig till mobil, regel M fyra. Du får lämna ut direktnumret.",
        (
            "A confidential call is never put through to a mobile, rule M four. "
            "You may give out the direct number."
        ),
    ),
    (
        TransferRefused("M3", MOBILE),
        "Samtal kopplas inte vidare till mobil, regel M tre. Du får lämna ut mobilnumret.",
        "Calls are not forwarded to the mobile, rule M three. You may give out the mobile number.",
    ),
    (
        TransferRefused("X9"),
        "Kopplingen är inte tillåten, enligt telefonpolicyn. Ta gärna ett meddelande.",
        "This transfer is not permitted, by the telephone policy. Please take a message.",
    ),
    (
        DialRefused("O2"),
        "Du kan inte ringa en mobil medan du har ett samtal, regel O två.",
        "You cannot call a mobile while you have a caller, rule O two.",
    ),
    (
        DialRefused("O2", mobile_on_line=True),
        "En mobil och någon annan får inte vara i samma telefon, regel O två. Avsluta det andra först.",
        "A mobile and somebody else may not share a phone, rule O two. End the other call first.",
    ),
    (
        DialRefused("P1"),
        "Samtalet kan inte kopplas, regel P ett.",
        "This call cannot be put through, rule P one.",
    ),
    (
        UnknownNumber(),
        "Numret du har slagit används inte. Kontrollera numret, och ring igen.",
        "The number you have dialled is not in use. Please check the number, and call again.",
    ),
    (OutsideFailed(Why.BUSY), "Numret är upptaget.", "The number is busy."),
    (OutsideFailed(Why.NO_ANSWER), "Numret svarar inte.", "The number does not answer."),
    (OutsideFailed(Why.UNPLUGGED), "Numret kan inte nås just nu.", "The number cannot be reached right now."),
    (OutsideFailed(Why.ABSENT), "Numret kan inte nås just nu.", "The number cannot be reached right now."),
    (
        TryLater(),
        "Tyvärr blev det något fel hos oss. Ring gärna igen om en stund.",
        "We are sorry, something went wrong on our side. Please call back later.",
    ),
    (
        WentWrong(),
        "Tyvärr blev det något fel hos oss.",
        "We are sorry, something went wrong on our side.",
    ),
    (
        WentWrong(holds=True),
        "Tyvärr blev det något fel hos oss. Var god vänta kvar.",
        "We are sorry, something went wrong on our side. Please hold the line.",
    ),
    (OperatorStateSet(OperatorState.OPEN), "Telefonistplatsen är öppen.", "The operator's position is open."),
    (
        OperatorStateSet(OperatorState.PAUSED),
        "Telefonistplatsen är pausad.",
        "The operator's position is paused.",
    ),
    (
        OperatorStateSet(OperatorState.CLOSED),
        "Telefonistplatsen är stängd.",
        "The operator's position is closed.",
    ),
    (
        CallBarred(Barred.OUTSIDE),
        "Från din telefon rings bara inom kommunen. Fråga din chef om du behöver ringa.",
        "Your phone calls inside numbers only. Ask your manager if you need to call.",
    ),
    (
        CallBarred(Barred.ABROAD),
        "Utlandssamtal är spärrade på din telefon. Fråga din chef om du behöver ringa.",
        "Calls abroad are barred on your phone. Ask your manager if you need to call.",
    ),
    (
        CallBarred(Barred.PREMIUM),
        "Betalnummer är spärrade på telefonen, och det som inte kan tydas. Fråga din chef om du behöver ringa.",
        "Premium numbers are barred on the phone, and what cannot be read. Ask your manager if you need to call.",
    ),
    (
        CallBarred(Barred.PRIVATE),
        "Privata samtal kräver specificerad faktura. Fråga din chef om du behöver ringa.",
        "Private calls need an itemised invoice. Ask your manager if you need to call.",
    ),
    (MobileTone(), "♪", "♪"),
    (CodeRefused(), "Koden kan inte användas här.", "The code cannot be used here."),
    (
        OfferToWait(ANNA),
        "Anna Berg är upptagen i telefon. Vill du vänta tills det blir ledigt, tryck fem.",
        "Anna Berg is busy on the phone. To wait until the line is free, press five.",
    ),
    (
        Waiting(),
        "Vänta kvar, så kopplas du fram när det blir ledigt. Noll leder till telefonisten.",
        "Please hold, and you will be put through as soon as the line is free. Zero leads to the operator.",
    ),
    (
        ParkedFor(ANNA),
        "Du väntar på Anna Berg. Samtalet är parkerat, och med noll kommer du till telefonisten.",
        "You are waiting for Anna Berg. Your call is parked. Press zero to get back to the operator.",
    ),
    (
        ParkHere(ANNA),
        "Koppla samtalet hit för att parkera det för Anna Berg.",
        "Transfer the call here to park it for Anna Berg.",
    ),
    (Goodbye(), "Tack för ditt samtal. Hej då.", "Thank you for calling. Goodbye."),
    *code_prompts.PROMPTS,
    *message_prompts.PROMPTS,
    *waiting_prompts.PROMPTS,
    *emergency_prompts.PROMPTS,
    *guide_prompts.PROMPTS,
    *own_prompts.PROMPTS,
]


def test_the_same_prompt_is_found_again_by_what_it_says() -> None:
    assert {prompt for prompt, _, _ in PROMPTS} == {copy(prompt) for prompt, _, _ in PROMPTS}


@pytest.mark.parametrize(("prompt", "swedish", "english"), PROMPTS)
def test_is_said_word_by_word(prompt: Prompt, swedish: str, english: str) -> None:
    assert said(prompt, Language.SV) == swedish
    assert said(prompt, Language.EN) == english


def test_every_prompt_is_in_the_table() -> None:
    assert {type(prompt) for prompt, _, _ in PROMPTS} == set(get_args(prompts.Prompt))


@pytest.mark.parametrize(
    ("until", "date_only", "swedish", "english"),
    [
        (utc(2026, 8, 2, 11, 30), False, "i dag klockan tretton och trettio", "today at one thirty PM"),
        (utc(2026, 8, 2, 10), False, "i dag klockan tolv", "today at noon"),
        (
            utc(2026, 8, 2, 21, 59),
            False,
            "i dag klockan tjugotre och femtionio",
            "today at eleven fifty-nine PM",
        ),
        (utc(2026, 8, 2, 22), False, "i morgon", "tomorrow"),
        (utc(2026, 8, 2, 22, 5), False, "i morgon klockan noll och fem", "tomorrow at twelve oh five AM"),
        (utc(2026, 8, 3, 6), True, "i morgon", "tomorrow"),
        (utc(2026, 8, 9, 22), True, "måndag den tionde augusti", "on Monday the tenth of August"),
        (
            utc(2026, 8, 5, 6),
            False,
            "onsdag den femte augusti klockan åtta",
            "on Wednesday the fifth of August at eight AM",
        ),
        (
            utc(2026, 12, 31, 12),
            True,
            "torsdag den trettioförsta december",
            "on Thursday the thirty-first of December",
        ),
        (utc(2027, 1, 4, 12), True, "måndag den fjärde januari", "on Monday the fourth of January"),
        (
            utc(2027, 8, 3, 12),
            True,
            "tisdag den tredje augusti tjugo tjugosju",
            "on Tuesday the third of August twenty twenty-seven",
        ),
        (
            utc(2026, 10, 25, 7),
            False,
            "söndag den tjugofemte oktober klockan åtta",
            "on Sunday the twenty-fifth of October at eight AM",
        ),
    ],
)
def test_says_when_somebody_is_back(until: datetime, date_only: bool, swedish: str, english: str) -> None:
    referral = Referral(ANNA, Why.ABSENT, MEETING, until, date_only)
    assert said(referral, Language.SV) == f"Anna Berg är på sammanträde och är tillbaka {swedish}."
    assert said(referral, Language.EN) == f"Anna Berg is in a meeting and will be back {english}."


def test_chooses_today_and_tomorrow_at_the_moment_of_speaking() -> None:
    referral = Referral(ANNA, Why.ABSENT, MEETING, utc(2026, 8, 3, 6), until_is_date=True)
    assert said(referral, Language.SV, utc(2026, 8, 1, 12)).endswith("tillbaka måndag den tredje augusti.")
    assert said(referral, Language.SV, utc(2026, 8, 1, 22)).endswith("tillbaka i morgon.")
    assert said(referral, Language.SV, utc(2026, 8, 2, 22)).endswith("tillbaka i dag.")


def test_names_days_by_their_date_for_what_is_played_later() -> None:
    referral = Referral(ANNA, Why.ABSENT, MEETING, utc(2026, 8, 3, 6))
    later = words(pieces(referral, Language.SV, utc(2026, 8, 3, 5), absolute_days=True))
    assert later == "Anna Berg är på sammanträde och är tillbaka måndag den tredje augusti klockan åtta."


@pytest.mark.parametrize(
    ("windows", "swedish", "english"),
    [
        ([((1,), 8, 10)], "måndagar mellan åtta och tio", "on Mondays between eight AM and ten AM"),
        (
            [((1, 3), 13, 15)],
            "måndagar och onsdagar mellan tretton och femton",
            "on Mondays and Wednesdays between one PM and three PM",
        ),
        (
            [((4, 1, 2, 3), 12, 24)],
            "måndagar till torsdagar mellan tolv och tjugofyra",
            "on Mondays to Thursdays between noon and midnight",
        ),
        (
            [(range(1, 8), 8, 9), ((5,), 13, 15)],
            "alla dagar mellan åtta och nio, och fredagar mellan tretton och femton",
            "every day between eight AM and nine AM, and on Fridays between one PM and three PM",
        ),
    ],
)
def test_says_when_somebody_is_best_reached(
    windows: list[tuple[tuple[int, ...], int, int]], swedish: str, english: str
) -> None:
    best = tuple(Window(tuple(days), time(start), time(end % 24)) for days, start, end in windows)
    referral = Referral(ANNA, Why.ABSENT, best_reached=best)
    assert said(referral, Language.SV) == f"Anna Berg är frånvarande. Träffas säkrast {swedish}."
    assert said(referral, Language.EN) == f"Anna Berg is away. Anna Berg is best reached {english}."


def test_says_minutes_of_best_reached() -> None:
    referral = Referral(ANNA, Why.ABSENT, best_reached=(Window((1,), time(8, 30), time(10)),))
    assert said(referral, Language.SV).endswith("måndagar mellan klockan åtta och trettio och klockan tio.")
    assert said(referral, Language.EN).endswith("on Mondays between eight thirty AM and ten AM.")


@pytest.mark.parametrize(
    ("number", "swedish", "english"),
    [
        (
            "+46980319201",
            "noll nio åtta noll, trettioett, nittiotvå, noll ett",
            "plus four six, nine eight zero, three one, nine two, zero one",
        ),
        ("+46846500400", "noll åtta, fyra sex fem, noll noll fyra, noll noll", None),
        ("+46313900640", "noll tre ett, tre nio noll, noll sex, fyrtio", None),
        (
            "+4722123456",
            "plus fyrtiosju, tjugotvå, tolv, trettiofyra, femtiosex",
            "plus four seven, two two, one two, three four, five six",
        ),
        ("112", "ett ett två", "one one two"),
        ("11414", "ett ett fyra ett fyra", "one one four one four"),
        ("201", "två noll ett", "two zero one"),
        ("*27#", "stjärna två sju fyrkant", "star two seven hash"),
        ("", "okänt", "unknown"),
        ("anna", "okänt", "unknown"),
    ],
)
def test_says_numbers_group_by_group(number: str, swedish: str, english: str | None) -> None:
    prompt = DepartmentEmpty("", number)
    assert said(prompt, Language.SV).endswith(f" Direktnumret är {swedish}.")
    if english is not None:
        assert said(prompt, Language.EN).endswith(f" The direct number is {english}.")


def test_names_are_swedish_in_english_speech_and_english_is_offered_in_english() -> None:
    name = pieces(Referral(ANNA, Why.BUSY), Language.EN, AT)[0]
    assert (name.text, name.language) == (ANNA, Language.SV)
    offer = pieces(Offers((Offer.ENGLISH,)), Language.SV, AT)[0]
    assert offer.language is Language.EN


@pytest.mark.parametrize("language", Language)
def test_whatever_is_no_fixed_piece_has_one_to_fall_back_on(language: Language) -> None:
    fixed = {(piece.text, piece.language) for piece in catalogue()}
    for prompt, _, _ in PROMPTS:
        for piece in pieces(prompt, language, AT):
            last = piece.fallback or piece
            assert last.is_pause or last in (BEEP, TONE) or (last.text, last.language) in fixed, piece


def test_every_day_hour_and_minute_is_in_the_catalogue() -> None:
    fixed = {(piece.text, piece.language) for piece in catalogue()}
    for month in range(1, 13):
        for minute in range(60):
            until = utc(2026 + month % 2, month, 1 + minute % 28, minute % 24, minute)
            for language in Language:
                said_pieces = pieces(Referral("", Why.ABSENT, None, until), language, AT)
                assert all(piece.is_pause or (piece.text, piece.language) in fixed for piece in said_pieces)


def test_numbers_are_spelled_as_swedish_spells_them() -> None:
    spelled = {piece.text for piece in catalogue() if piece.language is Language.SV}
    assert {"fyrtio", "fyrtioett", "nittionio", "tjugoett"} <= spelled
    assert not any("förtio" in text for text in spelled)
