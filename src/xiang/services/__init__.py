"""A floor of the house."""
