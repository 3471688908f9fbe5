"""Gateway (数据网关): who asks is known, what they may see is decided, masked and written down, and only then answered.

For departments' applications that look data up by key, and for those who watch over it. 政务数据共享条例 (国务院令第809号)
art. 25: purpose limitation; 网络安全法 art. 23: records of use. ``plane`` is a process of its own that never imports Django;
the rest of the room registers applications, publishes to it, and takes its records into the ledger.
"""
