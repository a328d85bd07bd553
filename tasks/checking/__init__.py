"""Whether a lake is what its receipts say: one module per question; each yields faults and changes nothing."""

AGAIN = "run its batches again with --force"
