"""The work plan: read from a notice, reviewed by a person, adopted as chapters, tasks, units, targets and deadlines.

For the office that supervises the plan, and for all whose tasks are in it. What it stands on: 政府督查工作条例 (国务院令第733号);
nothing that a notice does not say is added to it, and what cannot be read is decided by a person, whose name is kept. The documented shape is in docs/plan.md.
"""
