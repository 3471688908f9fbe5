"""One module an engine, imported when something of its kind is first looked into."""
