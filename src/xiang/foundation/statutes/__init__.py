"""Statutes (期限与日历): the working calendar, the dated rules, and the clock that counts by them.

Serves every room whose work has a time limit, a fee or a threshold, and whoever wants to know why a day is the last.
Law: 行政许可法 42-45, 82; 民法典 201-204; the yearly holiday notice of the State Council.
"""
