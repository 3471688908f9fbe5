"""Searching the catalogue: an index on disk with facets, beside the records. The worker writes it, everybody reads it.

The general search (``foundation.search``) ranks a few thousand guides for everybody; this one filters and counts a
hundred thousand entries by what an officer may see. What is shown is read from the records under their row rights again.
"""
