"""The lake under torture: writers killed at any instant, two at once, readers of three engines that never stop looking."""
