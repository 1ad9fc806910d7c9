"""The command line. Each command is one file, which reads its options and calls the package."""
