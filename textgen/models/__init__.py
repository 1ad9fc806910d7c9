"""The Keras models and the LSTM layer they share."""

import os

# TensorFlow reports the processor's instruction sets and missing GPUs as it is imported; nobody who trains on their
# own text asked for that. Whoever did can set the variable.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
