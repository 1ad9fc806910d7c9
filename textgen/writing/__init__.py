"""What the script writer is made of: the opened model, one request, and what comes out of it."""
