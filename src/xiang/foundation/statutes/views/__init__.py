"""Pages: the public working calendar, and the rules for whoever keeps them."""
