"""Passwords, by Argon2id (RFC 9106): one at a time and beside the calls, for each takes a tenth of a second."""

from __future__ import annotations

import asyncio
import functools
from typing import Annotated

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from pydantic import Field, StringConstraints

from hanvisa.processor import threads

SHORTEST = 12

Password = Annotated[
    str,
    StringConstraints(min_length=SHORTEST, max_length=200),
    Field(json_schema_extra={"format": "password", "writeOnly": True}),
]

_HASHING = threads(1, "passwords")  # its own: Python's may be full of what waits for a folder


class Passwords:
    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        self._hasher = hasher or PasswordHasher(parallelism=1)

    async def hash(self, password: str) -> str:
        return await asyncio.get_running_loop().run_in_executor(_HASHING, self._hasher.hash, password)

    async def is_right(self, hash_: str | None, password: str) -> bool:
        """As slow for an account that is not there (None): nobody learns which there are."""
        return await asyncio.get_running_loop().run_in_executor(_HASHING, self._verify, hash_, password)

    def _verify(self, hash_: str | None, password: str) -> bool:
        try:
            self._hasher.verify(hash_ or self._nobodys, password)
        except (VerificationError, InvalidHashError):
            return False
        return hash_ is not None

    @functools.cached_property
    def _nobodys(self) -> str:
        return self._hasher.hash("nobody's")
