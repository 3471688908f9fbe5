"""The engine: rules as data, compiled into one scan of a table. It knows no records of the platform and no Django."""
