"""谁用了我的数据: which body used what of mine, for what, on which basis, how; refused look-ups too."""
