"""Every line looked at, and the one place that decides which lines go."""
