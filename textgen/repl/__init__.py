"""The chat: commands, the session they act on, and its two faces, a terminal and a pipe."""
