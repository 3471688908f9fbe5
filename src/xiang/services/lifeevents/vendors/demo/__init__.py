"""The departments' own systems of the demonstration: they enter what was decided in their databases."""
