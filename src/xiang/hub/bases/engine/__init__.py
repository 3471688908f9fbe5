"""Record linkage without a database of ours: spellings, comparisons, weights, clusters, survivors.

Every rule stands twice, as Python for one record and as SQL for a million; a property test holds the two together.
"""
