"""What a run or a new rule would change for readers, computed without publishing anything."""
