"""What a caller or an operator is told, as values, one file a family. How it is worded and voiced is `speech`'s matter.

Times are timezone-aware; numbers E.164. Every prompt can be said in both languages.
"""

from __future__ import annotations

from hanvisa.calls.prompts.attendant import OfferToWait, Waiting
from hanvisa.calls.prompts.beginning import Breath
from hanvisa.calls.prompts.codes import (
    BackAgain,
    CodeWrong,
    ConfidentialNow,
    ForwardingStopped,
    ForwardingTold,
    NextCallConfidential,
    Noted,
    NothingSet,
)
from hanvisa.calls.prompts.emergency import EmergencyDialled
from hanvisa.calls.prompts.failures import CodeRefused, Goodbye, OutsideFailed, TryLater, UnknownNumber
from hanvisa.calls.prompts.greetings import GreetingChecked
from hanvisa.calls.prompts.guide import GuideBegins, GuideEnds, GuideRefused, GuideStep
from hanvisa.calls.prompts.messages import RecordingTone
from hanvisa.calls.prompts.mobiles import MobileTone
from hanvisa.calls.prompts.outgoing import Barred, CallBarred
from hanvisa.calls.prompts.own_recordings import (
    ReviewYourOwn,
    SayYourOwn,
    YourOwnKept,
    YourOwnNotKept,
    YourOwnWrong,
)
from hanvisa.calls.prompts.referral import DepartmentEmpty, MobileNumber, Offers, Referral
from hanvisa.calls.prompts.refusals import DialRefused, TransferRefused
from hanvisa.calls.prompts.switchboard import Greeting, NoOperator, OperatorStateSet, Queued
from hanvisa.calls.prompts.waiting import SwitchboardClosed
from hanvisa.calls.prompts.whys import Why

Prompt = (
    Breath
    | Greeting
    | Queued
    | NoOperator
    | OperatorStateSet
    | SwitchboardClosed
    | Referral
    | DepartmentEmpty
    | Offers
    | MobileNumber
    | TransferRefused
    | DialRefused
    | UnknownNumber
    | OutsideFailed
    | TryLater
    | CodeRefused
    | CallBarred
    | BackAgain
    | CodeWrong
    | ForwardingStopped
    | ForwardingTold
    | NextCallConfidential
    | ConfidentialNow
    | Noted
    | NothingSet
    | EmergencyDialled
    | GreetingChecked
    | GuideBegins
    | GuideStep
    | GuideEnds
    | GuideRefused
    | RecordingTone
    | SayYourOwn
    | ReviewYourOwn
    | YourOwnKept
    | YourOwnNotKept
    | YourOwnWrong
    | MobileTone
    | Goodbye
    | OfferToWait
    | Waiting
)

__all__ = [
    "BackAgain",
    "Barred",
    "Breath",
    "CallBarred",
    "CodeRefused",
    "CodeWrong",
    "ConfidentialNow",
    "DepartmentEmpty",
    "DialRefused",
    "EmergencyDialled",
    "ForwardingStopped",
    "ForwardingTold",
    "Goodbye",
    "Greeting",
    "GreetingChecked",
    "GuideBegins",
    "GuideEnds",
    "GuideRefused",
    "GuideStep",
    "MobileNumber",
    "MobileTone",
    "NextCallConfidential",
    "NoOperator",
    "Noted",
    "NothingSet",
    "OfferToWait",
    "Offers",
    "OperatorStateSet",
    "OutsideFailed",
    "Prompt",
    "Queued",
    "RecordingTone",
    "Referral",
    "ReviewYourOwn",
    "SayYourOwn",
    "SwitchboardClosed",
    "TransferRefused",
    "TryLater",
    "UnknownNumber",
    "Waiting",
    "Why",
    "YourOwnKept",
    "YourOwnNotKept",
    "YourOwnWrong",
]
