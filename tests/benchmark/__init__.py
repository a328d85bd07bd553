"""What copydesk costs, next to its peers. A benchmark, not a test: nothing here passes or fails."""
