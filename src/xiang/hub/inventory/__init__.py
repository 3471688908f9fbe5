"""Inventory (一本账): the one ledger of systems, catalogue entries and mounted resources.

For data stewards, who answer for what their body keeps, and for every room that reads a resource by its key.
政务数据共享条例 (国务院令第809号) art. 14 to 16: nothing is kept back from sharing without the law that says so.
"""
