"""Reading a work plan: pure Python, from text to chapters, tasks, units, targets and deadlines, with what is damaged.

    plan = parsing.parse(text, Register(bodies))
    plan.to_json()

The steps, each a module: ``characters`` and ``damage`` (what is written), ``tables`` (rows as headings), ``frontmatter``
(title, number, issuer, date), ``outline`` (numbering as a tree), ``clauses``, ``deadlines`` and ``targets`` (what a task
says), ``register`` (which body a name means). Nothing is guessed: what is unclear is a damage or a notice.
"""
