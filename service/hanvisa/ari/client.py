"""Commands to Asterisk over HTTP keep-alive connections, each with a time-out.

Over HTTP and not over the websocket: Asterisk runs the requests of one websocket one after another, so that one slow
command would hold up all behind it.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any

import aiohttp

from hanvisa.errors import Gone, Refused, Unavailable

TIMEOUT = 5.0  # seconds; a command that takes longer has failed
CONNECTIONS = 64
KEEP_ALIVE = 10.0  # seconds; below Asterisk's session_keep_alive of 15


class Client:
    """``url`` is Asterisk's HTTP server ("http://127.0.0.1:8088")."""

    def __init__(self, url: str, user: str, password: str) -> None:
        self.url = f"{url}/ari"
        token = base64.b64encode(f"{user}:{password}".encode()).decode()
        self.headers = {"Authorization": f"Basic {token}"}
        self._session: aiohttp.ClientSession | None = None

    @property
    def session(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=CONNECTIONS, keepalive_timeout=KEEP_ALIVE),
                headers=self.headers,
                timeout=aiohttp.ClientTimeout(total=TIMEOUT),
            )
        return self._session

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None

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
            async with self.session.request(method, self.url + path, params=query, json=body) as answer:
                if answer.status < 400:
                    return await answer.json() if answer.status != 204 else None
                reason = await answer.text()
        except (aiohttp.ClientError, TimeoutError) as error:
            raise Unavailable(f"Asterisk does not answer {method} {path}: {error or 'time-out'}") from error
        if answer.status == 404:
            raise Gone(f"{method} {path}: {reason}")
        raise Refused(f"Asterisk refused {method} {path} with {answer.status}: {reason}")
