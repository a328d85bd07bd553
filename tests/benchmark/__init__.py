"""How much copydesk costs, beside what else could do the work. A benchmark, not a test: nothing here passes or fails."""
