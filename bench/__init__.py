"""Measurements: ``./xiang bench NAME``. Each prints what it ran on, its settings, figures and whether the limits hold.

A module with a ``main`` beside this file is a measurement; :mod:`bench.rig` is what they share, :mod:`bench.peers` what
they measure against. What was measured, and how it changed, stands in ``docs/performance.md``.
"""
