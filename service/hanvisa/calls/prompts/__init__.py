"""What a caller or an operator is told, as values, one file a family. How it is worded and voiced is `speech`'s matter.

Times are timezone-aware; numbers E.164. Every prompt can be said in both languages.
"""

from __future__ import annotations

from hanvisa.calls.prompts.attendant import OfferToWait, ParkedFor, ParkHere, Waiting
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
    TakenBack,
)
from hanvisa.calls.prompts.emergency import EmergencyDialled
from hanvisa.calls.prompts.failures import (
    CodeRefused,
    Goodbye,
    OutsideFailed,
    TryLater,
    UnknownNumber,
    WentWrong,
)
from hanvisa.calls.prompts.greetings import GreetingChecked
from hanvisa.calls.prompts.guide import GuideBegins, GuideEnds, GuideRefused, GuideStep
from hanvisa.calls.prompts.messages import (
    MessageChoices,
    MessageFailed,
    MessageFrom,
    MessageHandled,
    MessageKept,
    MessageReview,
    MessagesWaiting,
    NoMoreMessages,
    NothingHeard,
    RecordingTone,
    SpeakAfterTheTone,
    WillRingBack,
)
from hanvisa.calls.prompts.mobiles import MobileTone
from hanvisa.calls.prompts.outgoing import Barred, CallBarred
from hanvisa.calls.prompts.own_recordings import (
    ReviewYourOwn,
    SayYourOwn,
    YourOwnKept,
    YourOwnNotKept,
    YourOwnWrong,
)
from hanvisa.calls.prompts.referral import (
    DepartmentEmpty,
    MobileNumber,
    NoMoreTexts,
    Offers,
    Referral,
    TextOnItsWay,
)
from hanvisa.calls.prompts.refusals import DialRefused, TransferRefused
from hanvisa.calls.prompts.switchboard import Greeting, NoOperator, OperatorStateSet, Queued
from hanvisa.calls.prompts.waiting import (
    CallbackGivenUp,
    CallbackKept,
    CallbackRefused,
    ConfirmCallback,
    HeldReminder,
    KeyYourNumber,
    QueuePlace,
    SwitchboardClosed,
    WasPaused,
    Whisper,
)
from hanvisa.calls.prompts.whys import Why

Prompt = (
    Breath
    | Greeting
    | Queued
    | NoOperator
    | OperatorStateSet
    | SwitchboardClosed
    | QueuePlace
    | HeldReminder
    | WasPaused
    | Whisper
    | KeyYourNumber
    | ConfirmCallback
    | CallbackKept
    | CallbackGivenUp
    | CallbackRefused
    | Referral
    | DepartmentEmpty
    | Offers
    | MobileNumber
    | TextOnItsWay
    | NoMoreTexts
    | TransferRefused
    | DialRefused
    | UnknownNumber
    | OutsideFailed
    | TryLater
    | WentWrong
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
    | TakenBack
    | EmergencyDialled
    | GreetingChecked
    | GuideBegins
    | GuideStep
    | GuideEnds
    | GuideRefused
    | SayYourOwn
    | ReviewYourOwn
    | YourOwnKept
    | YourOwnNotKept
    | YourOwnWrong
    | MobileTone
    | SpeakAfterTheTone
    | RecordingTone
    | MessageReview
    | MessageKept
    | WillRingBack
    | NothingHeard
    | MessageFailed
    | MessagesWaiting
    | MessageFrom
    | MessageChoices
    | MessageHandled
    | NoMoreMessages
    | Goodbye
    | OfferToWait
    | ParkedFor
    | ParkHere
    | Waiting
)

__all__ = [
    "BackAgain",
    "Barred",
    "Breath",
    "CallBarred",
    "CallbackGivenUp",
    "CallbackKept",
    "CallbackRefused",
    "CodeRefused",
    "CodeWrong",
    "ConfidentialNow",
    "ConfirmCallback",
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
    "HeldReminder",
    "KeyYourNumber",
    "MessageChoices",
    "MessageFailed",
    "MessageFrom",
    "MessageHandled",
    "MessageKept",
    "MessageReview",
    "MessagesWaiting",
    "MobileNumber",
    "MobileTone",
    "NextCallConfidential",
    "NoMoreMessages",
    "NoMoreTexts",
    "NoOperator",
    "Noted",
    "NothingHeard",
    "NothingSet",
    "OfferToWait",
    "Offers",
    "OperatorStateSet",
    "OutsideFailed",
    "ParkHere",
    "ParkedFor",
    "Prompt",
    "QueuePlace",
    "Queued",
    "RecordingTone",
    "Referral",
    "ReviewYourOwn",
    "SayYourOwn",
    "SpeakAfterTheTone",
    "SwitchboardClosed",
    "TakenBack",
    "TextOnItsWay",
    "TransferRefused",
    "TryLater",
    "UnknownNumber",
    "Waiting",
    "WasPaused",
    "WentWrong",
    "Whisper",
    "Why",
    "WillRingBack",
    "YourOwnKept",
    "YourOwnNotKept",
    "YourOwnWrong",
]
