"""What the measurements share: a stage of their own, load over HTTP, the machine's own account, and a report."""
