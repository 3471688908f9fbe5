"""What the REST API of every room stands on: who calls and in which scope, refusals as problems (RFC 9457), keys that
make a repeated request harmless, pages by cursor, the shapes of what is sent.

A room's ``api.py`` holds its router; ``config.api`` assembles them. Nothing here knows a room.
"""
