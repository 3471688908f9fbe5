"""Vendors of SMS and e-mail, a folder each."""
