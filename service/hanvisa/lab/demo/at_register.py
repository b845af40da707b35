"""What people do at the register of a story: over the REST API, each with their own account and its roles."""

from __future__ import annotations

import json
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from hanvisa.lab.api import Api, ApiRefusedError, Json
from hanvisa.lab.demo import words
from hanvisa.lab.demo.given import Given
from hanvisa.lab.demo.names import Names
from hanvisa.lab.town import Town, web_of
from hanvisa.lab.waiting import until
from hanvisa.policy.model import Language, Text
from hanvisa.policy.swedish_time import LOCAL

PATIENCE = 10.0  # seconds until what has happened in a call is stored
API = "/api/v1"
_BRACES = re.compile(r"\{([^{}]+)\}")
_AGO = re.compile(r"-(\d+)h")


class AtRegister:
    """``verbs`` are its steps, as those of `scene.Scene`."""

    def __init__(
        self, town: Town, language: Language, names: Names, given: Given, tell: Callable[..., None]
    ) -> None:
        self._town = town
        self._language = language
        self._names = names
        self._given = given
        self._tell = tell
        self._accounts: dict[str, Api] = {}  # by whose
        self._kept: dict[str, str] = {}
        self.verbs: dict[str, Callable[..., Awaitable[None]]] = {"api": self._api}

    async def end(self) -> None:
        for api in self._accounts.values():
            await api.close()

    async def _api(
        self,
        asked: str,
        *,
        by: str,
        does: Mapping[str, str],
        body: Json | None = None,
        refused: Sequence[str] | None = None,
        gives: Mapping[str, Any] | None = None,
        shows: Sequence[str] = (),
        keeps: Mapping[str, str] | None = None,
    ) -> None:
        asked = self._filled(asked)
        what = Text(**does).in_(self._language)
        self._tell(words.DOES, who=self._names.who(by), does=what, asked=asked)
        method, path = asked.split(" ", 1)
        api = await self._account(by)

        async def answer() -> Json:
            given = await api.ask(method, path.removeprefix(API), self._filled(body))
            expected = {where: self._filled(value) for where, value in (gives or {}).items()}
            found = {where: _found(given, where) for where in expected}
            assert found == expected, f"it is given {found}"  # noqa: S101 - until tells it
            return given

        try:
            waits = method == "GET" and gives  # until it is so
            given = await (until(answer, within=PATIENCE, what=asked) if waits else answer())
        except ApiRefusedError as error:
            if refused is None or error.problem.get("rules") != list(refused):
                raise
            self._tell(words.NOT_DONE, rules=", ".join(refused), because=error.problem["because"])
            return
        if refused is not None:
            raise AssertionError(f"{asked} was carried out")
        for where in (*(gives or {}), *shows):
            value = json.dumps(_found(given, where), ensure_ascii=False)
            self._tell(words.ANSWERED, where=where, value=value)
        for name, where in (keeps or {}).items():
            self._kept[name] = str(_found(given, where))

    async def _account(self, who: str) -> Api:
        """The API as this person uses it: with a token for their account, until the story is over."""
        if who not in self._accounts:
            (user,) = await self._town.api.items("/users", person=str(self._town.person(who).id))
            ends_at = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
            wanted = {"user": user["id"], "name": "demo", "ends_at": ends_at}
            token = await self._town.api.post("/tokens", wanted)
            self._given.afterwards(lambda: self._town.api.act_on(f"/tokens/{token['id']}", "revoke"))
            self._accounts[who] = Api(web_of(self._town.settings), token["token"], self._language)
        return self._accounts[who]

    def _filled(self, given: Any) -> Any:
        """With what stands in braces: what was kept, an account's person, "now", "-24h", "month" and so on."""
        match given:
            case str():
                return _BRACES.sub(lambda found: self._meant(found[1]), given)
            case dict():
                return {name: self._filled(value) for name, value in given.items()}
            case _:
                return given

    def _meant(self, name: str) -> str:
        now = datetime.now(UTC)
        if name in self._kept:
            return self._kept[name]
        if name == "month":
            return f"{now.astimezone(LOCAL):%Y-%m}"
        if name == "now":
            return now.isoformat()
        if ago := _AGO.fullmatch(name):
            return (now - timedelta(hours=int(ago[1]))).isoformat()
        account, _, of = name.partition(" ")
        person = self._town.person(account)
        ids = {"": person.id, "operation": person.operation_id, "department": person.department_id}
        return str(ids[of])


def _found(answer: Any, where: str) -> Any:
    """What stands there: "items.0.person.name"; None where there is nothing."""
    for step in where.split("."):
        if isinstance(answer, list):
            answer = answer[int(step)] if int(step) < len(answer) else None
        else:
            answer = (answer or {}).get(step)
    return answer
