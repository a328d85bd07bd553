"""A lake on an object store: the same versions and manifests, kept as objects and shown by conditional writes."""
