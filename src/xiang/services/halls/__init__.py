"""Government service halls (政务大厅): the comprehensive window (综合窗口), where a clerk files for whoever stands there.

For people who come in person, with or without a phone, and for the clerks who serve them: the card is read, the same
form is filled in on their behalf, they check it and sign, take the receipt, and nothing of them stays for the next
person (优化营商环境条例 art. 35, 国务院令第716号 arts. 5 to 7).
"""
