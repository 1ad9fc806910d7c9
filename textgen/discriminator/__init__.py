"""The trained discriminator: scores of lines, their calibration and accuracy, and the file it is saved in."""
