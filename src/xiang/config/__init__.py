"""Settings, addresses and entry points: the only floor that knows which rooms and which engine there are."""
