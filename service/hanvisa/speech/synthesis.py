"""The engines that speak."""

from __future__ import annotations

import asyncio
import os
from contextlib import suppress
from typing import TYPE_CHECKING, Protocol

from hanvisa.errors import SpeechError
from hanvisa.policy.model import Language
from hanvisa.processor import let_go
from hanvisa.speech import audio

if TYPE_CHECKING:
    from collections.abc import Mapping


_GIVES_WAY = 10  # so much nicer than the service: speech is made beforehand, and calls come first
_NICEST = 19


class Synthesiser(Protocol):
    @property
    def name(self) -> str:
        """The engine with its voices and manner: another name means that pieces are made anew."""
        ...

    async def speak(self, text: str, language: Language) -> bytes:
        """The text as raw 8 kHz A-law. SpeechError when it can't be spoken."""
        ...


class EspeakSynthesiser:
    """espeak-ng, one process a piece, ``at_once`` at a time. ``timeout`` in seconds, ``speed`` in words a minute."""

    def __init__(
        self,
        program: str = "espeak-ng",
        *,
        speed: int = 165,
        voices: Mapping[Language, str] | None = None,
        timeout: float = 5.0,
        at_once: int = 2,
    ) -> None:
        self.program = program
        self.speed = speed
        self.voices = voices or {Language.SV: "sv", Language.EN: "en-gb"}
        self.timeout = timeout
        self.name = " ".join(("espeak-ng", *(self.voices[language] for language in Language), str(speed)))
        self._places = asyncio.Semaphore(at_once)

    async def speak(self, text: str, language: Language) -> bytes:
        async with self._places:
            wav = await self._run(text, language)
            return await asyncio.to_thread(audio.from_wav, wav)

    async def _run(self, text: str, language: Language) -> bytes:
        """The WAV file. The text goes in by stdin, so that nothing in it is taken for an option."""
        arguments = ("-v", self.voices[language], "-s", str(self.speed), "-b", "1", "--stdin", "--stdout")
        pipe = asyncio.subprocess.PIPE
        try:
            process = await asyncio.create_subprocess_exec(
                self.program, *arguments, stdin=pipe, stdout=pipe, stderr=pipe
            )
        except OSError as error:
            raise SpeechError(
                f"{self.program} can't be started ({error.strerror}). Install the package espeak-ng."
            ) from error
        _give_way(process.pid)
        try:
            async with asyncio.timeout(self.timeout):
                wav, complaint = await process.communicate(text.encode())
        except TimeoutError as error:
            raise SpeechError(f"{self.program} did not speak “{text}” in {self.timeout:g} s.") from error
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
        if process.returncode != 0:
            said = complaint.decode(errors="replace").strip()
            raise SpeechError(f"{self.program} failed on “{text}” (exit {process.returncode}): {said}")
        return wav


def _give_way(pid: int) -> None:
    niceness = min(os.getpriority(os.PRIO_PROCESS, 0) + _GIVES_WAY, _NICEST)
    with suppress(ProcessLookupError):  # it has ended already
        os.setpriority(os.PRIO_PROCESS, pid, niceness)
        let_go(pid)
