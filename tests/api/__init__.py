"""The REST API, played as programs do: with tokens, over the real profile and a small synthetic province."""
