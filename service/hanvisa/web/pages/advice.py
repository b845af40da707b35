"""What to do about a problem, for who reads it on a page: the API's own words are for who writes a program."""

from __future__ import annotations

from hanvisa.policy.model import Language
from hanvisa.web.pages.translating import gettext
from hanvisa.web.problems import CHANGED, INVALID, INVALID_ID, NOT_FOUND, NOT_MEANT, UNAVAILABLE, Problem


def of(problem: Problem, language: Language) -> str:
    kind = problem.kind
    if kind in (NOT_FOUND, INVALID_ID):
        return gettext("The address is misspelt, or what was there is gone.")
    if kind in (CHANGED, NOT_MEANT):
        return gettext("Load the page anew, see what it says now, and try again.")
    if kind is INVALID:
        return gettext("Correct it and try again.")
    if kind is UNAVAILABLE:
        return gettext("Try again in a while.")
    return kind.what_to_do.in_(language)
