"""Whole-page dumps: told apart from articles by counts, and read by a small model over lines and their neighbours."""
