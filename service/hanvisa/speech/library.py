"""The voice of the calls: prompts as sound files, made beforehand and kept by content hash.

A piece is played from the first of these that has it: a recording made by people, the synthesiser's own file,
the ready-made one, and then the same for the fixed piece it falls back on. `say` looks in memory only.
"""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import structlog

from hanvisa.calls.ports import Spoken
from hanvisa.calls.prompts import (
    DepartmentEmpty,
    EmergencyDialled,
    Greeting,
    NoOperator,
    Prompt,
    Referral,
    SwitchboardClosed,
    WentWrong,
    Why,
)
from hanvisa.errors import SpeechError
from hanvisa.policy.model import Language
from hanvisa.speech import audio, phrases, readymade
from hanvisa.speech.joined import JoinedSounds
from hanvisa.speech.own import OwnSounds
from hanvisa.speech.phrases import STOP, Piece
from hanvisa.speech.phrases.piece import BEEP, OWN, PAUSES, TONE
from hanvisa.speech.recordings import Recordings
from hanvisa.speech.store import SUFFIX, SoundStore, name_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from hanvisa.policy.register import Register
    from hanvisa.speech.synthesis import Synthesiser

log = structlog.get_logger(__name__)

_ANY_MOMENT = datetime(2026, 1, 1, tzinfo=UTC)
PATIENCE = 10.0  # seconds for one piece, whatever the synthesiser's own time-out


class SpeechLibrary:
    """Implements `calls.ports.Voice` in ``state``/sounds, with recordings from ``state``/recordings."""

    def __init__(self, state: Path, synthesiser: Synthesiser, patience: float = PATIENCE) -> None:
        self.synthesiser = synthesiser
        self.patience = patience
        self.store = SoundStore(state / "sounds")
        self.said_again = JoinedSounds(self.store)
        self.recordings = Recordings(state / "recordings", self.store)
        self.own = OwnSounds(state, self.store)
        self._put_ready_made()
        self._said: dict[tuple[Prompt, Language], Spoken] = {}
        self._said_as_of: tuple[datetime, int, int] | None = None

    # while a caller waits

    def say(self, prompt: Prompt, language: Language, at: datetime) -> Spoken:
        """What is played for the prompt at this moment. Never waits, never raises, never gives nothing.

        Looked up once in a minute, unless a sound comes or goes meanwhile: when many ring, it is for the same reason.
        """
        as_of = at.replace(second=0, microsecond=0), self.store.changes, self.recordings.changes
        if as_of != self._said_as_of:
            self._said, self._said_as_of = {}, as_of
        if (spoken := self._said.get((prompt, language))) is None:
            spoken = self._said[prompt, language] = self._spoken(_worded(prompt, language, at))
        return spoken

    def _spoken(self, said: Iterable[Piece]) -> Spoken:
        found = [self._find(piece) for piece in said]
        return Spoken(
            files=tuple(self.store.path(name) for _, name in found),
            words=phrases.words(piece for piece, _ in found),
        )

    def in_one(self, files: tuple[str, ...]) -> tuple[str, ...]:
        return self.said_again.in_one(files)

    def _find(self, piece: Piece | None) -> tuple[Piece, str]:
        """The piece, or the first of its fallbacks that has a sound, and the sound's name."""
        while piece is not None:
            for name in self._names(piece):
                if name in self.store:
                    return piece, name
            piece = piece.fallback
        return STOP, _pause(STOP.text)

    def _names(self, piece: Piece) -> Iterator[str]:
        """The names a piece's sound may have, the best first."""
        if piece.is_pause:
            yield _pause(piece.text)
            return
        if piece in _TONES:
            yield _TONES[piece][0]
            return
        if piece.recorded is not None:
            yield piece.recorded
        if piece.text == OWN:
            return
        recording = self.recordings.find(piece)
        if recording is not None:
            yield recording
        yield self._own_name(piece)
        yield name_of(readymade.ENGINE, piece.language, piece.text)

    def _own_name(self, piece: Piece) -> str:
        return name_of(self.synthesiser.name, piece.language, piece.text)

    # beforehand

    async def prepare(self, prompts: Sequence[Prompt]) -> None:
        """Make, in both languages, what the prompts need. Raises SpeechError when a synthesiser failed."""
        failures = await self._make(_pieces_of(prompts))
        if failures:
            raise SpeechError(f"{len(failures)} of the pieces can't be spoken. {failures[0]}")

    async def prepare_catalogue(self) -> int:
        """Look what there is, read the recordings and make the fixed pieces.

        Returns the number that can't be made, which is logged.
        """
        await asyncio.to_thread(self.store.look_again)
        await self.recordings.prepare()
        return self._report(await self._make(phrases.catalogue()))

    async def prepare_register(
        self, register: Register, progress: Callable[[int, int], None] | None = None
    ) -> int:
        """Make the names, reasons and greetings of the register, one after the other; what people recorded first.

        ``progress`` is told how many of how many are done. Returns the number that can't be made, which is logged.
        """
        await self.own.prepare(row.sound for row in register.recordings.rows)
        return self._report(await self._make(_pieces_of(_prompts_of(register)), progress))

    async def announce_file(self, prompt: Prompt, language: Language, at: datetime) -> str:
        """The prompt as one file that can be played on any day, its days named by date; its path without suffix.

        For what is played without the service. Where a synthesiser fails the ready-made pieces are taken.
        """
        said = phrases.pieces(prompt, language, at, absolute_days=True)
        self._report(await self._make(_with_fallbacks(said)))
        return self.store.path(await self._joined([name for _, name in map(self._find, said)]))

    async def join(self, said: Sequence[Spoken]) -> str:
        """Make one sound of all that is played; its name."""
        return await self._joined([Path(file).name for one in said for file in one.files])

    def is_there(self, sound: str) -> bool:
        """Whether the sound of that name can be played: what is purged is taken away behind our back."""
        return sound in self.store and self.store.is_whole(sound)

    async def wav(self, *sounds: str) -> bytes | None:
        """The sounds of those names, one after the other, as a WAV file; None when none of them is there."""
        return await asyncio.to_thread(self._wav, sounds)

    def _wav(self, sounds: Iterable[str]) -> bytes | None:
        found = [self.store.read(sound) for sound in sounds if self.is_there(sound)]
        return audio.to_wav(b"".join(found)) if found else None

    def prune(self, before: datetime) -> int:
        """Remove the sounds last wanted before then; the number removed. To be called after `prepare_register`."""
        return self.store.prune(before)

    async def _joined(self, parts: list[str]) -> str:
        joined = name_of("joined", *parts)
        if not await asyncio.to_thread(self.store.want, joined):
            await asyncio.to_thread(self._join, joined, parts)
        return joined

    def _join(self, name: str, parts: list[str]) -> None:
        self.store.put(name, b"".join(map(self.store.read, parts)))

    async def _make(
        self, wanted: Iterable[Piece], progress: Callable[[int, int], None] | None = None
    ) -> list[SpeechError]:
        """Speak the pieces that have no sound. A synthesiser that hangs is not asked for the rest."""
        each = {(piece.text, piece.language): piece for piece in wanted}
        missing = [piece for piece in each.values() if not self._has_best(piece)]
        failures: list[SpeechError] = []
        for done, piece in enumerate(missing, start=1):
            try:
                async with asyncio.timeout(self.patience):
                    sound = await self.synthesiser.speak(piece.text, piece.language)
                await asyncio.to_thread(self.store.put, self._own_name(piece), sound)
            except SpeechError as error:
                failures.append(error)
            except TimeoutError:
                left = len(missing) - done + 1
                return [
                    *failures,
                    *[SpeechError(f"“{piece.text}” was not spoken in {self.patience:g} s.")] * left,
                ]
            except OSError as error:
                failures.append(SpeechError(f"“{piece.text}” can't be kept in {self.store.folder}: {error}"))
            if progress is not None:
                progress(done, len(missing))
        return failures

    def _has_best(self, piece: Piece) -> bool:
        return (
            piece.is_pause
            or piece in _TONES
            or piece.text == OWN
            or self.recordings.find(piece) is not None
            or self.store.want(self._own_name(piece))
        )

    def _report(self, failures: list[SpeechError]) -> int:
        if failures:
            log.warning("some speech can't be made", pieces=len(failures), why=str(failures[0]))
        return len(failures)

    def _put_ready_made(self) -> None:
        """Lay the pauses, the tones and the ready-made pieces where Asterisk can play them."""
        for text, seconds in PAUSES.items():
            if not self.store.want(_pause(text)):
                self.store.put(_pause(text), audio.silence(seconds))
        for name, make in _TONES.values():
            if not self.store.want(name):
                self.store.put(name, make())
        for file in readymade.FOLDER.glob(f"*{SUFFIX}"):
            if not self.store.want(file.stem):
                self.store.put(file.stem, file.read_bytes())


_TONES = {TONE: (name_of("tone", "1"), audio.tone), BEEP: (name_of("beep", "1"), audio.beep)}
"""Names and makers."""


def _worded(prompt: Prompt, language: Language, at: datetime) -> tuple[Piece, ...]:
    try:
        return phrases.pieces(prompt, language, at)
    except Exception:  # a caller is never left in silence, whatever is wrong with a prompt
        log.exception("a prompt can't be worded", prompt=repr(prompt))
        return phrases.pieces(WentWrong(), language, at)


def _pause(text: str) -> str:
    return name_of("pause", str(PAUSES[text]))


def _pieces_of(prompts: Iterable[Prompt]) -> Iterator[Piece]:
    """All pieces of the prompts in both languages. What moment they are said at only chooses among fixed ones."""
    for prompt in prompts:
        for language in Language:
            yield from _with_fallbacks(phrases.pieces(prompt, language, _ANY_MOMENT))


def _with_fallbacks(said: Iterable[Piece]) -> Iterator[Piece]:
    for piece in said:
        each: Piece | None = piece
        while each is not None:
            yield each
            each = each.fallback


def _prompts_of(register: Register) -> Iterator[Prompt]:
    """Prompts that between them have every name, reason and greeting of the register."""
    for person in register.persons.rows:
        yield Referral(person.name, Why.BUSY)
    for reason in register.reasons.rows:
        yield Referral("", Why.ABSENT, spoken_reason=None if reason.private else reason.spoken)
    for department in register.departments.rows:
        yield DepartmentEmpty(department.name)
    for organisation in register.organisations.rows:
        yield NoOperator(organisation.name)
    for site in dict.fromkeys(phone.site for phone in register.phones.rows):
        yield EmergencyDialled(site=site)
    for switchboard in register.switchboards.rows:
        yield Greeting(switchboard.greeting)
        if switchboard.closed is not None:
            yield SwitchboardClosed(switchboard.closed, None)
