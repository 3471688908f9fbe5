"""The launcher behind ``./xiang``: sets up, runs and looks after one installation, with the standard library alone.

It never imports the application. What must happen inside it is a management command, run in the project's own
virtual environment; the launcher says what is going on, keeps the full output in the data folder's ``logs`` and
remembers by stamps what need not be done again.
"""
