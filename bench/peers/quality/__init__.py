"""The same ten rules by hand: DuckDB SQL that keeps its failing rows, and Great Expectations."""
