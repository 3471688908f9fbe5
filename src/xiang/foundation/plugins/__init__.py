"""插件: every outside system (SMS, payment, certificate authority, courier …) behind one small contract.

It serves the rooms that speak to the outside, and the operator who connects a vendor: a room declares a registry, a
vendor is one folder, a demonstration vendor always works, and each says by ``check_config`` what it still lacks.
"""
