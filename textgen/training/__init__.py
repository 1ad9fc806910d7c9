"""Losses, schedules, the trainer and what it shows and saves while it runs."""

import textgen.models  # noqa: F401  its quiet start of TensorFlow must come before any module here imports it
