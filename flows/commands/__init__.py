"""What the commands do. Each prints what a person wants to know and returns an exit code: 0 done, 1 failed, 2 wrong call."""
