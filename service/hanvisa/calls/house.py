"""What every call of a running service shares."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

from hanvisa.calls.alarms import Alarms
from hanvisa.calls.dialling import Dialling
from hanvisa.calls.feed import Feed
from hanvisa.calls.leftovers import Leftovers
from hanvisa.calls.live import LiveCalls
from hanvisa.calls.ports import (
    CallControl,
    CallLog,
    Clock,
    Directory,
    Evidence,
    MessageBox,
    OpenCalls,
    OwnSounds,
    Texts,
    Voice,
)
from hanvisa.calls.queue import Queues
from hanvisa.calls.recording import Endings
from hanvisa.calls.state import Leg
from hanvisa.policy.facts import CallingClass
from hanvisa.policy.forwarding import ForwardingLimits
from hanvisa.policy.numbers import NumberPlan
from hanvisa.policy.outgoing import PrivateCalls


@dataclass(frozen=True, slots=True)
class CallSettings:
    """Times in seconds (docs/decisions.md, Defaults)."""

    ring_person: float = 20.0
    ring_in_turn: float = 15.0  # each member of a group or department that rings in turn
    ring_operator: float = 12.0
    whisper: Literal["several", "always", "never"] = "several"  # main numbers that the operator serves
    queue_say_every: float = 45.0  # their place, to callers who wait
    wait_for_paused: float = 300.0  # callers, when no other operator is there
    held_remind: float = 60.0  # the operator, of a caller on hold
    held_back: float = 120.0  # to the queue
    callback_again: float = 300.0  # who left a number and could not be had
    key_wait: float = 4.0
    keying: float = 3.0  # each digit of a number
    operator_consults_mobile: Literal["refuse", "allow"] = "refuse"
    unanswered_transfer: Literal["referral", "recall"] = "referral"
    camp_on: float = 120.0
    camp_on_retry: float = 10.0
    mobile_tone_after: float = 300.0
    mobile_tone_every: float = 300.0
    message_longest: int = 120
    message_silence: int = 5
    message_due: int = 2  # working days
    forwarding: ForwardingLimits = field(default_factory=ForwardingLimits)
    text_a_day: int = 5  # to one number
    recordings_a_day: int = 20  # of one person
    may_call: CallingClass = CallingClass.NATIONAL
    record_threats: bool = False
    private_prefix: str = "*9*"
    private_calls_fixed: PrivateCalls = PrivateCalls.ITEMISED


@dataclass(eq=False)
class House:
    """``settings`` are replaced when an admin changes one."""

    control: CallControl
    directory: Directory
    voice: Voice
    messages: MessageBox
    own_sounds: OwnSounds
    evidence: Evidence
    log: CallLog
    open_calls: OpenCalls
    clock: Clock
    texts: Texts | None = None  # None: no gateway is set
    plan: NumberPlan = field(default_factory=NumberPlan)
    settings: CallSettings = field(default_factory=CallSettings)
    live: LiveCalls = field(default_factory=LiveCalls)
    queues: Queues = field(default_factory=Queues)
    recordings: Endings = field(default_factory=Endings)
    leftovers: Leftovers = field(default_factory=Leftovers)
    feed: Feed = field(default_factory=Feed)
    alarms: Alarms = field(default_factory=Alarms)
    dialling: Dialling = field(default_factory=Dialling)

    def tell_in_fallback(self, accounts: Iterable[str]) -> None:
        """These phones are in calls that the dialplan's fallback has: whom they talk with there nobody knows."""
        register = self.directory.register
        phones = [phone for account in accounts if (phone := register.phone_of_account(account))]
        if self.live.tell_in_fallback([Leg("", one.account, register.user_of(one)) for one in phones]):
            self.queues.wake()
