"""The read model of one tenant: what pages show, arranged so that they can be quick. Pure."""
