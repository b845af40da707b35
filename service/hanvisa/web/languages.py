"""Which language an answer is written in: Swedish or English, by Accept-Language (RFC 9110, 12.5.4)."""

from __future__ import annotations

from hanvisa.policy.model import Language


def accepted(header: str | None) -> Language:
    """The language that the header prefers; English when it names neither or can't be read."""
    best, weight = Language.EN, 0.0
    for part in (header or "").split(","):
        tag, _, parameter = part.strip().partition(";")
        language = _language(tag)
        quality = _quality(parameter)
        if language is not None and quality > weight:
            best, weight = language, quality
    return best


def _language(tag: str) -> Language | None:
    primary = tag.strip().lower().split("-")[0]
    return next((language for language in Language if language.value == primary), None)


def _quality(parameter: str) -> float:
    name, _, value = parameter.strip().partition("=")
    if not name:
        return 1.0
    try:
        return float(value)
    except ValueError:
        return 0.0
