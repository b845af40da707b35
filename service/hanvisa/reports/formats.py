"""In which forms a report can be had."""

from __future__ import annotations

from enum import StrEnum


class Format(StrEnum):
    JSON = "json"
    CSV = "csv"
    PDF = "pdf"
