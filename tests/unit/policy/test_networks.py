"""By what wrong passwords are counted."""

from __future__ import annotations

import pytest

from hanvisa.policy.networks import network_of


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("::ffff:c000:201", "192.0.2.1"),
        ("2001:db8:1:2::1", "2001:db8:1:2::/64"),
        ("2001:DB8:1:2:ffff:ffff:ffff:ffff", "2001:db8:1:2::/64"),
        ("2001:db8:1:3::1", "2001:db8:1:3::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("sip.example.org", "sip.example.org"),
        ("", ""),
    ],
)
def test_an_ipv6_address_counts_by_its_64_and_a_mapped_one_as_ipv4(address: str, network: str) -> None:
    assert network_of(address) == network
