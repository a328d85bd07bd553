"""Whole-page dumps: distinguished from articles by counts, and read by a small model over lines and their neighbours."""
