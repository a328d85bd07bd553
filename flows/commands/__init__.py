"""The commands of `copydesk`: each with its options and its work. They raise errors; `flows/cli.py` prints them."""
