"""Registers behind the items of life events: a folder a vendor."""
