"""ETag and If-Match (RFC 9110, 8.8.3 and 13.1.1): a change says which version it starts from."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from contextlib import contextmanager

from pydantic import BaseModel

from hanvisa.errors import Conflict, Contradiction
from hanvisa.policy.model import Text
from hanvisa.web.problems import CHANGED, Problem

_TAG = re.compile(r'"([^"]*)"')


def etag_of(body: BaseModel) -> str:
    """The tag of what is shown, where no version is kept."""
    return hashlib.sha256(body.model_dump_json().encode()).hexdigest()[:20]


def must_match(if_match: str, version: int) -> int:
    """The version itself. Raises Problem (412) when If-Match names others only."""
    if not matches(if_match, str(version)):
        raise changed()
    return version


def matches(if_match: str, tag: str) -> bool:
    """Whether If-Match names the tag; "*" is any, weak tags match nothing."""
    strong = re.sub(r'W/"[^"]*"', "", if_match)
    return if_match.strip() == "*" or tag in _TAG.findall(strong)


@contextmanager
def against_others() -> Iterator[None]:
    """Around a change to a version that was read a moment ago: who came in between is told as a 412."""
    try:
        yield
    except Contradiction:
        raise
    except Conflict as error:
        raise changed() from error


def changed() -> Problem:
    return Problem(
        CHANGED,
        Text(
            sv="Det här har ändrats sedan du läste det.",
            en="This has changed since you read it.",
        ),
    )
