"""A card model as data: YAML read into typed, checked, immutable values."""
