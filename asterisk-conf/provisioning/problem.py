"""What stops provisioning."""


class Problem(Exception):  # noqa: N818 - reads as the sentence it is
    """A sentence for the person at the machine: what is wrong, and what to do instead."""
