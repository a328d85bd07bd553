"""What would change for readers, told before anything does."""
