"""The files of the fixed phrases, as a system with this state folder speaks them."""

from pathlib import Path

from hanvisa.policy.model import Language
from hanvisa.speech import phrases
from hanvisa.speech.store import SUFFIX, name_of
from hanvisa.speech.synthesis import EspeakSynthesiser


def fixed_phrases(state: Path, language: Language) -> tuple[str, ...]:
    """Those of the catalogue in this language that have been made, as Asterisk is told of them."""
    names = (
        name_of(EspeakSynthesiser().name, language, piece.text)
        for piece in phrases.catalogue()
        if piece.language is language
    )
    files = (state / "sounds" / name for name in names)
    return tuple(str(file) for file in files if file.with_name(file.name + SUFFIX).exists())
