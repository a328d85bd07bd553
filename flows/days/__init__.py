"""Past days: how they stand, which are run again, what that would change, and running them side by side."""
