"""Finished models in other forms: as a page that anyone can open."""
