"""A system on which everything around the service can fail: lines, the database, mail, text messages, speech."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from urllib.parse import urlsplit

from pydantic import SecretStr

from hanvisa.config import Settings
from hanvisa.lab.faulty_line import FaultyLine
from hanvisa.lab.faulty_program import FaultyProgram
from hanvisa.lab.jumping_clock import JumpingClock
from hanvisa.lab.post_office import PostOffice, open_post
from hanvisa.lab.postgres import PostgresServer
from hanvisa.lab.system import System
from hanvisa.lab.texting import FakeGateway


@dataclass(frozen=True, slots=True)
class Stand:
    """``own`` are the settings of whoever looks on: without the lines that can fail.

    ``absent`` is the direct number (E.164) of who is absent. ``post`` is at the end of the line ``mail``. ``postgres``
    is the server with the database, None where it is SQLite's file. ``clock`` None: all go by the machine's.
    """

    system: System
    own: Settings
    absent: str
    ari: FaultyLine
    ami: FaultyLine
    mail: FaultyLine
    post: PostOffice
    texts: FakeGateway
    synthesiser: FaultyProgram
    postgres: PostgresServer | None
    clock: JumpingClock | None


@asynccontextmanager
async def open_stand(
    own: Settings, absent: str, server: PostgresServer | None, clock: JumpingClock | None
) -> AsyncIterator[Stand]:
    """Asterisk with its own settings, the service over lines that can fail. ``server`` is that of its database."""
    async with AsyncExitStack() as stack:
        enter = stack.enter_async_context
        ari = await enter(FaultyLine(urlsplit(own.ari_url).port or 0))
        ami = await enter(FaultyLine(own.ami_port))
        post = await enter(open_post(PostOffice()))
        mail = await enter(FaultyLine(post.port))
        texts = stack.enter_context(FakeGateway())
        await enter(texts.listening())
        synthesiser = stack.enter_context(FaultyProgram("espeak-ng", own.state / "programs"))
        system = System(own, urgent=True, clock=clock.command if clock else ())
        stack.push_async_callback(system.stop)
        await system.asterisk.start()
        system.settings = own.model_copy(
            update={
                "ari_url": f"http://127.0.0.1:{ari.port}",
                "ami_port": ami.port,
                "smtp_host": "127.0.0.1",
                "smtp_port": mail.port,
                "smtp_starttls": False,
                "text_url": texts.url,
                "text_token": SecretStr("of-the-gateway"),
                "text_from": "Hallefors",
            }
        )
        await system.start_service()
        yield Stand(system, own, absent, ari, ami, mail, post, texts, synthesiser, server, clock)
