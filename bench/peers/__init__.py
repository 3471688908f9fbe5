"""What we measure against: other ways to do the same."""
