"""The discriminator at work: scores of lines, their calibration, how good they are, the file."""
