"""Departments, for telephone managers and heads: who is there, who is to be trained, what is new, what is wrong."""

from __future__ import annotations

from hanvisa.web.pages.departments import absences, flags, notices, overview, people, training, week

VIEWS = (
    *overview.VIEWS,
    *training.VIEWS,
    *notices.VIEWS,
    *flags.VIEWS,
    *people.VIEWS,
    *absences.VIEWS,
    *week.VIEWS,
)
