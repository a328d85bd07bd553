"""Who builds the shards: this process, processes of this machine, workers of a cluster; and what each must find."""
