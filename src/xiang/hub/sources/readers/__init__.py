"""One module an engine, imported when rows of its kind are first read. What they need is in the extra ``analytics``."""
