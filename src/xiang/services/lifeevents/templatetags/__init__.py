"""Template tags of life events."""
