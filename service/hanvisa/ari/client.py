"""Commands to Asterisk over HTTP keep-alive connections, each with a time-out.

Over HTTP and not over the websocket: Asterisk runs the requests of one websocket one after another, so that one slow
command would hold up all behind it.
"""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode, urlsplit

from hanvisa.ari.http import Pool
from hanvisa.errors import Gone, Refused, Unavailable

TIMEOUT = 2.5  # seconds; a command that takes longer has failed, and its caller has waited in silence
CONNECTIONS = 64
KEEP_ALIVE = 10.0  # seconds; below Asterisk's session_keep_alive of 15


class Client:
    """``url`` is Asterisk's HTTP server ("http://127.0.0.1:8088")."""

    def __init__(self, url: str, user: str, password: str) -> None:
        parts = urlsplit(url)
        token = base64.b64encode(f"{user}:{password}".encode()).decode()
        self.url = f"{url}/ari"
        self.headers = {"Authorization": f"Basic {token}"}
        self._base = f"{parts.path}/ari"
        self._head = f"Host: {parts.netloc}\r\nAuthorization: Basic {token}\r\n"
        self._pool = Pool(parts.hostname or "", parts.port or 80, size=CONNECTIONS, keep=KEEP_ALIVE)

    def close(self) -> None:
        """Close the connections that are kept; a later command makes a new one."""
        self._pool.close()

    def some_node(self) -> str:
        return ""  # there is one Asterisk

    async def listing(self, path: str, node: str) -> list[dict[str, Any]]:  # noqa: ARG002 - there is one
        """A collection. Raises as `command` does."""
        listed: list[dict[str, Any]] = await self.command("GET", path)
        return listed

    async def command(
        self,
        method: str,
        path: str,
        query: Mapping[str, str] | None = None,
        body: Mapping[str, Any] | None = None,
    ) -> Any:
        """Carry out one command and give its JSON answer, None where it has none.

        Raises:
            Gone: what the path names is not there (404).
            Refused: Asterisk says no (any other 4xx or 5xx).
            Unavailable: no connection, or no answer in time.
        """
        try:
            async with asyncio.timeout(TIMEOUT):
                answer = await self._pool.exchange(self._request(method, path, query, body))
        except (OSError, TimeoutError) as error:
            raise Unavailable(f"Asterisk does not answer {method} {path}: {error or 'time-out'}") from error
        if answer.status < 400:
            return json.loads(answer.body) if answer.body else None
        reason = answer.body.decode(errors="replace")
        if answer.status == 404:
            raise Gone(f"{method} {path}: {reason}")
        raise Refused(f"Asterisk refused {method} {path} with {answer.status}: {reason}")

    def _request(
        self, method: str, path: str, query: Mapping[str, str] | None, body: Mapping[str, Any] | None
    ) -> bytes:
        target = f"{self._base}{path}?{urlencode(query)}" if query else f"{self._base}{path}"
        content = json.dumps(body).encode() if body is not None else b""
        kind = "Content-Type: application/json\r\n" if content else ""
        head = f"{method} {target} HTTP/1.1\r\n{self._head}{kind}Content-Length: {len(content)}\r\n\r\n"
        return head.encode() + content
