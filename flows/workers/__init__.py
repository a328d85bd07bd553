"""Where shards are built: in processes of this machine, or on the workers of a cluster."""
