"""My page: what everybody sets and sees of themselves."""

from __future__ import annotations

from hanvisa.web.pages.me import absence, details, forwarding, messages, overview, sign_ins
from hanvisa.web.pages.view import View

VIEWS: tuple[View, ...] = (
    *overview.VIEWS,
    *absence.VIEWS,
    *messages.VIEWS,
    *forwarding.VIEWS,
    *details.VIEWS,
    *sign_ins.VIEWS,
)
