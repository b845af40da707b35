"""What a mail address is: what is written into a mail's head, where a comma or a bracket would lead elsewhere. Pure."""

from __future__ import annotations

import re
from email.headerregistry import Address

from hanvisa.policy.model import Text

# RFC 5322's dot-atom without "?", which alone makes encoded words (RFC 2047); no quotes, comments, groups or routes.
_ATOM = r"[A-Za-z0-9!#$%&'*+/=^_`{|}~-]+"
_LABEL = r"[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
PATTERN = rf"^{_ATOM}(\.{_ATOM})*@{_LABEL}(\.{_LABEL})*$"
LONGEST = 254
NO_MAIL_ADDRESS = Text(
    sv="är ingen e-postadress; skriv den som anna.berg@example.org, utan å, ä och ö",
    en="is no e-mail address; write it as anna.berg@example.org, with no letters but a to z",
)

_ADDRESS = re.compile(PATTERN)


def is_mail_address(text: str) -> bool:
    return len(text) <= LONGEST and _ADDRESS.fullmatch(text) is not None


def recipients(*addresses: str) -> tuple[Address, ...]:
    """For a mail's head. Raises ValueError where one is no address, or there is none."""
    if not addresses or not all(map(is_mail_address, addresses)):
        raise ValueError("a recipient's address is none")
    return tuple(Address(addr_spec=address) for address in addresses)
