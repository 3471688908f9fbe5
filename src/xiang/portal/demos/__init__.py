"""Stories of the demonstration (``./xiang demo``): each plays a matter from end to end and tells every step of it.

For newcomers, who see in a minute what the platform does, and for whoever compares: the same steps as JSON with stable
keys. A story speaks to a :class:`~xiang.portal.demos.player.Player` and does not know whether that one sits in this
process or behind the public REST interface of a running instance.
"""
