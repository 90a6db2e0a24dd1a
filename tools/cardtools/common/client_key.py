"""Who counts as one client of a server, by the address."""

from __future__ import annotations

import ipaddress

_IPV6_SITE_BITS = 64
"""What is given to one customer at least (RFC 6177, 2): addresses below cost nothing."""


def client_key(host: str) -> str:
    """What clients at an address are counted by: the address; of IPv6 the /64; this machine is one client."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is None:
            site = ipaddress.ip_network((address, _IPV6_SITE_BITS), strict=False)
            return "this machine" if address.is_loopback else str(site)
        address = address.ipv4_mapped
    return "this machine" if address.is_loopback else str(address)
