"""From cases to what pages show: plain components, made set-wise so that a list costs a handful of queries."""
