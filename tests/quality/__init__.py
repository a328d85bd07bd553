"""Measures how well copydesk cleans, on labelled pages that are not part of the project."""
