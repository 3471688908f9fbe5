"""The gallery: every component in every state, with invented people, on a day that stands still."""
