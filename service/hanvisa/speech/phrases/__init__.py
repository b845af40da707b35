"""What is said: a prompt as pieces of speech, in Swedish and English. Pure.

Whatever is said is joined of pieces, so that it can always be said with files that are ready: the fixed
pieces (:func:`catalogue`), and a few that come from the register (names, reasons, greetings), each of which
has a fixed one to fall back on.
"""

from hanvisa.speech.phrases.composing import catalogue, pieces
from hanvisa.speech.phrases.piece import COMMA, STOP, Piece, words

__all__ = ["COMMA", "STOP", "Piece", "catalogue", "pieces", "words"]
