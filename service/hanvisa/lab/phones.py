"""Real SIP phones on baresip, as many as wanted in one process.

async with Exchange(port=24010) as exchange:
    anna = await exchange.phone("hallefors-201", password, registrar="127.0.0.1:24000")
    await anna.plug_in()
    line = await anna.call("202")
    await line.until_up()
"""

import asyncio
import logging
import re
import threading
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Literal, Self

import numpy as np
from baresip import Account, Call, Config, Event, Runtime, UserAgent
from baresip.call import DigitEvent
from baresip.errors import (
    AudioNotActive,
    AudioRestarted,
    BaresipError,
    RegistrationError,
    StaleHandleError,
    TransferFailed,
    split_status,
)
from baresip.events import StackEvent

from hanvisa.lab import registrations
from hanvisa.lab.alaw import Samples
from hanvisa.lab.lines import (
    CallFailedError,
    Dialog,
    Ending,
    Line,
    NotRegisteredError,
    Phone,
    TransferRefusedError,
)
from hanvisa.lab.priority import before_others
from hanvisa.lab.waiting import until

_SIP_LOG = logging.getLogger("baresip.native.sip")
_TICK = 0.02
_PLENTY = 1 << 16
_SRTP = {"no": (), "offered": ("mediaenc=srtp",), "required": ("mediaenc=srtp-mand",)}
# A jitter buffer plays silence for what is late, and leaves as much out after it: where this process did not come to
# run for 60 ms, words of the switch were not heard in whole.
_ALL_HEARD = "audio_jitter_buffer_type off\n"
# Their sound has a port of every address of the machine, any from 1024 on if nothing is said: whoever is to listen
# there, as another system's Asterisk or carrier, could not.
_BESIDE_SYSTEMS = "rtp_ports 32768-60999\n"
_TRUSTING = "sip_cafile {}\nsip_verify_server yes\n"

_CALL_ID = re.compile(r"^Call-ID:\s*(\S+)", re.IGNORECASE | re.MULTILINE)
_TAGS = re.compile(r"^(From|To):[^\r\n]*?;tag=([^\s;]+)", re.MULTILINE)
_ANSWERED = re.compile(r"^\S+ (TX|RX) [^\n]*\nSIP/2.0 200")


class Exchange:
    """The one baresip runtime of the process, and the phones on it.

    ``trace`` collects every SIP message; ``trusted`` are the certificates that may have issued a registrar's.
    """

    def __init__(
        self,
        port: int,
        host: str = "127.0.0.1",
        trace: list[str] | None = None,
        trusted: Path | None = None,
    ) -> None:
        self.trace = [] if trace is None else trace
        self._phones: dict[tuple[str, str], BaresipPhone] = {}
        self._config = Config(
            net_interface=host,
            max_concurrent_calls=None,
            sip_trace=True,
            extra_config_text=f"sip_listen {host}:{port}\n{_ALL_HEARD}{_BESIDE_SYSTEMS}"
            + (_TRUSTING.format(trusted) if trusted else ""),
        )
        self._runtime = Runtime()
        self._tracing = _Tracing(self.trace)

    async def __aenter__(self) -> Self:
        _SIP_LOG.setLevel(logging.DEBUG)
        _SIP_LOG.addFilter(self._tracing)
        # The loop's first worker thread has the usual priority: the library's start would make it.
        await asyncio.to_thread(lambda: None)
        with before_others():
            await self._runtime.start(self._config)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for phone in self._phones.values():
            phone.stop()
        await self._runtime.close()
        _SIP_LOG.removeFilter(self._tracing)

    async def phone(
        self,
        account: str,
        password: str,
        registrar: str,
        *,
        srtp: Literal["no", "offered", "required"] = "no",
    ) -> "BaresipPhone":
        """The phone of this account at ``host:port``, still to be plugged in. The same one when asked for again.

        One with ``srtp`` speaks by TLS.
        """
        known = self._phones.get((account, registrar))
        if known is None:
            agent = await UserAgent.create(
                self._runtime,
                Account(
                    user=account,
                    domain=registrar,
                    password=password,
                    audio_codecs=("PCMA",),
                    transport="udp" if srtp == "no" else "tls",
                    extra_params=_SRTP[srtp],
                ),
            )
            known = BaresipPhone(account, registrar, agent, self._runtime, self.trace)
            self._phones[account, registrar] = known
        return known


class BaresipPhone(Phone):
    """A registered phone."""

    def __init__(
        self, account: str, registrar: str, agent: UserAgent, runtime: Runtime, trace: list[str]
    ) -> None:
        super().__init__(account)
        self._registrar = registrar
        self._agent = agent
        self._runtime = runtime
        self._trace = trace
        self._plugged_in = False
        self._tasks: set[asyncio.Task[None]] = set()
        agent.on_incoming(self._on_incoming)

    async def plug_in(self) -> None:
        """Register, and again where that met the end of the former registration in the switch.

        baresip takes the former one back once more at the moment in which it makes a new one.
        """
        while not self._plugged_in:
            try:
                await self._agent.register()
            except RegistrationError as error:
                raise NotRegisteredError(f"{self.name}: {error}") from error
            await until(
                lambda: registrations.are_answered(self._trace, self.name),
                what=f"{self.name}: an answer to each registration",
            )
            self._plugged_in = registrations.is_there(self._trace, self.name)

    async def unplug(self) -> None:
        if self._plugged_in:
            await self._agent.unregister()
            self._plugged_in = False

    async def call(self, number: str, *, headers: dict[str, str] | None = None) -> "BaresipLine":
        missed: list[StackEvent] = []
        # One that is answered or refused at once is so before the library has told us its handle, and lets it know
        # no more.
        self._runtime.subscribe(missed.append)
        try:
            call = await self._agent.dial(f"sip:{number}@{self._registrar}", headers)
        finally:
            self._runtime.unsubscribe(missed.append)
        line = BaresipLine(self.name, number, call, self._registrar, self._trace)
        for event in missed:
            if event.call != call.handle:
                continue
            if event.event is Event.CALL_CLOSED:
                line.ending = Ending(*split_status(event.text or ""))
            else:
                call._on_stack_event(event)  # noqa: SLF001 - nothing public tells it what it has missed
        self.lines.append(line)
        return line

    def stop(self) -> None:
        for line in self.lines:
            if isinstance(line, BaresipLine):
                line.stop()

    def _on_incoming(self, call: Call) -> None:
        line = BaresipLine(self.name, str(call.peer), call, self._registrar, self._trace)
        self._offer(line)
        if self.busy:
            task = asyncio.create_task(line.reject())
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)


@dataclass
class _Audio:
    """A thread that reads what is heard every 20 ms, and feeds what is said.

    It is one of its own: what the library has received is lost where a busy loop comes for it too late.
    """

    line: "BaresipLine"
    call: Call
    saying: bytearray = field(default_factory=bytearray)
    _over: threading.Event = field(default_factory=threading.Event)

    def start(self) -> None:
        with before_others():
            threading.Thread(target=self._run, daemon=True).start()

    def stop(self) -> None:
        self._over.set()

    def _run(self) -> None:
        while not self.line.has_ended and not self._over.wait(_TICK):
            with suppress(
                AudioNotActive, AudioRestarted
            ):  # no media yet, or replaced by a re-INVITE: next time
                self._exchange()

    def _exchange(self) -> None:
        heard = self.call.audio.read(_PLENTY)
        if heard:
            self.line.recording.append(np.frombuffer(heard, dtype=np.int16))
        if self.saying and self.line.is_up:
            del self.saying[: self.call.audio.write(bytes(self.saying[:_PLENTY]))]


class BaresipLine(Line):
    """One call of a baresip phone."""

    def __init__(self, name: str, peer: str, call: Call, registrar: str, trace: list[str]) -> None:
        super().__init__(name, peer)
        self.call = call
        self._registrar = registrar
        self._trace = trace
        self._audio = _Audio(self, call)
        call.on(self._on_event)
        call.on_dtmf(self._on_key)
        self._audio.start()

    @property
    def dialog(self) -> Dialog:
        """Read off the trace: who answers with 200 has the To of that answer, who is answered its From."""
        for message in reversed(self._trace):
            found = _ANSWERED.match(message)
            tags = dict(_TAGS.findall(message))
            call_id = _CALL_ID.search(message)
            if found and len(tags) == 2 and call_id and call_id[1] == self.call.call_id:
                ours, theirs = ("To", "From") if found[1] == "TX" else ("From", "To")
                return Dialog(call_id[1], tags[ours], tags[theirs])
        raise AssertionError(f"{self.name}: no dialog with {self.peer} yet")

    @property
    def is_held(self) -> bool:
        return bool(self.call.remote_on_hold)

    async def answer(self) -> None:
        with suppress(StaleHandleError):  # the caller has given up, which the ending tells
            await self.call.answer()
        await until(
            lambda: self.is_up or self.has_ended, what=f"{self.name}: the call from {self.peer} established"
        )
        if not self.is_up:
            raise CallFailedError(
                f"{self.name}: the call from {self.peer} ended before it was answered: {self.ending}", None
            )

    async def reject(self, status: int = 486) -> None:
        if status != 486:
            raise ValueError("a baresip phone can only reject with 486; take a Siplet for others")
        with suppress(StaleHandleError):  # the other end was faster
            await self.call.reject()

    async def hangup(self) -> None:
        with suppress(StaleHandleError):  # the other end was faster
            await self.call.hangup()

    async def hold(self) -> None:
        await self._refresh(self.call.hold)

    async def resume(self) -> None:
        await self._refresh(self.call.resume)

    async def press(self, keys: str) -> None:
        await self.call.send_dtmf(keys)

    async def transfer(self, target: str, *, within: float = 10.0) -> None:
        uri = target if target.startswith(("sip:", "tel:")) else f"sip:{target}@{self._registrar}"
        try:
            await self.call.transfer(uri, timeout=within)
        except TransferFailed as failure:
            raise TransferRefusedError(f"{self.name} to {target}: {failure}", failure.status) from failure

    async def attended(self, consultation: Line, *, within: float = 10.0) -> None:
        if not isinstance(consultation, BaresipLine):
            raise TypeError("both calls must be on one phone")
        await self.hold()
        await consultation.hold()
        try:
            await self.call.attended_transfer(consultation.call, timeout=within)
        except TransferFailed as failure:
            told = f"{self.name}, {self.peer} with {consultation.peer}: {failure}"
            raise TransferRefusedError(told, failure.status) from failure

    def say(self, samples: Samples) -> None:
        self._audio.saying += samples.tobytes()

    def stop(self) -> None:
        self._audio.stop()

    async def _refresh(self, change: Callable[[], Awaitable[None]]) -> None:
        """Carry out a re-INVITE. baresip sends one at a time, and one by itself soon after it has answered."""

        async def changed() -> bool:
            try:
                await change()
            except StaleHandleError:
                raise
            except BaresipError as in_flight:
                raise AssertionError(str(in_flight)) from in_flight
            return True

        await until(changed, what=f"{self.name}: the call with {self.peer} held or resumed")

    def _on_key(self, key: DigitEvent) -> None:
        self.keys_heard += key.digit

    def _on_event(self, event: StackEvent) -> None:
        match event.event:
            case Event.CALL_RINGING | Event.CALL_PROGRESS:
                self.is_ringing = True
            case Event.CALL_ESTABLISHED:
                self.is_up, self.is_ringing = True, False
            case Event.CALL_CLOSED:
                self.is_up = self.is_ringing = False
                self.ending = Ending(*split_status(event.text or ""))


class _Tracing(logging.Filter):
    """Keeps every SIP message that baresip logs, and lets none go on to the handlers."""

    def __init__(self, trace: list[str]) -> None:
        super().__init__()
        self._trace = trace

    def filter(self, record: logging.LogRecord) -> bool:
        self._trace.append(f"{record.created:.3f} {record.getMessage()}")
        return False
