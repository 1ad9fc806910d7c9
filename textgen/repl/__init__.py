"""The interactive chat: the session, its commands, and its two faces, a terminal and a pipe."""
