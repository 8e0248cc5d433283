"""Where a request came from, when only the proxies' own word counts."""

from ipaddress import ip_address


def client_address(forwarded_for: str | None, peer: str, trusted_proxies: int = 0) -> str:
    """The address that reached the outermost proxy of ours.

    Each proxy appends whom it heard from to X-Forwarded-For. Ours is the last one, and `trusted_proxies`
    of the operator's stand before it; what is written further left comes from the client and may be a lie.
    """
    chain = [part.strip() for part in (forwarded_for or "").split(",") if part.strip()]
    found = chain[max(0, len(chain) - 1 - trusted_proxies)] if chain else peer
    try:
        address = ip_address(found.strip("[]"))
    except ValueError:
        return peer
    # one household or institute has a whole /64: its addresses count as one
    return str(address) if address.version == 4 else ":".join(address.exploded.split(":")[:4]) + "::/64"
