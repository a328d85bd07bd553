"""Whether a batch may be published: its audit, its history, what is kept back, and what was there before."""
