"""The log: who did and saw what."""
