"""Adversarial training: a critic learns to tell real lines from generated ones, and the generator learns from it."""
