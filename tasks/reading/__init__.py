"""Files of a source become records: cut into shards, read, and laid out as frames."""
