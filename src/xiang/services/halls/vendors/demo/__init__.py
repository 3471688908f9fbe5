"""The demonstration's card reader: the people of the cast put their cards on it."""
