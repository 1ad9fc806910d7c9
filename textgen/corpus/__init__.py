"""Corpora: format detection, readers, the token grammar, the split into training and held-out text."""
