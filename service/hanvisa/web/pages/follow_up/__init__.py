"""Follow-up (F1, F2): the reports down to their rows, and extracts on suspicion of misuse."""

from __future__ import annotations

from hanvisa.web.pages.follow_up import asking_for_extracts, extracts, overview, reports
from hanvisa.web.pages.view import View

VIEWS: tuple[View, ...] = (
    *overview.VIEWS,
    *reports.VIEWS,
    *asking_for_extracts.VIEWS,
    *extracts.VIEWS,
)
