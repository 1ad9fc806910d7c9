"""Finished models in other forms: as a page that anyone can open, and as files for other runtimes."""
