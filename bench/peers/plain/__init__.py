"""A bare Django project that keeps the same rows: the floor under what a submission can cost in this framework.

It has the same tables with the same indexes and constraints (a copy of our database), the same server with the same
settings, the same signed-in session. Its one view writes for each submission exactly the rows that ours writes, of the
same sizes, copied from one of ours. It checks nothing: no rights, no form, no law, no sealing.
"""
