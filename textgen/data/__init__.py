"""Ids to training batches."""
