"""搜索: what residents and officers look for, by the words they use rather than the names that bodies gave.

It serves everybody who starts with a question. Rooms register what can be found; the worker alone writes the index, web
processes read it. It never holds identity numbers, phones or addresses of persons.
"""
