"""发件箱: what follows from a change, written with the change and done by a worker that may die at any moment.

It serves every room: an event is a row of the caller's transaction, and each subscriber gets a delivery of its own.
No effect in our records happens twice; a call outside carries an idempotency key, and one that nobody answered is
``unknown`` until it has been reconciled. Rows hold ids, never values: they are no place for personal data.
"""
