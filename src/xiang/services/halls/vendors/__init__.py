"""Vendors of outside systems of a hall, one folder each."""
