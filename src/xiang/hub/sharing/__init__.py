"""Sharing (共享): data is fetched once, by right, and every use of it can be shown.

For forms that fill themselves in, officers who check, and residents who see who used their data and may dispute it.
政务数据共享条例 (国务院令第809号): purpose limitation (art. 25), correction and dispute (art. 26); 716 号令 art. 7.
"""
