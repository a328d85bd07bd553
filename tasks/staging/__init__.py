"""Assembles, measures and stages the output of a shard, and makes the receipt of a batch."""
