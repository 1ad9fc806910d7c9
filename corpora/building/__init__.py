"""What the scripts that train the models which ship have in common."""
