"""The engine of an exchange, without Django: ends (one module an engine), the wire between them, digests, running.

A row on the wire is a tuple of PostgreSQL's binary COPY. Every end writes and reads it, the digest is taken of it, and
between two PostgreSQL databases it goes through untouched.
"""
