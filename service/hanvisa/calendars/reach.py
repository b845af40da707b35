"""Where calendars may be: on the internet, and on those networks of one's own that the settings name.

Whoever may set a calendar's address could otherwise have the service ask all that it reaches, itself too (ADR 129).
"""

from __future__ import annotations

import socket
from collections.abc import Collection
from functools import partial
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Any

import aiohttp

Network = IPv4Network | IPv6Network

_UNICAST = IPv6Network("2000::/3")  # all that IANA gives out
_NAT64 = IPv6Network("64:ff9b::/96")  # RFC 6052: the last 32 bits are an address of IPv4


class OutOfBoundsError(OSError):
    """There may be no calendar at the address. The library hands on nothing but an OSError, in its own."""

    def __init__(self) -> None:
        super().__init__("no calendar may be there")


def open_session(own: Collection[Network]) -> aiohttp.ClientSession:
    """For many calendars; nothing is remembered from one to the other.

    An address is judged when it is connected to, wherever it is from: of a name that had another one a moment ago, of
    where a file has moved to, or written out. One where there may be none is a ClientConnectorError whose ``os_error``
    is OutOfBoundsError.
    """
    connector = aiohttp.TCPConnector(socket_factory=partial(_socket, own))
    return aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.DummyCookieJar())


def may_be_at(address: str, own: Collection[Network]) -> bool:
    """Whether there may be a calendar: at an address of the internet's, or in one of the networks."""
    meant = _meant(ip_address(address))
    return any(meant in network for network in own) or _is_public(meant)


def _socket(own: Collection[Network], there: tuple[int, int, int, str, tuple[Any, ...]]) -> socket.socket:
    family, kind, protocol, _, address = there
    if not may_be_at(address[0], own):
        raise OutOfBoundsError
    return socket.socket(family, kind, protocol)


def _meant(address: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    """One of IPv4 that is written as IPv6's, or is reached by way of it, is IPv4's."""
    if isinstance(address, IPv4Address):
        return address
    if address in _NAT64:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour or address


def _is_public(address: IPv4Address | IPv6Address) -> bool:
    if isinstance(address, IPv6Address):
        return address in _UNICAST and address.is_global
    return address.is_global and not address.is_multicast
