"""What an article says of itself: who wrote it, when, and where."""
