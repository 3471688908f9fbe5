"""The data plane (数据面): a small ASGI process that serves what was published, and knows no Django.

1. Authenticate. 2. Resolve the plan from memory. 3. Read. 4. Mask. 5. Reserve the quota and write the record, durably, many
calls in one commit. 6. Answer. Whatever dies, no answer leaves without its record.
"""

#: The version of the tables and documents that it reads and writes; another one is refused at start.
SCHEMA = 1
