"""Which codes of a card have the value of the factory: all that is ever said of values."""

from __future__ import annotations

import hmac

from stuntcard.card.content import Content
from stuntcard.profile.model import CodeStatus, Profile


def factory_values(profile: Profile, content: Content) -> frozenset[str]:
    """The codes that are set, and have the value that the profile's cards leave the factory with."""
    return frozenset(
        name
        for name, code in profile.codes.items()
        if code.factory is not None
        and content.state.codes[name].status is not CodeStatus.NOT_SET
        and hmac.compare_digest(content.values[name], code.factory.value.encode())
    )
