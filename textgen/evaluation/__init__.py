"""Measures a model: how well it predicts text, how its samples compare with real text, and how much they copy."""
