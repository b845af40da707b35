"""What settings and their values are called."""

from __future__ import annotations

from hanvisa.web.pages.admin import labels
from hanvisa.web.pages.translating import gettext


def called(key: str) -> str:
    return _names()[key]


def value_called(key: str, value: object) -> str:
    match value:
        case True | "true":
            return gettext("yes")
        case False | "false":
            return gettext("no")
        case float():
            return f"{value:g}"
        case str() if key == "may_call":
            return labels.choice(key, value)
        case str():
            return _values()[key, value]
    return str(value)


def _names() -> dict[str, str]:
    return {
        "ring_person": gettext("Ring a person's phones (seconds)"),
        "ring_operator": gettext("Ring an operator's phone (seconds)"),
        "ring_in_turn": gettext("Ring each who rings in turn (seconds)"),
        "queue_say_every": gettext("Tell who waits their place in the queue every (seconds)"),
        "wait_for_paused": gettext("Wait for an operator who has paused, when no other is there (seconds)"),
        "held_remind": gettext("Remind of a caller on hold after (seconds)"),
        "held_back": gettext("A caller on hold goes back to the queue after (seconds)"),
        "callback_again": gettext("Try a caller who left a number again after (seconds)"),
        "camp_on": gettext("Wait for a busy person at most (seconds)"),
        "unanswered_transfer": gettext("Who was sent on, and nobody answers"),
        "whisper": gettext("Operators are told the organisation before a call"),
        "operator_consults_mobile": gettext("An operator with a caller rings a mobile (O2)"),
        "exceptions_on_the_spot": gettext("Operators may make an exception for the call they have (O2)"),
        "exception_longest": gettext("An exception lasts at most (days)"),
        "forwarding_longest": gettext("A forwarding to a mobile lasts at most (days)"),
        "forwarding_days": gettext("Forwarded to a mobile in a month at most (days)"),
        "mobile_tone_after": gettext("First tone in a talk with a mobile after (seconds)"),
        "mobile_tone_every": gettext("Then a tone every (seconds)"),
        "message_longest": gettext("A message is at most (seconds)"),
        "message_due": gettext("A message is to be handled within (working days)"),
        "unreferred_person": gettext("Unreferred absences that are put to the person (G1)"),
        "unreferred_manager": gettext("Unreferred absences that are put to the telephone manager (G1)"),
        "unreferred_days": gettext("Unreferred absences are counted within (working days)"),
        "details_every": gettext("Details are to be confirmed every (days)"),
        "may_call": gettext("May call, where nothing else is said"),
        "private_calls_fixed": gettext("Private calls from fixed phones (P1)"),
        "record_threats": gettext("Record talks that are marked as a threat"),
        "text_a_day": gettext("Text messages to one number in a day at most"),
        "recordings_a_day": gettext("Recordings of one person in a day at most"),
        "extract_longest": gettext("An extract covers at most (days)"),
        "extract_kept": gettext("An extract's content is kept (days)"),
        "extract_tell": gettext("A person is told of an extract after (days; 0: never)"),
    }


def _values() -> dict[tuple[str, str], str]:
    return {
        ("unanswered_transfer", "referral"): gettext("hears the referral"),
        ("unanswered_transfer", "recall"): gettext("comes back to the operator"),
        ("whisper", "several"): gettext("those with several numbers"),
        ("whisper", "always"): gettext("always"),
        ("whisper", "never"): gettext("never"),
        ("operator_consults_mobile", "refuse"): gettext("is refused"),
        ("operator_consults_mobile", "allow"): gettext("is allowed"),
        ("private_calls_fixed", "itemised"): gettext("with an itemised invoice"),
        ("private_calls_fixed", "marked"): gettext("all of them marked"),
        ("private_calls_fixed", "refused"): gettext("none"),
    }
