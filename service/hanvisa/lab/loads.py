"""Calls placed at a rate by SIPp, one load after the other: the next only when Asterisk has no call any more."""

from hanvisa.config import Settings
from hanvisa.lab.asterisk import REPOSITORY, Asterisk
from hanvisa.lab.sipp import LASTS, Load, Sipp
from hanvisa.lab.waiting import until

LOAD = REPOSITORY / "tests" / "load"
RTP_PORTS = 8000
QUIET_WITHIN = 60  # seconds


class Loads:
    def __init__(self, settings: Settings, asterisk: Asterisk) -> None:
        self._asterisk = asterisk
        self._sipp = Sipp(
            LOAD / "call.xml",
            switch=f"{settings.sip_host}:{settings.sip_port}",
            host=settings.carrier_host,
            port=settings.carrier_port,
        )

    async def place(self, dialled: str, rate: float, seconds: float, lasts: float = LASTS) -> Load:
        load = await self.place_beside(dialled, rate, seconds, lasts)
        await self.are_over()
        return load

    async def place_beside(self, dialled: str, rate: float, seconds: float, lasts: float = LASTS) -> Load:
        """With other calls that go on."""
        return await self._sipp.place(dialled, rate, seconds, lasts)

    async def are_over(self) -> None:
        await until(self._is_quiet, within=QUIET_WITHIN, what="Asterisk without a call after a load")

    async def _is_quiet(self) -> bool:
        return (await self._asterisk.cli("core show channels count")).startswith("0 active channels")


def with_ports(settings: Settings) -> Settings:
    """With as many ports for sound as a load needs."""
    return settings.model_copy(update={"rtp_last": settings.rtp_first + RTP_PORTS - 1})
