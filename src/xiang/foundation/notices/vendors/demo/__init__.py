"""The demonstration gateways: what they "send" can be read at ``/demo/messages/``."""
