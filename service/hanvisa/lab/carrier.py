"""The simulated carrier: everybody outside, at an address of its own, on one small SIP phone.

carrier = await Carrier.start("127.0.0.2", 24004, switch="127.0.0.1:24000")
caller = await carrier.call("0980319201", from_="0980319244")
mobile = await carrier.rings_at("0701740605")
carrier.answers_with("0701740606", 486)
"""

from typing import Self

from hanvisa.lab.lines import Line
from hanvisa.lab.sip import Message, number_of
from hanvisa.lab.siplet import Siplet
from hanvisa.lab.siplet_line import SipletLine
from hanvisa.lab.waiting import until


class Carrier(Siplet):
    """Citizens' telephones and everybody's mobiles."""

    @classmethod
    async def start(cls, host: str, port: int, *, switch: str, trace: list[str] | None = None) -> Self:
        """A carrier at ``host:port``; ``switch`` is ``host:port`` of the Asterisk."""
        return await cls.open(host, port, "carrier", registrar=switch, trace=trace)

    def __init__(self, user: str, password: str, registrar: str, trace: list[str] | None = None) -> None:
        super().__init__(user, password, registrar, trace)
        self._statuses: dict[str, int] = {}
        self._taken: set[int] = set()

    async def call(
        self, to: str, *, from_: str | None = "0980319244", headers: dict[str, str] | None = None
    ) -> SipletLine:
        """A call from outside. ``from_`` None withholds the number (RFC 3323)."""
        host = self.address[0]
        if from_ is None:
            hidden = '"Anonymous" <sip:anonymous@anonymous.invalid>'
            return await super().call(to, headers={"Privacy": "id", **(headers or {})}, from_=hidden)
        line = await super().call(to, headers=headers, from_=f"<sip:{from_}@{host}>")
        line.name = from_
        return line

    async def rings_at(self, number: str, within: float = 5.0) -> SipletLine:
        """The next call to this number, in any spelling, still to be answered."""
        return await until(lambda: self._next(number), within=within, what=f"{number} rings")

    def rang(self, number: str) -> bool:
        """Whether a call was offered to this number since the last `forget`."""
        return any(_national(_called(line)) == _national(number) for line in self.offered)

    def answers_with(self, number: str, status: int | None) -> None:
        """Calls to this number are turned away with a status (486, 404, 503); None lets it ring again."""
        if status is None:
            self._statuses.pop(_national(number), None)
        else:
            self._statuses[_national(number)] = status

    def forget(self) -> None:
        super().forget()
        self._statuses.clear()
        self._taken.clear()

    def _next(self, number: str) -> SipletLine | None:
        for line in self.offered:
            known = id(line) in self._taken
            if (
                isinstance(line, SipletLine)
                and not known
                and _national(line.number_called) == _national(number)
            ):
                self._taken.add(id(line))
                return line
        return None

    def _refusal(self, invite: Message) -> int | None:
        return self._statuses.get(_national(number_of(invite.uri))) or super()._refusal(invite)


def _called(line: Line) -> str:
    return line.number_called if isinstance(line, SipletLine) else ""


def _national(number: str) -> str:
    """A Swedish number as dialled within Sweden: +46701740605 and 0046701740605 are 0701740605."""
    digits = "".join(letter for letter in number if letter.isdigit())
    if number.startswith("+46"):
        return "0" + digits[2:]
    return "0" + digits[4:] if digits.startswith("0046") else digits
