"""Campaigns: cards and scenarios against clients and faults, each meeting a run of its own, judged and reported."""
