"""The first page of everybody: what waits for me, by when; what is under way; what I can do here."""
