"""Benchmarks: figures, ratios and the machine's load in one run. Nothing here fails because a machine was busy."""
