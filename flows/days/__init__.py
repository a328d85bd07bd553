"""Past days: their states, the choice of those to run, previews, and the processes that run them."""
