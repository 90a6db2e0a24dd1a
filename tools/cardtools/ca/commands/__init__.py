"""The commands of `cardtools-ca` that stand in groups, and what all of its commands share."""
