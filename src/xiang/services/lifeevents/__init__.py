"""Life events (高效办成一件事): one application for several items of several bodies.

For parents, businesses and everybody with a matter rather than an item: scenario questions answered from data where
they can be, one form that asks each thing once, a sub-case for each item with its own body, clock, decision and
redress, each started by itself when what it needs exists (国发〔2024〕3号, 国办发〔2025〕24号).
"""
