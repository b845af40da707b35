"""The world of one end-to-end test: a running system, the people around it, and what is given about them.

    async def test_an_absent_persons_caller_hears_why(world: World) -> None:
        await world.given_absent("hallefors-205", reason="sammanträde", until=timedelta(hours=2))
        elsa = await world.phone("hallefors-205")
        caller = await world.citizen("0980319244", dials="0980319205")
        await world.hears(caller, "är på sammanträde")
        assert not elsa.has_rung

Whatever is given is taken back when the test ends.
"""

import json
import re
import sqlite3
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import AsyncExitStack, closing
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

import aiohttp
from sqlalchemy import select

from hanvisa.config import Settings
from hanvisa.directory.auditing import Actor
from hanvisa.directory.engine import open_database
from hanvisa.directory.tables import MessageRow
from hanvisa.lab.api import Api, Json, state_set
from hanvisa.lab.carrier import Carrier
from hanvisa.lab.phones import Exchange
from hanvisa.lab.phrasebook import fixed_phrases
from hanvisa.lab.preloaded import Preloaded, preloaded
from hanvisa.lab.stories import Heard
from hanvisa.lab.system import System
from hanvisa.lab.town import Town
from hanvisa.lab.waiting import until
from hanvisa.policy.register import Register

_ENDED = timedelta(seconds=1)
_TRACE = "Traceback (most recent call last)"
_NUMBER = re.compile(r"(?:\+46|\b0)(?:70174|98031|8465|31390|40628)\d{2,}")  # the regulator's fiction numbers


class World(Town):
    """One for all tests, one after the other."""

    system: System
    at_last: AsyncExitStack  # what is put in here ends after the system

    def __init__(
        self, settings: Settings, exchange: Exchange, carrier: Carrier, api: Api, register: Register
    ) -> None:
        super().__init__(settings, exchange, carrier, api, register)
        self._undo: list[Callable[[], Awaitable[Any]]] = []
        self._log_start, self._began = 0, datetime.now(UTC)
        self._preloaded: Preloaded | None = None

    # Given

    async def given_absent(
        self,
        who: str,
        *,
        reason: str = "sammanträde",
        until: datetime | timedelta | None = timedelta(hours=2),
        **more: Any,
    ) -> Json:
        """An absence from now. ``reason`` is a code or a part of its name; ``until`` None says no end."""
        body = {
            "person": str(self.person(who).id),
            "reason": await self._reason(reason),
            "ends_at": _moment(until),
            **more,
        }
        absence = await self.api.post("/absences", body)
        self._undo.append(lambda: self.end("/absences", absence))
        return absence

    async def given_forwarding(
        self, who: str, target: str, *, until: timedelta = timedelta(hours=1), **more: Any
    ) -> Json:
        """The person's fixed phone is forwarded to a number; ``more`` are other fields of a forwarding (kind)."""
        body = {"person": str(self.person(who).id), "target": target, "ends_at": _moment(until), **more}
        forwarding = await self.api.post("/forwardings", body)
        self._undo.append(lambda: self.end("/forwardings", forwarding))
        return forwarding

    async def given_mobile(self, who: str, number: str) -> None:
        """A mobile of the person with this phone account is registered (H1, B1, M1)."""
        mobile = await self.api.post(
            "/mobiles",
            {
                "person": str(self.person(who).id),
                "number": number,
                "carrier": "Upphandlad operatör",
                "grounds": "Arbetar ofta på andra platser",
                "decided_by": "Elsa Hedström, verksamhetschef",
                "decided_at": self._began.isoformat(),
            },
        )
        self._undo.append(lambda: self.end("/mobiles", mobile))

    async def given_calendar(self, who: str, address: str) -> Json:
        """The person's absences are read from an iCalendar file on the web."""
        person = self.person(who).id
        body = {"person": str(person), "address": address, "kind": "ical"}
        calendar = await self.api.post("/calendars", body)

        async def is_there() -> bool:
            return not await self.is_referred(who)

        async def taken_back() -> None:
            await self.end("/calendars", calendar)
            await until(is_there, what="the end of what came from the calendar")

        self._undo.append(taken_back)
        return calendar

    async def is_referred(self, who: str) -> bool:
        """Whether the service, as of now, would refer the person's callers (G1)."""
        arrival = {"kind": "arrival", "target": self.direct_number(who)}
        return "G1" in (await self.api.post("/policy/decisions", arrival))["rules"]

    async def given_exception(
        self,
        scope: Literal["everyone", "organisation", "department", "person", "number"] = "everyone",
        of: str | None = None,
        *,
        until: timedelta = timedelta(hours=1),
        **more: Any,
    ) -> Json:
        """An exception to O2. ``of`` is the person whose mobiles (or organisation, department) it is, or the number."""
        body = {
            "scope": self._scope(scope, of),
            "reason": more.pop("reason", "Jour i helgen"),
            "ends_at": _moment(until),
            **more,
        }
        exception = await self.api.post("/exceptions", body)
        self._undo.append(lambda: self.revoke(exception))
        return exception

    async def given_operator(self, who: str, state: Literal["open", "paused", "closed"] = "open") -> None:
        """An operator opens, pauses or closes; afterwards they are as they were."""
        path = f"/operators/{self.person(who).id}"
        before = state_set((await self.api.get(path))["state"])
        await self.api.post(f"{path}/state", {"state": state})
        self._undo.append(lambda: self.api.post(f"{path}/state", {"state": before}))

    async def given_setting(self, key: str, value: Any) -> None:
        """An admin changes a setting, which counts for the next call; afterwards it is as it was."""
        await self.api.change(f"/settings/{key}", {"value": value})
        self._undo.append(lambda: self.api.change(f"/settings/{key}", {"value": None}))

    async def given_settings(self, **changed: Any) -> None:
        """The service goes on with other settings; afterwards with its own again. Calls stay up."""
        before = self.system.settings
        await self._goes_on_with(before.model_copy(update=changed))
        self._undo.append(lambda: self._goes_on_with(before))

    async def given_service(self, *command: str) -> None:
        """Another program goes on in the service's place; afterwards the service itself. Calls stay up."""
        before, self.system.service_command = self.system.service_command, command
        await self.system.stop_service()
        await self.system.start_service()

        async def taken_back() -> None:
            self.system.service_command = before
            await self._goes_on_with(self.system.settings)

        self._undo.append(taken_back)

    async def _goes_on_with(self, settings: Settings) -> None:
        """The start itself is not what such a test is about."""
        await self.system.stop_service()
        self.system.settings = settings
        if self._preloaded is None:
            self._preloaded = await self.at_last.enter_async_context(preloaded())
        await self.system.start_service(preloaded=self._preloaded)

    async def revoke(self, exception: Json) -> None:
        """Take an exception back, if it isn't yet."""
        if (await self.api.get(f"/exceptions/{exception['id']}")).get("revoked_at") is None:
            await self.api.act_on(f"/exceptions/{exception['id']}", "revoke")

    async def end(self, kind: str, resource: Json) -> None:
        """End an absence or a forwarding now, if it hasn't ended."""
        now = datetime.now(UTC) + _ENDED
        ends_at = (await self.api.get(f"{kind}/{resource['id']}")).get("ends_at")
        if ends_at is None or datetime.fromisoformat(ends_at) > now:
            await self.api.act_on(f"{kind}/{resource['id']}", "end")

    # At the beginning and at the end

    async def begins(self) -> None:
        """Before a test: the system is up."""
        await self.is_up()
        self._log_start, self._began = len(self.service_log()), datetime.now(UTC)

    async def ends(self) -> None:
        """After a test: everybody hangs up, what was given is taken back, nothing is left anywhere.

        Each is done, whatever becomes of the others.
        """
        async with AsyncExitStack() as last:  # what is put in first is done last
            last.push_async_callback(self.handle_messages)
            for taken_back in self._undo:
                last.push_async_callback(taken_back)
            self._undo.clear()
            last.push_async_callback(self.is_up)
            last.push_async_callback(self.go_home)
        await self.nothing_left()
        self.no_exception_trace()
        self.log_is_discreet()

    async def handle_messages(self) -> None:
        """All that have been left are handled: whoever hears theirs in the next test has no others."""
        database = open_database(self.settings.database_url)
        try:
            async with database.changing(Actor("test")) as session:
                for row in await session.scalars(select(MessageRow).where(MessageRow.state != "handled")):
                    row.state, row.handled_at = "handled", datetime.now(UTC)
        finally:
            await database.close()

    async def is_up(self) -> None:
        """Asterisk and the service run; what a test has killed is started again."""
        if not self.system.asterisk.running:
            await self.system.asterisk.start()
        await self.system.start_service()

    async def nothing_left(self, *, within: float = 10.0) -> None:
        """No channel and no bridge is left in Asterisk."""

        async def empty() -> bool:
            left = {kind: await self.ari(kind) for kind in ("channels", "bridges")}
            assert not any(left.values()), {
                kind: [_told(each) for each in found] for kind, found in left.items()
            }
            return True

        await until(empty, within=within, what="nothing left in Asterisk")

    def no_exception_trace(self) -> None:
        """Nothing was logged as an exception trace since the test began."""
        since = self.service_log_of_this_test()
        assert _TRACE not in since, since[since.index(_TRACE) :][:4000]

    def log_is_discreet(self) -> None:
        """Neither a number nor a password has been logged since the test began."""
        since = self.service_log_of_this_test()
        passwords = texts_in(json.loads((self.settings.state / "secrets.json").read_text()))
        passwords += [self.settings.text_token.get_secret_value(), self.settings.smtp_password]
        told = [*_NUMBER.findall(since), *(one for one in passwords if one and one in since)]
        assert not told, f"the log tells {told}"

    def service_log(self) -> str:
        log = self.system.service_log
        return log.read_text(errors="replace") if log.exists() else ""

    def service_log_of_this_test(self) -> str:
        return self.service_log()[self._log_start :]

    def call_log_of_this_test(self) -> Iterator[str]:
        """A line for each event, in the order of their moments. What waits for the database is not among them."""
        with closing(sqlite3.connect(self.settings.state / "hanvisa.sqlite")) as database:
            yield from (
                " ".join(row)
                for row in database.execute(
                    "SELECT at, call_id, kind, data FROM call_events WHERE at >= ? ORDER BY at, call_id, seq",
                    (f"{self._began:%Y-%m-%d %H:%M:%S.%f}",),
                )
            )

    def _rivals(self, speech: Heard) -> Sequence[str]:
        """Each piece is told from every clearly different phrase of its language's catalogue."""
        return fixed_phrases(self.settings.state, speech.language)

    async def ari(self, path: str) -> Any:
        """What ARI lists or tells: channels, bridges, applications."""
        password = json.loads((self.settings.state / "secrets.json").read_text())["ari"]
        header = {"Authorization": aiohttp.encode_basic_auth("hanvisa", password)}
        async with (
            aiohttp.ClientSession(headers=header) as session,
            session.get(f"{self.settings.ari_url}/ari/{path}") as answer,
        ):
            return await answer.json()

    async def _reason(self, reason: str) -> str:
        if reason.isdigit():
            return reason
        known = (await self.api.get("/absence-reasons"))["items"]
        named = [
            each["code"]
            for each in known
            if any(reason.casefold() in name.casefold() for name in each["name"].values())
        ]
        assert named, f"no reason of absence is called {reason!r}: {[each['name'] for each in known]}"
        return str(named[0])

    def _scope(self, kind: str, of: str | None) -> Json:
        if kind == "everyone" or of is None:
            return {"kind": kind}
        if kind == "number":
            return {"kind": kind, "number": of}
        person = self.person(of)
        ids = {
            "organisation": person.organisation_id,
            "department": person.department_id,
            "person": person.id,
        }
        return {"kind": kind, "id": str(ids[kind])}


def _moment(when: datetime | timedelta | None) -> str | None:
    if when is None:
        return None
    return (datetime.now(UTC) + when if isinstance(when, timedelta) else when).isoformat()


def _told(each: Json) -> str:
    """A channel or a bridge in a few words."""
    return " ".join(str(each[key]) for key in ("id", "name", "state", "channels") if key in each)


def texts_in(values: Any) -> list[str]:
    """All that stands in a JSON value."""
    match values:
        case dict():
            return [text for value in values.values() for text in texts_in(value)]
        case str():
            return [values]
    return []
