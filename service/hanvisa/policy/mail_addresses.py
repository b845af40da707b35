"""What a mail address is: what is written into a mail's head, where a comma or a bracket would lead elsewhere. Pure."""

from __future__ import annotations

import re
from email.headerregistry import Address

from hanvisa.policy.model import Text

# RFC 5322's dot-atom without "?", which alone makes encoded words (RFC 2047); no quotes, comments, groups or routes.
_ATOM = r"[A-Za-z0-9!#$%&'*+/=^_`{|}~-]+"
# A host may have letters as å, which are sent as others (IDNA); not ß, of which its versions make different hosts.
_LETTER = "A-Za-z0-9À-ÖØ-Þà-öø-ÿ"
_LABEL = rf"[{_LETTER}]([{_LETTER}-]{{0,61}}[{_LETTER}])?"
PATTERN = rf"^{_ATOM}(\.{_ATOM})*@{_LABEL}(\.{_LABEL})*$"
LONGEST = 254
NO_MAIL_ADDRESS = Text(
    sv="är ingen e-postadress; skriv den som anna.berg@example.org, utan å, ä och ö före @",
    en="is no e-mail address; write it as anna.berg@example.org, with no letters but a to z before the @",
)

_ADDRESS = re.compile(PATTERN)


def is_mail_address(text: str) -> bool:
    if len(text) > LONGEST or _ADDRESS.fullmatch(text) is None:
        return False
    try:
        return len(_as_sent(text)) <= LONGEST
    except UnicodeError:  # a part of the host is too long then
        return False


def recipients(*addresses: str) -> tuple[Address, ...]:
    """For a mail's head, the hosts as they are sent. Raises ValueError where one is no address, or there is none."""
    if not addresses or not all(map(is_mail_address, addresses)):
        raise ValueError("a recipient's address is none")
    return tuple(Address(addr_spec=_as_sent(address)) for address in addresses)


def _as_sent(address: str) -> str:
    """With the host as RFC 3490 has it: xn-- and letters from a to z. Raises UnicodeError."""
    who, _, host = address.partition("@")
    return f"{who}@{host.encode('idna').decode()}"
