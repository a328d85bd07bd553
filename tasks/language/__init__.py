"""The language of a text: langdetect's own model, evaluated exactly and for a whole shard at once."""
