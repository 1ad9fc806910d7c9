"""Bytes to text, text to tokens, tokens to ids, and back without loss."""
