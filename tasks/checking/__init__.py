"""Whether a lake is what its receipts say: every check yields faults and changes nothing."""
