"""Exchange (数据交换): tables and files carried from one body's system to another, whole or what changed, and proven.

For data stewards and hub operators. Each run ends with a receipt that both ends sign: as many rows, the same digest.
政务数据共享条例 (国务院令第809号): what is shared arrives complete, in time, and as it was at its source.
"""
