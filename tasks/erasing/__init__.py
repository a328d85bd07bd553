"""Erasing: records leave every version, table and file of a lake, and stay out of it."""
