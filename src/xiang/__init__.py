"""Xiang (湘): an open digital-government platform for a province."""

__version__ = "0.1.0"
