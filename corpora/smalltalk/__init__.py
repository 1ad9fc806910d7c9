"""The parts of `train_smalltalk.py`: reading, filtering, tidying and writing the dialogues, and shipping the model."""
