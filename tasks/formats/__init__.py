"""Formats: each turns the bytes of a file into records and rejects. `registry.FORMATS` lists them."""
