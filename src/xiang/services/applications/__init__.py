"""Applications (申请): one item applied for, from the first answer to what comes of it.

For applicants, their agents and window clerks: a form filled in by government, papers waived, submitted exactly once,
routed to the office competent for it, and after the decision entered in the authority's own register and certified
(行政许可法 chapter 4; 国务院令第716号 art. 7).
"""
