"""Sources (来源): the one way to a department's own data, wherever it lies: databases, files, interfaces.

For the rooms of the hub that scan, read and check it. What people write down names a place and holds no secret; a name
belongs to the body that it was set up for (政务数据共享条例, 国务院令第809号, art. 20: each keeps what is its own).
"""
