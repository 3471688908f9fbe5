"""政务服务事项: what can be applied for, and everything an applicant must be told before applying.

Serves residents and businesses (the guide), officers (what to check and by when) and every room that opens a case.
Follows 国务院令第716号 art. 6 (guides are complete and public) and art. 7 (what is shared is not asked for),
行政许可法 art. 30 and 58, and GB/T 39046-2020 for the fields.
"""
