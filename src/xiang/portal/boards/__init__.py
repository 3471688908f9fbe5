"""The board: figures that a query explains. Every number leads to its formula, its days, and the cases behind it."""
