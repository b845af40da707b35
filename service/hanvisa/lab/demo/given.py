"""What a call of the demo needs to be so: set over the REST API, and taken back afterwards."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from hanvisa.lab.api import Json, state_set
from hanvisa.lab.town import Town

Undo = Callable[[], Awaitable[Any]]


class Given:
    """Take back with :meth:`take_back` what was set, the last first."""

    def __init__(self, town: Town) -> None:
        self._town = town
        self._undo: list[Undo] = []

    async def absent(self, account: str, reason: str, hours: float | None) -> datetime | None:
        """The person whose phone this is is absent from now; gives until when."""
        until = _in(hours) if hours is not None else None
        body = {
            "person": str(self._town.person(account).id),
            "reason": reason,
            "ends_at": until.isoformat() if until else None,
        }
        absence = await self._town.api.post("/absences", body)
        self._undo.append(lambda: self._town.api.act_on(f"/absences/{absence['id']}", "end"))
        return until

    async def exception(self, number: str, reason: str, hours: float) -> Json:
        """An exception to O2 for one mobile."""
        body = {
            "scope": {"kind": "number", "number": number},
            "reason": reason,
            "ends_at": _in(hours).isoformat(),
        }
        exception = await self._town.api.post("/exceptions", body)
        self._undo.append(lambda: self.revoke(exception))
        return exception

    async def revoke(self, exception: Json) -> None:
        """Revoke an exception that is not revoked yet."""
        path = f"/exceptions/{exception['id']}"
        if (await self._town.api.get(path))["revoked_at"] is None:
            await self._town.api.act_on(path, "revoke")

    async def operator(self, account: str, state: str) -> None:
        """An operator's state; as it was before, afterwards."""
        path = f"/operators/{self._town.person(account).id}"
        before = state_set((await self._town.api.get(path))["state"])
        if before != state:
            await self._town.api.post(f"{path}/state", {"state": state})
            self._undo.append(lambda: self._town.api.post(f"{path}/state", {"state": before}))

    def afterwards(self, undo: Undo) -> None:
        """What takes back something that was set otherwise."""
        self._undo.append(undo)

    async def take_back(self) -> list[str]:
        """Take back all that was set; gives what went wrong."""
        wrong = []
        while self._undo:
            try:
                await self._undo.pop()()
            except AssertionError as error:  # one that can't be taken back must not keep the others
                wrong.append(str(error))
        return wrong


def _in(hours: float) -> datetime:
    return datetime.now(UTC).replace(microsecond=0) + timedelta(hours=hours)
