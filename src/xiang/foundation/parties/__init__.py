"""Parties (主体): who somebody is, whom they act for, and what an officer may do and where.

For residents, businesses and their agents, officers and administrators. Follows the personal information protection
law (consent, masking, sealed identifiers), article 29 of the licence law (agents) and the civil code's guardianship.
Account (a way to sign in), party (who) and identifier (a number somebody was given) are three different things.
"""
