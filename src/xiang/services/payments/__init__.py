"""Payments (统一支付): an order of a body to a person, paid through a payment institution, refunded, reconciled daily.

For whoever owes a fee or premium, the body that is owed it, and its cashiers (国务院令第716号 art. 7 and 8; GB/T 39046
payment data). Money is whole fen; how much is a dated row of ``statutes``, never code.
"""
