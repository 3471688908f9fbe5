"""Zone (集中管理区): what several departments' data is kept in together, in an open table format, with its history.

For data stewards, who answer for domains, retention and copies, and for every room that reads large tables.
政务数据共享条例 (国务院令第809号): data of the hub is kept classified, with a body that answers for each table.
"""
