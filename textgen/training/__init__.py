"""Training: the tasks, their preparation, the loop, and what a run shows and saves."""
