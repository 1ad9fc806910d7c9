"""The discriminator at work: how likely a line is to be a real one, how far that figure can be trusted, its file."""
