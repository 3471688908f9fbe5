"""Signing in: passwords and second factors by django-allauth, fitted to accounts, officers and the demonstration."""
