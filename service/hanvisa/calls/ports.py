"""The edges of a call as Protocols. `hanvisa.testing` has a public fake of each."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal, Protocol
from uuid import UUID

from hanvisa.calls.prompts import Prompt
from hanvisa.policy.facts import Callback, ForwardingKind, Message, MessageState, OperatorState, RecordingKind
from hanvisa.policy.forwarding import Judge
from hanvisa.policy.model import Language
from hanvisa.policy.register import Register
from hanvisa.policy.texts import TextMessage

TransferProgress = Literal["channel_progress", "channel_answered", "channel_declined", "channel_unavailable"]


class Clock(Protocol):
    def now(self) -> datetime:
        """The time, timezone-aware (UTC)."""
        ...


class PhoneChanges(Protocol):
    """What codes on a phone change. ``by`` is the phone's account: changes are audited in its name.

    Each raises HanvisaError when it could not be stored at once (200 ms); then nothing is changed.
    """

    async def set_absence(
        self, person: UUID, reason: str, starts_at: datetime, ends_at: datetime | None, *, by: str
    ) -> None:
        """``reason`` is a reason's code; ``ends_at`` None is until cancelled. Raises PolicyRefused for G3."""
        ...

    async def end_absences(self, person: UUID, at: datetime, *, by: str) -> None:
        """All that last then."""
        ...

    async def forward(
        self,
        person: UUID,
        kind: ForwardingKind,
        target: str,
        starts_at: datetime,
        ends_at: datetime,
        *,
        judge: Judge,
        by: str,
    ) -> None:
        """In place of what holds of the kind. ``target`` as it was dialled. Raises PolicyRefused for M3."""
        ...

    async def stop_forwarding(self, person: UUID, kind: ForwardingKind, at: datetime, *, by: str) -> None: ...

    async def set_recording(
        self,
        person: UUID,
        kind: RecordingKind,
        sound: str,
        at: datetime,
        *,
        absence: UUID | None,
        by: str,
    ) -> None:
        """In place of what holds of the kind, a greeting's of that ``absence``."""
        ...

    async def recordings_since(self, person: UUID, since: datetime) -> int:
        """How many were made of the person, and kept: those that hold no more too."""
        ...

    async def mark_next_call(self, by: str) -> None:
        """M4: the next call of this phone is confidential."""
        ...

    async def take_mark(self, by: str) -> None:
        """That call has come."""
        ...


class Callbacks(Protocol):
    """Callers who have left a number. Each raises HanvisaError when it could not be stored at once (200 ms)."""

    async def keep(self, callback: Callback) -> None:
        """Where the number is kept for the switchboard already, nothing but that it is confidential from then on."""
        ...

    async def take(self, id_: UUID, tries: int, again_at: datetime) -> None:
        """Take the try that comes after so many, in one atomic statement; it is due again then.

        Raises Conflict when somebody else has taken it.
        """
        ...

    async def give_back(self, id_: UUID, tries: int) -> None:
        """The try that was taken after so many, in which no phone rang: it does not count. When it is due stays."""
        ...

    async def mark_confidential(self, id_: UUID) -> None: ...

    async def let_go(self, id_: UUID) -> None: ...


class Directory(Protocol):
    """The register as it is now, and the changes that calls make."""

    @property
    def register(self) -> Register: ...

    @property
    def phone_changes(self) -> PhoneChanges: ...

    @property
    def callbacks(self) -> Callbacks: ...

    async def reserve_uses(self, exceptions: Collection[UUID], call_id: str) -> frozenset[UUID]:
        """Take one use of each of these exceptions, or of none: atomically, within 200 ms.

        Those that were not to be had; when there are any, nothing is taken. Cancelled, it gives back what it takes.
        """
        ...

    def give_back_uses(self, exceptions: Collection[UUID], call_id: str) -> None:
        """The last use of each that the call has taken: nobody came to a mobile by it. Never waits, never raises.

        One that can't be given back stays spent.
        """
        ...

    async def set_operator_state(self, person_id: UUID, state: OperatorState) -> None: ...


@dataclass(frozen=True, slots=True)
class Spoken:
    """A prompt ready for playing: absolute paths without suffix, in order, and the words."""

    files: tuple[str, ...]
    words: str


class Voice(Protocol):
    def say(self, prompt: Prompt, language: Language, at: datetime) -> Spoken:
        """What is played for the prompt at this moment. Never waits, never raises, never gives nothing."""
        ...

    def in_one(self, files: tuple[str, ...]) -> tuple[str, ...]:
        """The same to be played in one file, where there is one; else as it is. Never waits."""
        ...

    async def prepare(self, prompts: Sequence[Prompt]) -> None:
        """Make, in both languages, what the prompts need. Raises SpeechError when a synthesiser failed."""
        ...

    async def join(self, said: Sequence[Spoken]) -> str:
        """Make one sound of all that is played; its name."""
        ...

    def is_there(self, sound: str) -> bool:
        """Whether the sound of that name can be played."""
        ...

    async def wav(self, *sounds: str) -> bytes | None:
        """The sounds of those names, one after the other, as a WAV file; None when none of them is there."""
        ...


class Spool(Protocol):
    """What Asterisk has recorded."""

    async def seconds(self, recording: str) -> float | None:
        """How long it sounds: 0.0 when nothing is heard in it, None when there is no whole recording of that name."""
        ...

    async def is_full(self) -> bool:
        """Whether no second more can be recorded: what was recorded last may have been cut short."""
        ...

    def path(self, recording: str) -> str:
        """As Asterisk plays it."""
        ...

    async def discard(self, recording: str) -> None:
        """Remove what was recorded, if it is there. Raises nothing."""
        ...


class OwnSounds(Spool, Protocol):
    """What people record of themselves by phone."""

    async def keep(self, recording: str) -> str:
        """Make a sound of it, and give its name. Raises HanvisaError when that was not done within seconds."""
        ...


class Evidence(Spool, Protocol):
    """What is kept of threatening calls."""

    async def keep(self, recording: str, name: str) -> str:
        """Keep it under that name; the file's name. Raises HanvisaError."""
        ...


@dataclass(frozen=True, slots=True)
class NewMessage:
    """S1, for a person or a department. ``caller`` is what is dialled to ring back, "" withheld.

    ``recording`` None: they want to be rung.
    """

    id: UUID
    person_id: UUID | None
    caller: str
    call_id: str
    recording: str | None
    confidential: bool
    left_at: datetime
    due_at: datetime
    department_id: UUID | None = None


class MessageBox(Spool, Protocol):
    """What callers have recorded, and the messages that are made of it."""

    async def leave(self, message: NewMessage) -> None:
        """Store the message whole, with its sound. One that is stored already (by its id) stays as it is.

        Raises HanvisaError when it could not be stored within seconds; then it is not left.
        """
        ...

    def sound(self, message: Message) -> str | None:
        """As Asterisk plays it; None where there is none."""
        ...

    async def mark(self, message: UUID, state: MessageState, at: datetime, *, by: str) -> None:
        """Read or handled, on the phone of the account ``by``. Raises HanvisaError when it could not be stored."""
        ...


@dataclass(frozen=True, slots=True)
class AlarmLetter:
    """A mail that is owed to ``name``, an operation's telephone manager or head: a department is empty (G3).

    ``days`` is how many working days, from the first to the last; ``person`` is whose absence empties it.
    """

    id: UUID
    address: str
    name: str
    department: str
    person: str
    first_day: date
    last_day: date
    days: int


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail that is owed for a message; ``recording`` is a file in the state folder, ``text`` what was written.

    ``name`` is the person's, or, where it is ``shared``, the department's; ``addresses`` are then all of its
    persons'. ``written``: no call left it, and ``caller`` is what somebody wrote.
    """

    id: UUID
    addresses: tuple[str, ...]
    name: str
    caller: str
    recording: str | None
    left_at: datetime
    due_at: datetime
    confidential: bool
    reminder: bool
    shared: bool = False
    text: str = ""
    written: bool = False


@dataclass(frozen=True, slots=True)
class CallEntry:
    """One step of a call's story. ``seq`` orders those of a call, whatever instance wrote them; it is not dense.

    Kinds: opened, signal, stage, decision, command, heard, key, outcome, closed. ``data`` is JSON.
    """

    call_id: str
    seq: int
    at: datetime
    kind: str
    data: dict[str, Any]


class CallLog(Protocol):
    def record(self, call_id: str, kind: str, data: dict[str, Any]) -> None:
        """Append a `CallEntry` to the call's story. Never waits."""
        ...


class OpenCalls(Protocol):
    """The calls that have begun and not ended, where they survive the service: what is on a channel dies with it."""

    def keep(self, call_id: str, state: str) -> None:
        """What is to be known of the call, if nobody hears of its end. Never waits, never raises."""
        ...

    def forget(self, call_id: str) -> None:
        """It has ended. Never waits, never raises."""
        ...

    async def left(self) -> dict[str, str]:
        """All that are kept at this moment, by id: those of a service that has died among them. Never raises.

        None where they can't be read within two seconds.
        """
        ...


class Texts(Protocol):
    """Text messages to callers. It is there only where a gateway is set."""

    def queue(self, id_: str, text: TextMessage) -> bool:
        """Write the message down, to be sent by and by. Never waits; False when it could not be written.

        ``id_`` is the same for the same message, which is not queued twice.
        """
        ...

    def lately(self, number: str) -> int:
        """How many messages were queued to the number within a day, whatever has become of them. Never waits."""
        ...


@dataclass(frozen=True, slots=True)
class LiveChannel:
    """A channel that exists, as a listing tells it."""

    id: str
    account: str
    caller_number: str
    dialled: str
    up: bool
    gone_on: bool = False  # the dialplan has it again: it is no call of ours any more


@dataclass(frozen=True, slots=True)
class Place:
    """Where a channel is.

    ``served``: a caller whom the dialplan has given to us. ``together``: in a bridge with others.
    """

    channel: str
    context: str
    exten: str
    served: bool
    together: bool


class OtherWay(Protocol):
    """What can be done for callers while `CallControl` is away. Each raises `Unavailable`, or `Refused` by Asterisk."""

    async def places(self) -> Mapping[str, Place]:
        """Every channel there is, by its id."""
        ...

    async def bring_out(self, place: Place) -> None:
        """The dialplan goes on with the caller, as it does without us. It takes a moment."""
        ...

    async def hang_up(self, place: Place) -> None: ...


class CallControl(Protocol):
    """The commands to Asterisk. All ids are chosen by the caller; where there are several they tell which (`node_of`).

    Every command raises `Gone` when its channel, bridge or playback is no longer there, `Refused` when Asterisk says
    no, `Unavailable` when it does not answer in time.
    """

    def some_node(self) -> str:
        """Where a call can begin that is beside no other; "" where there is one Asterisk."""
        ...

    async def claim(self, channel: str) -> bool:
        """Take an offered channel. False when another instance was first."""
        ...

    async def answer(self, channel: str) -> None: ...

    async def hang_up(self, channel: str, reason: str = "normal") -> None:
        """``reason`` is one of Asterisk's: normal, busy, answered_elsewhere, no_answer, ..."""
        ...

    async def play(self, channel: str, files: Sequence[str], playback: str) -> None: ...

    async def play_in_bridge(self, bridge: str, files: Sequence[str], playback: str) -> None:
        """Play to all who are in the bridge, over what they say."""
        ...

    async def stop_playing(self, playback: str) -> None: ...

    async def record(self, channel: str, recording: str, *, longest: int, silence: int) -> None:
        """Record what comes from the channel until hash is pressed, for so many seconds, or until so many of silence.

        Its end comes as `Recorded`; the sound is in the `Spool` by that name.
        """
        ...

    async def record_bridge(self, bridge: str, recording: str) -> None:
        """Record all who are in the bridge, until it is stopped or the bridge is gone. They hear nothing of it."""
        ...

    async def stop_recording(self, recording: str) -> None:
        """What there is of it is kept."""
        ...

    async def is_recording(self, recording: str) -> bool: ...

    async def is_playing(self, playback: str) -> bool: ...

    async def set_variable(self, channel: str, name: str, value: str) -> None: ...

    async def dial_strings(self, channel: str, account: str) -> tuple[str, ...]:
        """One dial string for each place where the account is registered now; none when it is unplugged.

        Evaluated on ``channel``, which must exist.
        """
        ...

    async def create(
        self, channel: str, dial_string: str, variables: Mapping[str, str], originator: str
    ) -> None:
        """A new outgoing leg, not dialled yet, for ``originator`` (a channel; empty: for nobody who is there yet).

        Raises `Refused` when it can't be reached (unplugged).
        """
        ...

    async def has_rung(self, channel: str) -> bool:
        """Whether the phone that this leg dials has said that it rings."""
        ...

    async def dial(self, channel: str) -> None: ...

    async def originate(
        self, channel: str, dial_string: str, *, name: str, number: str, within: float
    ) -> None:
        """Ring somebody on nobody's behalf for so many seconds, showing them this name and number.

        Whoever answers comes as `Entered`, in no bridge, so that they can be recorded; nobody, as `HungUp`.
        """
        ...

    async def ring(self, channel: str) -> None:
        """Let the caller hear ringing."""
        ...

    async def stop_ringing(self, channel: str) -> None: ...

    async def send_text(self, account: str, text: str, sender: str) -> None:
        """To the display of this phone (SIP MESSAGE), as from the number ``sender``. Not told whether it arrives."""
        ...

    async def start_music(self, channel: str) -> None: ...

    async def stop_music(self, channel: str) -> None: ...

    async def bridge(self, bridge: str, channels: Sequence[str]) -> None:
        """Make a bridge with these channels in it."""
        ...

    async def add_to_bridge(self, bridge: str, channel: str) -> None: ...

    async def remove_from_bridge(self, bridge: str, channel: str) -> None: ...

    async def destroy_bridge(self, bridge: str) -> None: ...

    async def tell_transferor(self, channel: str, progress: TransferProgress) -> None:
        """Answer the REFER that is pending on the channel."""
        ...

    async def channels(self, node: str = "") -> tuple[LiveChannel, ...]:
        """All channels that exist now, of one node or of all that can be reached."""
        ...

    async def bridged(self, node: str = "") -> Mapping[str, frozenset[str]]:
        """The bridges of ours, and the channels in each."""
        ...

    async def held_by_our_apps(self, node: str = "") -> Mapping[str, bool]:
        """Channels in all applications of ours, dead ones too; whether it is this very one's."""
        ...

    async def variable(self, channel: str, name: str) -> str: ...

    async def move_here(self, channel: str, args: Sequence[str]) -> None:
        """Bring a channel of a dead application into ours; it comes as `Entered` with these args."""
        ...
