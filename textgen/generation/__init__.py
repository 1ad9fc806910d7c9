"""Connects a model and the decoder: opened models, requests, conversations, the choice among candidates."""
