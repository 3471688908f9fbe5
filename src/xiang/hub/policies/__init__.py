"""Policies (使用政策): what a grant lets whom do, as an ODRL 2.2 agreement, its evaluation and its enforcement plan.

For providers and requesters of data, for the gateway that enforces, and for auditors who replay a decision. Follows the
ODRL Information Model 2.2 and the ODRL Formal Semantics of the W3C, and the purpose limits of decree 809 (政务数据共享条例).
Nothing here but the command knows Django, and only ``exchange`` knows RDF: the gateway imports ``plans``, ``deciding``,
``rows`` and ``masking``.
"""
