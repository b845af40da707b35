"""The ready-made pieces: the whole catalogue in both languages, spoken beforehand and shipped.

They are what is left when no synthesiser works and nothing has been made yet.
`python -m hanvisa.speech.readymade` makes them anew after a change of the catalogue.
"""

from pathlib import Path

from hanvisa.speech.synthesis import EspeakSynthesiser

FOLDER = Path(__file__).parent
ENGINE = EspeakSynthesiser().name
"""The engine that spoke them; it is part of their names."""
