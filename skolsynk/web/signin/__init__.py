"""Signing in with Google, and out again."""
