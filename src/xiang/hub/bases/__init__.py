"""Base registries (基础库): one golden record for each person, legal person, place, credit fact and credential.

For every room and department that asks "who is this", and for the data stewards who settle what rules cannot.
政务数据共享条例 (国务院令第809号): one authoritative source per item, verification and correction (art. 26).
"""
