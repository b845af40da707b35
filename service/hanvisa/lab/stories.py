"""What the call log tells of one call: what was commanded to be heard, what was decided."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import dropwhile
from pathlib import Path
from typing import Any

from hanvisa.lab.hearing import is_silent
from hanvisa.policy.model import Language


@dataclass(frozen=True, slots=True)
class Heard:
    """One speech: the files that Asterisk was told to play, from the first that sounds, and their words.

    ``to`` is who heard it, caller or other; ``channel`` is that leg's.
    """

    words: str
    files: tuple[str, ...]
    to: str
    channel: str
    language: Language


@dataclass(frozen=True, slots=True)
class Story:
    """A call as ``GET /api/v1/calls/{id}`` gives it."""

    told: dict[str, Any]

    @property
    def id(self) -> str:
        return str(self.told["id"])

    @property
    def outcome(self) -> str | None:
        outcome: str | None = self.told["outcome"]
        return outcome

    @property
    def spoken(self) -> list[Heard]:
        """All that was spoken in it, in order."""
        return [
            Heard(
                data["words"],
                _from_the_first_sound(data["files"]),
                data["to"],
                data["channel"],
                Language(data["language"]),
            )
            for data in self.events("heard")
        ]

    @property
    def decisions(self) -> list[dict[str, Any]]:
        """The decisions as they were written: effect, rules, because, alternatives, facts."""
        return self.events("decision")

    @property
    def rules(self) -> list[str]:
        """The ids of the rules that determined anything in this call, in the order of deciding."""
        return list(dict.fromkeys(rule for decision in self.decisions for rule in decision["rules"]))

    def events(self, kind: str) -> list[dict[str, Any]]:
        """The data of the events of a kind."""
        return [event["data"] for event in self.told["events"] if event["kind"] == kind]

    def saying(self, words: str, to: str = "") -> Heard | None:
        """The last speech with these words in it; ``to`` is who heard it, where not either."""
        wanted = words.casefold()
        return next(
            (
                each
                for each in reversed(self.spoken)
                if wanted in each.words.casefold() and to in ("", each.to)
            ),
            None,
        )


def _from_the_first_sound(files: Iterable[str]) -> tuple[str, ...]:
    """Without the breath that is taken after the answer. What callers have recorded is no A-law, and is no breath."""
    return tuple(dropwhile(lambda file: Path(f"{file}.alaw").exists() and is_silent(file), files))
