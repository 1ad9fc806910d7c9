"""Losses, schedules, the trainer and what it shows and saves while it runs."""
