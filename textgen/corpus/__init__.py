"""Files to scripts: format detection, one reader a format, the token grammar, the train/validation split."""
