"""Payment vendors: a folder each."""
