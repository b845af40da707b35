"""The FastAGI server, on loopback."""

from __future__ import annotations

import asyncio

import structlog

from hanvisa.agi.answers import Answers
from hanvisa.agi.session import read_request, set_variables

log = structlog.get_logger()

HOST = "127.0.0.1"
WITHIN = 2.0  # seconds for a whole request: a caller waits
AGAIN = 5.0  # seconds until it is tried again to listen


class AgiServer:
    """``port`` 0 takes any, and is that one from when it listens."""

    def __init__(self, port: int, answers: Answers) -> None:
        self.port = port
        self._answers = answers

    async def run(self) -> None:
        """Answer for ever. A port that somebody else has is no reason not to take calls."""
        while True:
            try:
                server = await asyncio.start_server(self._serve, HOST, self.port)
            except OSError as error:
                log.warning("agi.not_listening", port=self.port, why=str(error), again_in=AGAIN)
                await asyncio.sleep(AGAIN)
                continue
            self.port = server.sockets[0].getsockname()[1]
            async with server:
                await server.serve_forever()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            async with asyncio.timeout(WITHIN):
                request = await read_request(reader)
                variables = await self._answers.to(request.script, request.arguments)
                await set_variables(reader, writer, variables)
        except (
            OSError,
            TimeoutError,
            ValueError,
            asyncio.IncompleteReadError,
            asyncio.LimitOverrunError,
        ) as error:
            # The caller has hung up, or it was no Asterisk. The dialplan goes on without an answer.
            log.info("agi.not_answered", why=str(error) or "time-out")
        finally:
            writer.close()
