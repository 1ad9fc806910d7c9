"""Text to tokens to ids and back, without loss."""
