"""The environment's variables that are no setting, and what is meant by them."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from difflib import get_close_matches

OF_DOCKER_COMPOSE = ("HANVISA_DATABASE_PASSWORD", "HANVISA_POSTGRES_PORT")
"""What `docker-compose.yml` makes settings of: whoever starts it has them in their shell."""


def unknown(given: Iterable[str], settings: Collection[str]) -> list[str]:
    """A sentence for each that there is no setting for (adr/0143)."""
    known = {*settings, *OF_DOCKER_COMPOSE}
    return [_told(name, settings) for name in sorted(given) if name.upper() not in known]


def _told(name: str, settings: Collection[str]) -> str:
    nearest = get_close_matches(name.upper(), settings, n=1, cutoff=0)
    return f"{name} is no setting, and would count for nothing. Is {nearest[0]} meant? Call it that, or leave it out."
