"""Judging a model: how well it predicts text, and how much of what it writes is copied."""
