"""What wrong passwords are counted by: a whole network where one asker has all of its addresses. Pure."""

from __future__ import annotations

from ipaddress import IPv6Address, IPv6Network, ip_address

_ONE_ASKERS = 64  # bits: what is left of an IPv6 address is the asker's own to choose (RFC 6177)


def network_of(address: str) -> str:
    """An IPv6 address's /64; else the address. One of IPv4 that is written as IPv6's is IPv4's.

    What is no address is left as it is.
    """
    try:
        read = ip_address(address)
    except ValueError:
        return address
    if not isinstance(read, IPv6Address):
        return str(read)
    if read.ipv4_mapped is not None:
        return str(read.ipv4_mapped)
    return str(IPv6Network((int(read), _ONE_ASKERS), strict=False))
