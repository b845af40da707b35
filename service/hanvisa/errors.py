"""The exception tree.

HanvisaError                what went wrong, in a sentence, and what to do about it
 |- ConfigurationError      a setting is missing or wrong
 |- InvalidInput            what a person or a file gave us is wrong (where, what, what to do)
 |- NotFound                an id that names nothing
 |- Conflict                the change meets a newer one, or a rule of the data
 |   `- Contradiction       what is stored does not allow it: read again or not, it stays refused
 |- PolicyRefused           the policy says no: ``decision`` says by which rules, and why
 |- StorageError            the database does not answer, or the disk does not take it
 |   |- InDoubt             it fell silent while it committed: all is stored, or nothing
 |   `- Locked              it answers: others are changing what is to be changed, for longer than is waited for
 |- SpeechError             a synthesiser failed
 |- MailError               a mail server did not take a mail
 |- LdapError               an LDAP directory can't be read
 |- CalendarError           a person's calendar can't be read
 |- PrintingError           a report could not be made into a PDF
 |- Undecidable             a decision that was kept can't be decided again
 `- TelephonyError          Asterisk
     |- Unavailable         Asterisk does not answer (connection, time-out)
     |- Gone                the channel, bridge or playback is no longer there: an ordinary answer
     `- Refused             Asterisk refused a command
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hanvisa.policy.model import Decision, Text


class HanvisaError(Exception):
    """Base of all our errors. ``error_id`` is stable and goes out in API problems."""

    error_id = "error"


class ConfigurationError(HanvisaError):
    error_id = "configuration"


class InvalidInput(HanvisaError):  # noqa: N818 - reads as the sentence it is
    error_id = "invalid-input"


class NotFound(HanvisaError):  # noqa: N818
    error_id = "not-found"


class Conflict(HanvisaError):  # noqa: N818
    error_id = "conflict"


class Contradiction(Conflict):
    error_id = "contradiction"


class PolicyRefused(HanvisaError):  # noqa: N818
    error_id = "refused-by-policy"

    def __init__(self, decision: Decision) -> None:
        super().__init__(decision.because.en)
        self.decision = decision


class StorageError(HanvisaError):
    error_id = "storage"


class InDoubt(StorageError):  # noqa: N818
    pass


class Locked(StorageError):  # noqa: N818
    def __init__(self) -> None:
        super().__init__("Others are changing the register. Try again in a while.")


class SpeechError(HanvisaError):
    error_id = "speech"


class MailError(HanvisaError):
    error_id = "mail"


class LdapError(HanvisaError):
    error_id = "ldap"


class CalendarError(HanvisaError):
    """``what`` is for administrators; ``told`` is what others are told, where that is less."""

    error_id = "calendar"

    def __init__(self, what: Text, told: Text | None = None) -> None:
        super().__init__(what.en)
        self.what = what
        self.told = told or what


class PrintingError(HanvisaError):
    error_id = "printing"


class Undecidable(HanvisaError):  # noqa: N818
    """``why`` is part of a sentence."""

    error_id = "undecidable"

    def __init__(self, why: Text) -> None:
        super().__init__(why.en)
        self.why = why


class TelephonyError(HanvisaError):
    error_id = "telephony"


class Unavailable(TelephonyError):  # noqa: N818
    error_id = "telephony-unavailable"


class Gone(TelephonyError):  # noqa: N818
    error_id = "telephony-gone"


class Refused(TelephonyError):  # noqa: N818
    error_id = "telephony-refused"
