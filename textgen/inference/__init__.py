"""The forward pass in NumPy, for writing and scoring without a framework."""
