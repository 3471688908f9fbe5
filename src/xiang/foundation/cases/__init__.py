"""Cases (办件): somebody asks, a body must answer in time.

One engine for every procedure: a literal table of transitions with their legal basis, a legal clock that shows its
derivation, events that are only ever appended. For residents, officers, supervisors and auditors alike
(行政许可法 art. 29 to 50, GB/T 39046-2020).
"""
