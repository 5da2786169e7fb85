"""Settings of a tenant: who takes part, what is kept, the source, and the configuration as a file."""
