"""One call of a siplet: the dialog, its offers and answers, its transfers."""

import asyncio
import re
from collections.abc import Sequence
from contextlib import suppress
from typing import TYPE_CHECKING
from urllib.parse import quote

from hanvisa.lab.alaw import RATE, Samples
from hanvisa.lab.lines import Dialog, Ending, Line, TransferRefusedError
from hanvisa.lab.rtp import Stream
from hanvisa.lab.sip import (
    Address,
    Header,
    Message,
    description,
    host_of,
    media_of,
    number_of,
    parameter,
    uri_of,
)
from hanvisa.lab.waiting import until

if TYPE_CHECKING:
    from hanvisa.lab.siplet import Siplet

_ALLOW: Header = ("Allow", "INVITE, ACK, BYE, CANCEL, OPTIONS, UPDATE, NOTIFY, INFO, REFER")
_SDP: Header = ("Content-Type", "application/sdp")


class SipletLine(Line):
    """A dialog as RFC 3261 has it. ``local`` and ``remote`` are the From and To of our requests in it."""

    def __init__(
        self, siplet: "Siplet", name: str, peer: str, *, call_id: str, local: str, remote: str
    ) -> None:
        super().__init__(name, peer)
        self.call_id = call_id
        self.invitation = Message("")
        self._siplet = siplet
        self._local = local
        self._remote = remote
        self._target = ""
        self._routes: list[str] = []  # the proxies that asked to stay between the two (RFC 3261, 12.1)
        self._sequence = 0
        self._held = False
        self._stream = Stream(self._on_audio, self._on_key)
        self._address: Address | None = None
        self._inviting: asyncio.Task[None] | None = None
        self._is_proceeding = self._given_up = False  # our own INVITE
        self._answered = False  # theirs
        self._transferred: asyncio.Future[int | None] | None = None

    @property
    def dialog(self) -> Dialog:
        return Dialog(self.call_id, parameter(self._local, "tag"), parameter(self._remote, "tag"))

    @property
    def is_held(self) -> bool:
        return self._held

    @property
    def is_offered(self) -> bool:
        """It rings here still, and may be answered or refused."""
        return self._inviting is None and not self._answered and not self.has_ended

    @property
    def host_of_other(self) -> str:
        """The address of whoever has the other end, whatever proxies are between."""
        return host_of(self._target)[0]

    @property
    def number_called(self) -> str:
        """The number that the other end dialled, as it reached us."""
        return number_of(self.invitation.uri)

    # Calling and being called

    async def invite(self, uri: str, headers: Sequence[Header]) -> None:
        """Send the INVITE; its outcome shows in ``is_ringing``, ``is_up`` and ``ending``."""
        self._target = uri
        offer = description(await self._open_stream())
        self.invitation = self._request("INVITE", self._contact, _ALLOW, _SDP, *headers, body=offer)
        self._inviting = asyncio.create_task(self._see_through())

    def ring(self, invitation: Message) -> None:
        """An INVITE reached us."""
        self.invitation = invitation
        self._target = uri_of(invitation.get("Contact")) or uri_of(invitation.get("From"))
        self._routes = invitation.all("Record-Route")
        self._siplet.answer(invitation, 180, self._contact, tag=self.dialog.local_tag)

    async def answer(self) -> None:
        self._answered = True
        address = await self._open_stream()
        self._follow_media(self.invitation)
        self._siplet.answer(
            self.invitation,
            200,
            self._contact,
            _ALLOW,
            _SDP,
            tag=self.dialog.local_tag,
            body=description(address),
        )
        await self._until_acknowledged()

    async def reject(self, status: int = 486) -> None:
        """Who has answered already can only hang up."""
        if self._answered:
            await self.hangup()
            return
        headers: list[Header] = []
        if status == 302:
            headers = [("Contact", f"<sip:{self._siplet.redirects_to}@{self._siplet.registrar}>")]
        self._siplet.answer(self.invitation, status, *headers, tag=self.dialog.local_tag)
        self._end(Ending(status, "rejected by us"))

    async def hangup(self) -> None:
        if self._answered:  # no BYE before the ACK: RFC 3261, 15
            await self._until_acknowledged()
        if self.has_ended:
            return
        if self.is_up:
            self.is_up = False
            with suppress(
                TimeoutError
            ):  # a switch that died answers nothing, and the call is over all the same
                await self._siplet.request(self._request("BYE"), self._next_hop)
            self._end(Ending(None, "hung up by us"))
        elif self._inviting is None:
            await self.reject()
        elif not self._given_up and not self._inviting.done():
            self._given_up = True
            if self._is_proceeding:
                self._cancel()

    async def _until_acknowledged(self) -> None:
        await until(lambda: self.is_up or self.has_ended, what=f"{self.name}: the ACK of {self.peer}")

    def fall_silent(self) -> None:
        """Stop without a word."""
        if self._inviting is not None:
            self._inviting.cancel()
        self._end(Ending(None, "vanished"))

    # During the call

    async def hold(self) -> None:
        await self._offer("sendonly")

    async def resume(self) -> None:
        await self._offer("sendrecv")

    async def press(self, keys: str) -> None:
        for key in keys:
            self._stream.press(key)
        await until(
            lambda: not self._stream.is_pressing, within=len(keys) + 1, what=f"{self.name}: {keys} pressed"
        )

    def say(self, samples: Samples) -> None:
        self._stream.say(samples)

    def rest(self) -> None:
        """Send no sound, not even silence, until told to go on."""
        self._stream.rest()

    def go_on(self) -> None:
        self._stream.go_on()

    async def says(self, samples: Samples) -> None:
        """Speak, and wait until all has been said."""
        self.say(samples)
        seconds = len(samples) / RATE
        await until(
            lambda: not self._stream.is_speaking, within=seconds + 5, what=f"{self.name}: {seconds:g} s said"
        )

    async def transfer(self, target: str, *, within: float = 10.0) -> None:
        uri = target if target.startswith(("sip:", "tel:")) else f"sip:{target}@{self._siplet.registrar}"
        await self.refer(("Refer-To", f"<{uri}>"), within=within)

    async def attended(self, consultation: Line, *, within: float = 10.0) -> None:
        replaces = quote(consultation.dialog.replaces, safe="")
        party = f"sip:{consultation.peer}@{self._siplet.registrar}"
        await self.refer(("Refer-To", f"<{party}?Replaces={replaces}>"), within=within)

    async def refer(self, *headers: Header, within: float = 10.0, stays: bool = True) -> None:
        """A REFER with these headers, whatever they are, and its outcome (RFC 3515).

        Without ``stays`` the phone hangs up when it is accepted, whatever its outcome will be (RFC 5589, 6.1).

        Raises:
            TransferRefusedError: refused, failed, or nothing told in time.
        """
        self._transferred = outcome = asyncio.get_running_loop().create_future()
        request = self._request("REFER", self._contact, *headers)
        answer = await self._siplet.request(request, self._next_hop)
        told = f"{self.name}: REFER {dict(headers).get('Refer-To', '')}"
        if answer.status >= 300:
            raise TransferRefusedError(f"{told}: {answer.first}", answer.status)
        if not stays:
            await self.hangup()
            return
        try:
            status = await asyncio.wait_for(outcome, within)
        except TimeoutError:
            raise TransferRefusedError(f"{told}: no outcome within {within:g} s", None) from None
        if status is None or status >= 300:
            raise TransferRefusedError(f"{told}: {status or 'the call ended before its outcome'}", status)
        await self.hangup()

    # What the other end asks

    def hear(self, request: Message) -> None:
        """A request within the dialog."""
        match request.method:
            case "ACK":
                self.is_up = not self.has_ended
                self.is_ringing = False
            case "CANCEL":
                self._siplet.answer(request, 200)
                if not self._answered:
                    self._siplet.answer(self.invitation, 487, tag=self.dialog.local_tag)
                    self._end(Ending(487, "the caller gave up"))
            case "BYE":
                self._siplet.answer(request, 200)
                self._end(Ending(None, "hung up by the other end"))
            case "INVITE" | "UPDATE" if self._address is not None and (
                request.body or request.method == "INVITE"
            ):
                self._follow_media(request)
                answered = description(self._address)
                self._siplet.answer(request, 200, self._contact, _ALLOW, _SDP, body=answered)
            case "REFER":
                self._siplet.answer(request, 603)
            case _:
                self._siplet.answer(request, 200)
                self._hear_outcome(request)

    def acknowledge_again(self, answer: Message) -> None:
        """The other end repeats its 200: our ACK was lost."""
        if 200 <= answer.status < 300:
            self._acknowledge(answer)

    def _hear_outcome(self, request: Message) -> None:
        """The final status in a transfer's NOTIFY."""
        found = re.match(r"SIP/2.0 (\d+)", request.body)
        if found and int(found[1]) >= 200:
            self._tell_transfer(int(found[1]))

    def _tell_transfer(self, status: int | None) -> None:
        if self._transferred is not None and not self._transferred.done():
            self._transferred.set_result(status)

    async def _see_through(self) -> None:
        """From INVITE to its end: ringing, early sound, the answer or the refusal."""
        try:
            answer = await self._siplet.request(self.invitation, on_progress=self._on_progress)
        except TimeoutError as silence:
            self._end(Ending(None, str(silence)))
            return
        self._sequence = int(self.invitation.get("CSeq").partition(" ")[0])
        if answer.status >= 300:
            self._end(Ending(answer.status, answer.reason))
            return
        self._remote = answer.get("To")
        self._routes = answer.all("Record-Route")[::-1]
        self._target = uri_of(answer.get("Contact"))
        self._follow_media(answer)
        self._acknowledge(answer)
        self.is_up, self.is_ringing = True, False
        if self._given_up:  # the answer and our CANCEL have crossed: RFC 3261, 9.1 and 15
            await self.hangup()

    def _on_progress(self, answer: Message) -> None:
        if self._given_up and not self._is_proceeding:
            self._cancel()
        self._is_proceeding = True
        if answer.status > 100:
            self.is_ringing = True
            self._remote = answer.get("To")  # the early dialog, which a REFER may name already
            self._follow_media(answer)

    def _cancel(self) -> None:
        """Not before a sign of life: it might overtake the INVITE (RFC 3261, 9.1)."""
        kept = [each for each in self.invitation.headers if each[0] in ("Via", "From", "To", "Call-ID")]
        number = self.invitation.get("CSeq").partition(" ")[0]
        cancel = Message(f"CANCEL {self.invitation.uri} SIP/2.0", [*kept, ("CSeq", f"{number} CANCEL")])
        self._siplet.send(cancel, self._next_hop)

    async def _offer(self, direction: str) -> None:
        body = description(await self._open_stream(), direction)
        invite = self._request("INVITE", self._contact, _ALLOW, _SDP, body=body)
        answer = await self._siplet.request(invite, self._next_hop)
        if answer.status >= 300:
            raise AssertionError(f"{self.name}: {direction} refused: {answer.first}")
        self._acknowledge(answer)

    def _acknowledge(self, answer: Message) -> None:
        number = answer.get("CSeq").partition(" ")[0]
        ack = self._request("ACK", number=number)
        self._siplet.send(ack, self._next_hop)

    def _request(self, method: str, *headers: Header, number: str = "", body: str = "") -> Message:
        if not number:
            self._sequence += 1
        common = [
            self._siplet.via(),
            *(("Route", route) for route in self._routes),
            ("From", self._local),
            ("To", self._remote),
            ("Call-ID", self.call_id),
            ("CSeq", f"{number or self._sequence} {method}"),
            ("Max-Forwards", "70"),
        ]
        return Message(f"{method} {self._target} SIP/2.0", [*common, *headers], body)

    @property
    def _contact(self) -> Header:
        return "Contact", self._siplet.contact

    @property
    def _next_hop(self) -> Address:
        return host_of(self._routes[0] if self._routes else self._target)

    async def _open_stream(self) -> Address:
        if self._address is None:
            self._address = await self._stream.open(self._siplet.address[0])
        return self._address

    def _follow_media(self, message: Message) -> None:
        media = media_of(message.body)
        if media is not None:
            remote, direction = media
            self._held = direction in ("sendonly", "inactive")
            self._stream.send_to(remote)

    def _on_audio(self, samples: Samples, came: float, goes_on: bool) -> None:
        self.recording.append(samples, came, goes_on=goes_on)

    def _on_key(self, key: str) -> None:
        self.keys_heard += key

    def _end(self, ending: Ending) -> None:
        if self.ending is None:
            self.ending = ending
            self.is_up = self.is_ringing = False
            self._tell_transfer(None)
            if self._address is not None:
                self._stream.close()
