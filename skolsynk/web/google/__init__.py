"""Where Google calls."""
