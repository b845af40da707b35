"""A system of the demo's own, where none was found running, with a gateway for texts and a mail server beside it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from pydantic import SecretStr

from hanvisa.config import Settings
from hanvisa.lab.own import import_demo, own_settings
from hanvisa.lab.post_office import PostOffice, open_post
from hanvisa.lab.system import System
from hanvisa.lab.texting import FakeGateway

SHORT = {
    "ring_person": 3.0,
    "ring_operator": 3.0,
    "ring_in_turn": 3.0,
    "key_wait": 3.0,
    "held_remind": 10.0,
    "held_back": 18.0,
    "mobile_tone_after": 8.0,
    "mobile_tone_every": 8.0,
}
"""Times in seconds."""


@dataclass(frozen=True)
class OwnSystem:
    system: System
    gateway: FakeGateway
    post: PostOffice


@asynccontextmanager
async def own_system(settings: Settings) -> AsyncIterator[OwnSystem]:
    """Started in a folder of its own, with the demo directory, and ready to speak of everybody."""
    with FakeGateway() as gateway:
        async with gateway.listening(), open_post(PostOffice()) as post:
            own = own_settings(
                settings,
                "demo",
                text_url=gateway.url,
                text_from="Demo",
                text_token=SecretStr("demo"),
                smtp_host="127.0.0.1",
                smtp_port=post.port,
                smtp_starttls=False,
                **SHORT,
            )
            await import_demo(own)
            async with System(own) as system:
                await system.speech_is_made()
                yield OwnSystem(system, gateway, post)
