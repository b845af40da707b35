"""What was typed and can't be read."""

from __future__ import annotations

from hanvisa.policy.model import Text


class Unread(ValueError):  # noqa: N818 - "raise Unread(...)" reads as what it says
    """``what`` is wrong, in both languages."""

    def __init__(self, what: Text) -> None:
        super().__init__(what.en)
        self.what = what
