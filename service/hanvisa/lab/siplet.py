"""A small SIP phone of our own, for what a well-behaved phone won't do.

It answers with any status, redirects, vanishes without a word, sends odd headers and garbage; it may
register, and authenticates. UDP and A-law only.

    siplet = await Siplet.open("127.0.0.1", 24012, "hallefors-204", password, registrar="127.0.0.1:24000")
    await siplet.plug_in()
    siplet.redirects_to = "0701740605"
"""

import asyncio
import secrets
from collections.abc import Callable, Coroutine, Sequence
from datetime import UTC, datetime
from typing import Any, Self

from hanvisa.lab.lines import Line, NotRegisteredError, Phone
from hanvisa.lab.sip import Address, Header, Message, credentials, host_of, response, uri_of
from hanvisa.lab.siplet_line import SipletLine

REGISTERED_FOR = 3600  # seconds
_T1 = 0.5
_PATIENCE = 8.0
_KEPT = 256

_OK = ("OPTIONS", "INFO", "NOTIFY", "UPDATE", "MESSAGE", "SUBSCRIBE")


class Siplet(Phone, asyncio.DatagramProtocol):
    """One phone, or a whole carrier, on one UDP port."""

    def __init__(self, user: str, password: str, registrar: str, trace: list[str] | None = None) -> None:
        super().__init__(user)
        self.trace = [] if trace is None else trace
        self.redirects_to: str | None = None
        self.refuses_with: int | None = None
        self.is_cut_off = False
        self.sends_first: Callable[[bytes], Sequence[bytes]] = lambda _: ()  # before each message
        self._password = password
        self.registrar = registrar
        self._waiting: dict[tuple[str, str], asyncio.Queue[Message]] = {}
        self._answered: dict[tuple[str, str], bytes] = {}
        self._dialogs: dict[str, SipletLine] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self.address: Address = ("", 0)
        self._transport: asyncio.DatagramTransport

    @classmethod
    async def open(
        cls,
        host: str,
        port: int,
        user: str,
        password: str = "",
        *,
        registrar: str,
        trace: list[str] | None = None,
    ) -> Self:
        """A siplet on its own address, not yet registered. ``registrar`` is ``host:port`` of the switch."""
        siplet = cls(user, password, registrar, trace)
        loop = asyncio.get_running_loop()
        siplet._transport, _ = await loop.create_datagram_endpoint(lambda: siplet, (host, port))
        siplet.address = siplet._transport.get_extra_info("sockname")
        return siplet

    async def close(self) -> None:
        await self.hang_up_all()
        self.vanish()

    def falls_silent(self) -> None:
        """Its calls send and hear nothing any more, without a word; it is still registered."""
        for line in self._dialogs.values():
            line.fall_silent()

    def cut_off(self) -> None:
        """Its cable is out, until it is plugged in or unplugged in all order: nothing passes, and it says nothing."""
        self.falls_silent()
        self.is_cut_off = True

    def vanish(self) -> None:
        """Gone without a word: no BYE, no unregistering, no more RTP."""
        self.falls_silent()
        for task in self._tasks:
            task.cancel()
        self._transport.close()

    @property
    def contact(self) -> str:
        host, port = self.address
        return f"<sip:{self.name}@{host}:{port}>"

    async def plug_in(self) -> None:
        """For an hour; who needs it longer plugs it in again."""
        await self._register(REGISTERED_FOR)

    async def unplug(self) -> None:
        await self._register(0)

    async def call(
        self,
        number: str,
        *,
        headers: dict[str, str] | None = None,
        from_: str | None = None,
    ) -> SipletLine:
        """Dial a number, or a whole URI; ``from_`` is the whole From where it isn't the phone's own."""
        uri = number if ":" in number else f"sip:{number.replace('#', '%23')}@{self.registrar}"
        own = from_ or f"<sip:{self.name}@{self.registrar}>"
        line = SipletLine(
            self,
            self.name,
            number,
            call_id=secrets.token_hex(8),
            local=f"{own};tag={secrets.token_hex(6)}",
            remote=f"<{uri}>",
        )
        self.lines.append(line)
        self._dialogs[line.call_id] = line
        await line.invite(uri, list((headers or {}).items()))
        return line

    def forget(self) -> None:
        super().forget()
        self._dialogs = {call: line for call, line in self._dialogs.items() if not line.has_ended}
        self.redirects_to = self.refuses_with = None
        self.sends_first = lambda _: ()

    async def request(
        self,
        message: Message,
        to: Address | None = None,
        on_progress: Callable[[Message], None] | None = None,
    ) -> Message:
        """Send a request until it is answered, authenticate when asked to, and give the final response.

        Raises:
            TimeoutError: no answer.
        """
        to = to or host_of(f"sip:{self.registrar}")
        answer = await self._transact(message, to, on_progress)
        if answer.status not in (401, 407):
            return answer
        asked, answering = (
            ("WWW-Authenticate", "Authorization")
            if answer.status == 401
            else ("Proxy-Authenticate", "Proxy-Authorization")
        )
        given = credentials(answer.get(asked), message.method, message.uri, self.name, self._password)
        number, _, method = message.get("CSeq").partition(" ")
        message.set("CSeq", f"{int(number) + 1} {method}")
        message.headers.append((answering, given))
        return await self._transact(message, to, on_progress)

    def send(self, message: Message, to: Address) -> None:
        self.send_raw(message.encode(), to)

    def send_raw(self, data: bytes, to: Address | None = None) -> None:
        """Send whatever bytes, to the switch unless told otherwise."""
        if self.is_cut_off:
            return
        to = to or host_of(f"sip:{self.registrar}")
        for each in (*self.sends_first(data), data):
            self._note("TX", each, self.address, to)
            self._transport.sendto(each, to)

    def answer(self, request: Message, status: int, *headers: Header, tag: str = "", body: str = "") -> None:
        """Answer a request where its Via says, and again whenever it is repeated."""
        data = response(request, status, *headers, tag=tag, body=body).encode()
        self._answered[request.branch, request.method] = data
        while len(self._answered) > _KEPT:
            del self._answered[next(iter(self._answered))]
        self.send_raw(data, self._source_of(request))

    def via(self) -> Header:
        host, port = self.address
        return "Via", f"SIP/2.0/UDP {host}:{port};branch=z9hG4bK{secrets.token_hex(8)};rport"

    def datagram_received(self, data: bytes, addr: Address) -> None:
        if self.is_cut_off:
            return
        self._note("RX", data, addr, self.address)
        message = Message.parse(data)
        if not message.all("Via"):  # no SIP: sound for a call that is over, whose port has become ours
            return
        if not message.is_request:
            self._hear_answer(message)
        elif (message.branch, message.method) in self._answered:
            self.send_raw(self._answered[message.branch, message.method], addr)
        else:
            self._hear_request(message)

    def _hear_answer(self, message: Message) -> None:
        waiting = self._waiting.get((message.branch, message.method))
        if waiting is not None:
            waiting.put_nowait(message)
        elif message.method == "INVITE" and message.get("Call-ID") in self._dialogs:
            self._dialogs[message.get("Call-ID")].acknowledge_again(message)
        elif message.method == "INVITE" and 200 <= message.status < 300:
            self._end_unasked(message)

    def _end_unasked(self, answer: Message) -> None:
        """Somebody has answered a call that is none of ours (RFC 3261, 13.2.2.4)."""
        number = int(answer.get("CSeq").partition(" ")[0])
        kept = [(name, answer.get(name)) for name in ("From", "To", "Call-ID")]
        for method, sequence in (("ACK", number), ("BYE", number + 1)):
            headers = [self.via(), *kept, ("CSeq", f"{sequence} {method}"), ("Max-Forwards", "70")]
            self.send(
                Message(f"{method} {uri_of(answer.get('Contact'))} SIP/2.0", headers),
                host_of(answer.get("Contact")),
            )

    def _hear_request(self, message: Message) -> None:
        line = self._dialogs.get(message.get("Call-ID"))
        if line is not None:
            line.hear(message)
        elif message.method == "INVITE":
            self._be_called(message)
        elif message.method in _OK:
            self.answer(message, 200, tag=secrets.token_hex(6))
        elif message.method != "ACK":
            self.answer(message, 481, tag=secrets.token_hex(6))

    def _be_called(self, invite: Message) -> None:
        line = SipletLine(
            self,
            self.name,
            uri_of(invite.get("From")),
            call_id=invite.get("Call-ID"),
            local=f"{invite.get('To')};tag={secrets.token_hex(6)}",
            remote=invite.get("From"),
        )
        self._dialogs[line.call_id] = line
        line.ring(invite)
        self._offer(line)
        refusal = self._refusal(invite)
        if refusal is not None:
            self._later(line.reject(refusal))

    def _refusal(self, invite: Message) -> int | None:  # noqa: ARG002 - a carrier looks at the number called
        """The status with which this call is turned away at once, None to let it ring."""
        if self.redirects_to:
            return 302
        return 486 if self.busy else self.refuses_with

    def _offer(self, line: Line) -> None:
        if self.redirects_to or self.refuses_with:
            self.lines.append(line)
            self.offered.append(line)
        else:
            super()._offer(line)

    def _later(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _register(self, expires: int) -> None:
        self.is_cut_off = False
        own = f"<sip:{self.name}@{self.registrar}>"
        message = Message(
            f"REGISTER sip:{self.registrar} SIP/2.0",
            [
                ("From", f"{own};tag={secrets.token_hex(6)}"),
                ("To", own),
                ("Call-ID", secrets.token_hex(8)),
                ("CSeq", "1 REGISTER"),
                ("Contact", self.contact),
                ("Expires", str(expires)),
                ("Max-Forwards", "70"),
            ],
        )
        answer = await self.request(message)
        if answer.status != 200:
            raise NotRegisteredError(f"{self.name} could not register: {answer.first}")

    async def _transact(
        self, message: Message, to: Address, on_progress: Callable[[Message], None] | None
    ) -> Message:
        message.headers = [self.via(), *(each for each in message.headers if each[0] != "Via")]
        key = (message.branch, message.method)
        answers = self._waiting[key] = asyncio.Queue()
        try:
            answer = await self._final_answer(message, to, answers, on_progress)
        finally:
            del self._waiting[key]
        if message.method == "INVITE" and answer.status >= 300:
            self._acknowledge(message, answer, to)
        return answer

    def _acknowledge(self, invite: Message, answer: Message, to: Address) -> None:
        """The ACK that ends a refused INVITE's transaction (RFC 3261, 17.1.1.3)."""
        kept = [
            each for each in invite.headers if each[0] in ("Via", "Route", "From", "Call-ID", "Max-Forwards")
        ]
        number = invite.get("CSeq").partition(" ")[0]
        self.send(
            Message(
                f"ACK {invite.uri} SIP/2.0", [*kept, ("To", answer.get("To")), ("CSeq", f"{number} ACK")]
            ),
            to,
        )

    async def _final_answer(
        self,
        message: Message,
        to: Address,
        answers: asyncio.Queue[Message],
        on_progress: Callable[[Message], None] | None,
    ) -> Message:
        """Repeat the request at growing intervals until anything is heard, then wait (RFC 3261, 17.1)."""
        interval = _T1
        proceeding = False
        while True:
            if not proceeding:
                self.send(message, to)
            try:
                answer = await asyncio.wait_for(answers.get(), None if proceeding else interval)
            except TimeoutError:
                interval *= 2
                if interval > _PATIENCE:
                    raise TimeoutError(f"{self.name}: no answer to {message.first}") from None
                continue
            if answer.status >= 200:
                return answer
            proceeding = True
            if on_progress is not None:
                on_progress(answer)

    def _source_of(self, request: Message) -> Address:
        via = request.all("Via")[0]
        return host_of("sip:" + via.split(" ")[1].partition(";")[0])

    def _note(self, way: str, data: bytes, source: Address, target: Address) -> None:
        at = datetime.now(UTC).timestamp()
        ends = f"{source[0]}:{source[1]} -> {target[0]}:{target[1]}"
        self.trace.append(f"{at:.3f} {way} UDP {ends}\n{data.decode('utf-8', 'replace')}")
