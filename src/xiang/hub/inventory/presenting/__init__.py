"""What the inventory's pages show, as plain values."""
