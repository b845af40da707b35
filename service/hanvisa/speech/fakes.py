"""Public fakes of the engines that speak."""

from __future__ import annotations

import asyncio
from hashlib import sha256
from typing import TYPE_CHECKING

from hanvisa.errors import SpeechError

if TYPE_CHECKING:
    from hanvisa.policy.model import Language


class FakeSynthesiser:
    """Speaks at once: 50 ms of bytes that are the text's own. ``spoken`` is what it was asked for."""

    def __init__(self, name: str = "fake") -> None:
        self.name = name
        self.spoken: list[tuple[str, Language]] = []

    async def speak(self, text: str, language: Language) -> bytes:
        self.spoken.append((text, language))
        return sha256(f"{self.name} {language} {text}".encode()).digest()[:20] * 20


class FailingSynthesiser:
    """Never speaks."""

    name = "failing"

    async def speak(self, text: str, language: Language) -> bytes:
        raise SpeechError(f"“{text}” can't be spoken ({language}): this synthesiser always fails.")


class HangingSynthesiser:
    """Never answers. ``asked`` is set when it has been asked."""

    name = "hanging"

    def __init__(self) -> None:
        self.asked = asyncio.Event()

    async def speak(self, text: str, language: Language) -> bytes:
        self.asked.set()
        await asyncio.Event().wait()
        raise AssertionError(f"unreachable: {text} ({language})")
