"""The Swedish words."""

from __future__ import annotations

from num2words import num2words

from hanvisa.calls.prompts import Offer, Why
from hanvisa.policy.model import Language
from hanvisa.speech.phrases.wording import REFUSING_RULES, Wording

NUMBERS = tuple(num2words(number, lang="sv").replace("förtio", "fyrtio") for number in range(100))
DAYS = ("måndag", "tisdag", "onsdag", "torsdag", "fredag", "lördag", "söndag")
MONTHS = (
    "januari",
    "februari",
    "mars",
    "april",
    "maj",
    "juni",
    "juli",
    "augusti",
    "september",
    "oktober",
    "november",
    "december",
)

SWEDISH = Wording(
    language=Language.SV,
    welcome="välkommen till växeln",
    queued="alla telefonister är upptagna. Vänta kvar, så svarar vi i tur och ordning",
    you_have_reached="du har kommit till",
    the_switchboard="växeln",
    no_operator="just nu är ingen telefonist på plats. Slå direktnumret till den du söker, eller ring senare",
    person_sought="den du söker",
    away="är frånvarande",
    not_had={
        Why.BUSY: "sitter i ett annat samtal",
        Why.NO_ANSWER: "svarar inte just nu",
        Why.UNPLUGGED: "svarar inte just nu",
    },
    back="och är tillbaka",
    best_reached="träffas säkrast",
    between="mellan",
    and_="och",
    to="till",
    every_day="alla dagar",
    working_days="vardagar",
    weekdays=tuple(f"{day}ar" for day in DAYS),
    on_weekdays=tuple(f"{day}ar" for day in DAYS),
    direct_number="direktnumret är",
    nobody_at="ingen på",
    the_department="avdelningen",
    can_answer="kan svara just nu",
    today="i dag",
    tomorrow="i morgon",
    days=tuple(f"{day} den" for day in DAYS),
    ordinals=tuple(num2words(day, lang="sv", to="ordinal") for day in range(1, 32)),
    months=MONTHS,
    clock=tuple(f"klockan {hour}" for hour in NUMBERS[:25]),
    numbers=NUMBERS,
    plus="plus",
    star="stjärna",
    hash_="fyrkant",
    unknown_number="okänt",
    press="tryck",
    offers={
        Offer.MOBILE_NUMBER: "tre för mobilnumret",
        Offer.OPERATOR: "noll för telefonisten",
        Offer.AGAIN: "stjärna för att höra igen",
    },
    mobile_number_of="mobilnumret till",
    is_="är",
    transfer_refused={
        "O2": "koppling till mobil är inte tillåten",
        "M3": "samtal kopplas inte vidare till mobil",
        "M4": "ett sekretessamtal kopplas aldrig till mobil",
        "": "kopplingen är inte tillåten",
    },
    dial_refused={
        "O2": "du kan inte ringa en mobil medan du har ett samtal",
        "M3": "samtal kopplas inte vidare till mobil",
        "M4": "ett sekretessamtal kopplas aldrig till mobil",
        "": "samtalet kan inte kopplas",
    },
    rules={id_: f"regel {id_[0]} {NUMBERS[int(id_[1:])]}" for id_ in REFUSING_RULES},
    some_rule="enligt telefonpolicyn",
    may_tell_both="du får lämna ut mobilnumret, eller direktnumret",
    may_tell_mobile="du får lämna ut mobilnumret",
    may_give_direct="du får lämna ut direktnumret",
    take_message="ta gärna ett meddelande",
    no_such_number="numret du har slagit används inte. Kontrollera numret, och ring igen",
    outside_failed={
        Why.ABSENT: "numret kan inte nås just nu",
        Why.BUSY: "numret är upptaget",
        Why.NO_ANSWER: "numret svarar inte",
        Why.UNPLUGGED: "numret kan inte nås just nu",
    },
    try_later="tyvärr blev det något fel hos oss. Ring gärna igen om en stund",
    opened="telefonistplatsen är öppen",
    closed="telefonistplatsen är stängd",
    code_refused="koden kan inte användas här",
    goodbye="tack för ditt samtal. Hej då",
)
