"""The same row by the same stack without any governance, and by a plain Django view."""
