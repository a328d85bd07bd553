"""The commands of `copydesk`: one file each, with its options and its work. They raise errors; `flows/cli.py` prints them."""
