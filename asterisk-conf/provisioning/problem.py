"""What stops provisioning, and what to do instead."""

INSTEAD = (
    "Install Asterisk 22.11 or newer yourself (hanvisa uses the one it finds), "
    "or start the whole system in containers: docker compose up"
)


class Problem(Exception):  # noqa: N818 - reads as the sentence it is
    """A sentence for the person at the machine: what is wrong, and what to do instead."""
