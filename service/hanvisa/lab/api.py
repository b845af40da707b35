"""The REST API as tests and the demo use it."""

import json
from collections.abc import AsyncIterator
from types import TracebackType
from typing import Any, Self

import aiohttp

Json = dict[str, Any]


class ApiRefusedError(AssertionError):
    """The API refused a request. ``status`` is HTTP's, ``problem`` what it said (RFC 9457)."""

    def __init__(self, method: str, path: str, status: int, problem: Any) -> None:
        super().__init__(f"{method} {path}: {status} {problem}")
        self.status = status
        self.problem = problem


def state_set(state: str) -> str:
    """What an operator who is shown in that state has set: who wraps up is open."""
    return "open" if state == "wrapping_up" else state


async def readiness(base: str) -> Json:
    """What the service answers when it is asked whether it is ready. ``base`` is ``http://host:port``."""
    async with aiohttp.ClientSession() as session, session.get(f"{base}/health/ready") as answer:
        told: Json = await answer.json()
        return told


class Api:
    """A user of the API with their token. ``base`` is ``http://host:port``; ``language`` is what sentences come in."""

    def __init__(self, base: str, token: str, language: str = "en") -> None:
        self._web = base
        self._base = f"{base}/api/v1"
        self._session = aiohttp.ClientSession(
            headers={"Authorization": f"Bearer {token}", "Accept-Language": language},
            timeout=aiohttp.ClientTimeout(total=10),
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        await self._session.close()

    async def get(self, path: str, **query: str) -> Json:
        answer, _ = await self._request("GET", path, params=query)
        return dict(answer)

    async def items(self, path: str, **query: str) -> list[Json]:
        """All of a list, page after page."""
        found: list[Json] = []
        while True:
            page = await self.get(path, **query)
            found += page["items"]
            if not page["next"]:
                return found
            query["cursor"] = page["next"]

    async def text(self, path: str, **query: str) -> str:
        answer, _ = await self._request("GET", path, params=query)
        return str(answer)

    async def metrics(self) -> str:
        """What Prometheus is told."""
        async with self._session.get(f"{self._web}/metrics") as answer:
            answer.raise_for_status()
            return await answer.text()

    async def post(self, path: str, body: Json | None = None) -> Json:
        answer, _ = await self._request("POST", path, json=body)
        return dict(answer)

    async def do(self, path: str, body: Json | None = None) -> None:
        """POST something that has no answer."""
        await self._request("POST", path, json=body)

    async def events(self, path: str, after: str | None = None) -> AsyncIterator[Json]:
        """The envelopes of server-sent events, as they come; ``after`` is the last id that was seen."""
        headers = {"Last-Event-ID": after} if after is not None else {}
        endless = aiohttp.ClientTimeout(total=None)
        async with self._session.get(self._base + path, headers=headers, timeout=endless) as answer:
            async for line in answer.content:
                if line.startswith(b"data: "):
                    yield json.loads(line.removeprefix(b"data: "))

    async def act_on(self, path: str, action: str) -> Json:
        """POST an action on a resource as it is now (If-Match with its newest version)."""
        _, etag = await self._request("GET", path)
        answer, _ = await self._request("POST", f"{path}/{action}", headers={"If-Match": etag})
        return dict(answer)

    async def end(self, path: str) -> Json:
        """DELETE a resource as it is now: it is ended."""
        _, etag = await self._request("GET", path)
        answer, _ = await self._request("DELETE", path, headers={"If-Match": etag})
        return dict(answer)

    async def change(self, path: str, body: Json) -> Json:
        """PATCH a resource as it is now."""
        _, etag = await self._request("GET", path)
        answer, _ = await self._request("PATCH", path, json=body, headers={"If-Match": etag})
        return dict(answer)

    async def ask(self, method: str, path: str, body: Json | None = None) -> Json:
        """Whatever the API can be asked; a change is one of the resource as it is now."""
        answer, _ = await self._request(method, path, json=body, headers={"If-Match": "*"})
        return dict(answer)

    async def _request(self, method: str, path: str, **options: Any) -> tuple[Any, str]:
        """The body and its ETag.

        Raises:
            ApiRefusedError: a status of 400 or more.
        """
        async with self._session.request(method, self._base + path, **options) as answer:
            is_json = "json" in answer.content_type
            body = await answer.json() if is_json else await answer.text()
            if answer.status >= 400:
                raise ApiRefusedError(method, path, answer.status, body)
            return body, answer.headers.get("ETag", "")
