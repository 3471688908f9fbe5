"""The house rules that ruff, mypy and the import contracts cannot say, each with a code and a sentence.

``python -m tools.lint`` reads every file of the project once. A rule is a function from a file to its findings; an
exception is a row of ``exceptions.py`` with its reason, never a comment in the code.
"""
