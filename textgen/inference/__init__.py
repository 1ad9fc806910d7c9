"""The forward pass in NumPy: what writing and scoring need, without a framework."""
