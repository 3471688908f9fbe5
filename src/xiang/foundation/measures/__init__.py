"""指标: named figures with formula, numerator, denominator, dimensions, target and the plan point each one serves.

It serves supervisors and the board: rooms append deltas in the transaction that changed the thing counted, the worker
folds them, and a recount from the rooms' own tables must agree: no figure on a board that a query cannot explain.
"""
