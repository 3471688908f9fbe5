"""Where a configurator begins: what waits, what is unconfirmed, which plugins work."""
