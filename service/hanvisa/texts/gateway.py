"""The gateway: one POST a text message, and what its answer means for the message."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Protocol
from urllib.parse import urlsplit

import aiohttp

from hanvisa.errors import ConfigurationError
from hanvisa.policy.texts import TextMessage
from hanvisa.texts.template import Account, Template

WITHIN = 10.0  # seconds for the whole exchange
TRY_AGAIN = frozenset({408, 425, 429, 500, 503})
IN_BETWEEN = frozenset({502, 504})  # somebody between us and the gateway: what it has done is not known


class Outcome(Enum):
    TAKEN = "taken"
    NOT_NOW = "not_now"  # surely not taken; it may be another time
    REFUSED = "refused"  # never will be
    UNSURE = "unsure"  # the gateway may have taken it: the answer was lost


@dataclass(frozen=True, slots=True)
class Answer:
    """``why`` is for the log: without numbers, words, token or URL."""

    outcome: Outcome
    why: str = ""


class Gateway(Protocol):
    @property
    def recognises_repeats(self) -> bool:
        """Whether it sends nothing twice that has the same id."""
        ...

    async def send(self, id_: str, text: TextMessage) -> Answer:
        """Hand the message over. Raises nothing: what goes wrong is an answer."""
        ...


class HttpGateway:
    """A gateway at a URL, spoken to as its template says."""

    def __init__(self, url: str, template: Template, account: Account, *, within: float = WITHIN) -> None:
        self._url = url
        self._template = template
        self._account = account
        self._within = within

    @property
    def recognises_repeats(self) -> bool:
        return self._template.recognises_repeats

    async def send(self, id_: str, text: TextMessage) -> Answer:
        head, body = self._template.fill(id_, text, self._account)
        try:
            return _meaning(await self._post(head, body))
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
            return Answer(Outcome.NOT_NOW, f"no connection ({type(error).__name__})")
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            return Answer(Outcome.UNSURE, f"no answer ({type(error).__name__})")

    async def _post(self, head: dict[str, str], body: bytes) -> int:
        """The status. A connection is never used twice: one that is kept may die just when it is used again."""
        times = aiohttp.ClientTimeout(total=self._within, sock_connect=self._within / 2)
        connector = aiohttp.TCPConnector(force_close=True)
        async with (
            aiohttp.ClientSession(connector=connector, timeout=times) as session,
            # A redirected POST would be a GET, with our token, somewhere else.
            session.post(self._url, headers=head, data=body, allow_redirects=False) as answer,
        ):
            return answer.status


def check_url(url: str) -> None:
    """Raises ConfigurationError when nothing can be sent there. What it says leaves out the URL: some hold a key."""
    try:
        parts = urlsplit(url)
        is_one = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        is_one = False
    if not is_one:
        raise ConfigurationError(
            "HANVISA_TEXT_URL is no URL to send to. Write https://, the gateway's host and its path."
        )
    if parts.username is not None:
        raise ConfigurationError(
            "HANVISA_TEXT_URL has a user in it. Set HANVISA_TEXT_TOKEN to user:password instead (docs/texts.md)."
        )


def _meaning(status: int) -> Answer:
    why = f"status {status}"
    if status // 100 == 2:
        return Answer(Outcome.TAKEN, why)
    if status in IN_BETWEEN:
        return Answer(Outcome.UNSURE, why)
    if status in TRY_AGAIN or status // 100 == 5:
        return Answer(Outcome.NOT_NOW, why)
    return Answer(Outcome.REFUSED, why)
