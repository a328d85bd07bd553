"""Where shards are built: in this process, in processes of this machine, on the workers of a cluster."""
