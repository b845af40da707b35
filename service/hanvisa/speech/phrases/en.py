"""The English words."""

from __future__ import annotations

from num2words import num2words

from hanvisa.calls.prompts import Offer, Why
from hanvisa.policy.model import Language
from hanvisa.speech.phrases.wording import REFUSING_RULES, Wording

NUMBERS = tuple(num2words(number, lang="en") for number in range(60))
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)

FOR_ENGLISH = "for English, press nine"
"""Offered in English at the end of Swedish speech."""

ENGLISH = Wording(
    language=Language.EN,
    welcome="welcome to the switchboard",
    queued="all our operators are busy. Please hold the line, and we will answer you in turn",
    you_have_reached="you have reached",
    the_switchboard="the switchboard",
    no_operator=(
        "no operator is on duty right now. "
        "Dial the direct number of the person you want to reach, or call back later"
    ),
    person_sought="the person you are calling",
    away="is away",
    not_had={
        Why.BUSY: "is on another call",
        Why.NO_ANSWER: "is not answering right now",
        Why.UNPLUGGED: "is not answering right now",
    },
    back="and will be back",
    best_reached="is best reached",
    between="between",
    and_="and",
    to="to",
    every_day="every day",
    working_days="on weekdays",
    weekdays=tuple(f"{day}s" for day in DAYS),
    on_weekdays=tuple(f"on {day}s" for day in DAYS),
    direct_number="the direct number is",
    nobody_at="nobody at",
    the_department="the department",
    can_answer="can answer right now",
    today="today",
    tomorrow="tomorrow",
    days=tuple(f"on {day} the" for day in DAYS),
    ordinals=tuple(num2words(day, lang="en", to="ordinal") for day in range(1, 32)),
    months=tuple(f"of {month}" for month in MONTHS),
    clock=("at", "oh", "noon", "midnight", "AM", "PM"),
    numbers=NUMBERS,
    plus="plus",
    star="star",
    hash_="hash",
    unknown_number="unknown",
    press="press",
    offers={
        Offer.MOBILE_NUMBER: "three for the mobile number",
        Offer.OPERATOR: "zero for the operator",
        Offer.AGAIN: "star to hear this again",
        Offer.ENGLISH: FOR_ENGLISH,
    },
    mobile_number_of="the mobile number of",
    is_="is",
    transfer_refused={
        "O2": "putting a call through to a mobile is not permitted",
        "M3": "calls are not forwarded to the mobile",
        "M4": "a confidential call is never put through to a mobile",
        "": "this transfer is not permitted",
    },
    dial_refused={
        "O2": "you cannot call a mobile while you have a caller",
        "M3": "calls are not forwarded to the mobile",
        "M4": "a confidential call is never put through to a mobile",
        "": "this call cannot be put through",
    },
    rules={id_: f"rule {id_[0]} {NUMBERS[int(id_[1:])]}" for id_ in REFUSING_RULES},
    some_rule="by the telephone policy",
    may_tell_both="you may give out the mobile number, or the direct number",
    may_tell_mobile="you may give out the mobile number",
    may_give_direct="you may give out the direct number",
    take_message="please take a message",
    no_such_number="the number you have dialled is not in use. Please check the number, and call again",
    outside_failed={
        Why.ABSENT: "the number cannot be reached right now",
        Why.BUSY: "the number is busy",
        Why.NO_ANSWER: "the number does not answer",
        Why.UNPLUGGED: "the number cannot be reached right now",
    },
    try_later="we are sorry, something went wrong on our side. Please call back later",
    opened="the operator's position is open",
    closed="the operator's position is closed",
    code_refused="the code cannot be used here",
    goodbye="thank you for calling. Goodbye",
)
