"""The way to Asterisk's channels beside ARI, for when that is away (docs/adr, "Callers are brought out over AMI")."""

from __future__ import annotations

from collections import Counter

from hanvisa.ami.manager import Manager
from hanvisa.calls.ports import Place

SERVED = "StasisBroadcast"  # the dialplan's application in which our callers are
RESCUED = "rescued"  # the label, in the contexts that have it, where a call goes on without the service


class AmiWay:
    """`OtherWay` by the manager interface, where a channel's id may stand for its name."""

    def __init__(self, manager: Manager) -> None:
        self._manager = manager

    async def places(self) -> dict[str, Place]:
        rows = await self._manager.listing("CoreShowChannels")
        inside = Counter(row["BridgeId"] for row in rows if row["BridgeId"])
        return {
            row["Uniqueid"]: Place(
                channel=row["Uniqueid"],
                context=row["Context"],
                exten=row["Exten"],
                served=row["Application"] == SERVED,
                together=inside[row["BridgeId"]] > 1,
            )
            for row in rows
        }

    async def bring_out(self, place: Place) -> None:
        """Whatever plays, is recorded or rings for them ends with it: it is Asterisk's asynchronous goto."""
        await self._manager.action(
            "Redirect", Channel=place.channel, Context=place.context, Exten=place.exten, Priority=RESCUED
        )

    async def hang_up(self, place: Place) -> None:
        await self._manager.action("Hangup", Channel=place.channel)
