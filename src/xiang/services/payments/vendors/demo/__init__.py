"""The demonstration institution: a page on which a person confirms, and a book of its own. No money moves."""
