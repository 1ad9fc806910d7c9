"""The command line: one file a command; parsing here, work elsewhere."""
