"""Ledger (账本): what was done, by whom, to what, so that nobody can change it unseen; and who used whose data.

For auditors, who check it offline, and for residents, who see every use of their data. Follows 网络安全法 art. 23(3),
个人信息保护法 arts. 45-56 and the proof shapes of RFC 9162, with SM3 and SM2.
"""
